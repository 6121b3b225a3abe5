"""The faces of news sites, as far as their rules look at them: each function
prints a story (site_pages.py) as the site would. Only the elements and names
that the rules select are the sites' own; every text is made up."""

PLACEHOLDER = 'data:image/gif;base64,R0lGODlhAQABAAAAACw='


def page(story, head, body, tail=''):
    return (f'<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n'
            f'<meta charset="{story.label}">\n'
            f'<title>{story.headline}_{story.site_title}</title>\n{head}</head>\n'
            f'<body>\n<div class="nav"><a href="/">首页</a> '
            f'<a href="/list/">滚动</a></div>\n{body}\n'
            f'<div class="side"><h3>热门排行</h3><ul>'
            f'<li><a href="/hot/1.html">别处的一条旧闻</a></li></ul></div>\n'
            f'<div class="footer">互联网新闻信息服务许可证 违法和不良信息举报</div>\n'
            f'{tail}</body>\n</html>\n')


def paragraphs(story, indent='　　', image=None):
    """<p> per paragraph; the image and its caption as the site has them."""
    out = []
    for kind, text in story.body:
        if kind == 'image':
            out.append((image or plain_image)(story, text))
        elif kind == 'subheading':
            out.append(f'<p><strong>{text}</strong></p>')
        else:
            out.append(f'<p>{indent}{text}</p>')
    return '\n'.join(out)


def plain_image(story, caption):
    return (f'<p class="pic"><img src="{story.image}" alt=""></p>\n'
            f'<p class="pic_name">{caption}</p>')


def lines(story, image=None):
    """One element, its paragraphs apart by <br>, each indented by U+3000."""
    out = []
    for kind, text in story.body:
        if kind == 'image':
            out.append((image or plain_image)(story, text))
        elif kind == 'subheading':
            out.append(f'<strong>{text}</strong><br><br>')
        else:
            out.append(f'　　{text}&nbsp;<br/><br/>')
    return '\n'.join(out)


def next_link(story, css):
    if not story.next_page:
        return ''
    return (f'<div class="{css}"><span>1</span> <a href="{story.next_page}">2</a>'
            f' <a href="{story.next_page}">下一页</a></div>')


def lazy(attribute):
    def image(story, caption):
        return (f'<p class="f_center"><img src="{PLACEHOLDER}" '
                f'{attribute}="{story.image}"><br>'
                f'<span class="img_descr">{caption}</span></p>')
    return image


def netease_old(s):
    return page(s, '', f'''<div class="post_content_main" id="epContentLeft">
<h1>{s.headline}</h1>
<div class="post_time_source">{s.time('%Y-%m-%d %H:%M:%S')}　来源: <a id="ne_article_source" href="#">{s.source}</a></div>
<div class="post_text" id="endText">
{paragraphs(s, image=lambda st, c: f'<p class="f_center"><img src="{st.image}" alt=""><br>{c}</p>')}
<div class="gg200x300"><a href="/ad">推广内容</a></div>
<div class="ep-source cDGray"><span class="left">本文来源：{s.source}</span>
<span class="ep-editor">责任编辑：{s.editors[0]}_NF4425</span></div>
{next_link(s, 'ep-pages')}
</div></div>''')


def netease(s):
    return page(s, '', f'''<div class="post_main"><h1 class="post_title">{s.headline}</h1>
<div class="post_info">{s.time('%Y-%m-%d %H:%M:%S')}　来源: <a href="#">{s.source}</a> 举报</div>
<div class="post_body">
{paragraphs(s, image=lambda st, c: f'<p class="f_center"><img src="{PLACEHOLDER}" data-src="{st.image}"><br>{c}</p>')}
</div>
<div class="post_author">责任编辑：{s.editors[0]}_NB123</div></div>''')


def sina(s):
    image = lambda st, c: (f'<div class="img_wrapper"><img src="{st.image.replace("https:", "")}" '
                           f'alt=""><span class="img_descr">{c}</span></div>')
    return page(s, f'<meta name="keywords" content="{",".join(s.keywords)}">\n',
                f'''<h1 class="channel-logo">新闻中心</h1>
<h1 class="main-title">{s.headline}</h1>
<div class="date-source"><span class="date">{s.time('%Y年%m月%d日 %H:%M')}</span>
<a class="source" href="#">{s.source}</a></div>
<div class="article" id="article">
{paragraphs(s, image=image)}
<p class="show_author">责任编辑：{s.editors[0]} SN123</p>
</div>
{next_link(s, 'page')}''')


def ifeng(s):
    return page(s, '', f'''<div class="text-ZqgX7hWC"><input class="text-ZqgX7hWC"></div>
<div class="artical-2ZIKUq"><h1 class="topic-3bY8Hw-9">{s.headline}</h1>
<p class="time-M6w87NaQ"><span>{s.time('%Y年%m月%d日 %H:%M:%S')}</span><br>
<span>来源：<a href="#">{s.source}</a></span></p>
<div class="main_content-LcrEru"><div class="text-3w2e3DBc">
{paragraphs(s, indent='', image=lambda st, c: f'<p class="detailPic"><img src="{PLACEHOLDER}" data-lazy-src="{st.image}"></p><p class="picIntro">{c}</p>')}
</div></div><div class="editor-1bC2d"><span>责任编辑：{s.editors[0]} PN012</span></div></div>''')


def people_2019(s):
    return page(s, '', f'''<div class="text_title"><h1>{s.headline}</h1>
<div class="box01"><div class="fl">{s.time('%Y年%m月%d日%H:%M')}&nbsp;&nbsp;来源：<a href="#">{s.source}</a></div></div></div>
<div class="box_con" id="rwb_zw">
{paragraphs(s, indent='	　　', image=lambda st, c: f'<p style="text-align: center;"><img src="{st.image}"></p><p class="desc">{c}</p>')}
<div class="otitle">（原标题：{s.original}）</div>
<div class="edit clearfix">(责编：{'、'.join(s.editors)})</div>
</div>
{next_link(s, 'zdfy')}''')


def people_2024(s):
    return page(s, '', f'''<div class="rm_txt"><h1>{s.headline}</h1>
<div class="channel">{s.time('%Y年%m月%d日%H:%M')} | 来源：<a href="#">{s.source}</a></div>
<div class="rm_txt_con">
{paragraphs(s, image=lambda st, c: f'<p><img src="{st.image}"></p><p class="desc">{c}</p>')}
<div class="edit">(责编：{'、'.join(s.editors)})</div>
</div></div>''')


def xinhuanet_2019(s):
    return page(s, '', f'''<div class="h-news"><div class="h-title">{s.headline}</div>
<div class="h-info"><span class="h-time"> {s.time('%Y-%m-%d %H:%M:%S')}</span>
<span> 来源：
<em id="source">{s.source}</em></span></div></div>
<div id="p-detail">
{paragraphs(s, image=lambda st, c: f'<p align="center"><img src="{st.image}"></p><p class="tu">{c}</p>')}
<p>（完）</p>
<div class="p-jc">【纠错】
责任编辑：
{s.editors[0]}</div>
</div>
{next_link(s, 'page-Article')}''')


def xinhuanet_2023(s):
    return page(s, '', f'''<div class="header domPC"><div class="header-time left">
<span class="year"><em>{s.time('%Y')}</em></span>
<span class="day"><em>{s.time('%m')}</em> / <em>{s.time('%d')}</em></span>
<span class="time">{s.time('%H:%M:%S')}</span></div>
<div class="source">来源：{s.source}</div>
<div class="head-line"><h1><span class="title">{s.headline}</span></h1></div></div>
<div id="detail">
{paragraphs(s, image=lambda st, c: f'<p align="center"><img src="{st.image}"></p><p class="tu">{c}</p>')}
<div class="editor">【责任编辑:{s.editors[0]}
】</div>
</div>''')


def chinanews(s):
    return page(s, '', f'''<div class="content"><h1>{s.headline}</h1>
<div class="left-t">{s.time('%Y年%m月%d日 %H:%M')}　来源：<a id="source_baidu" href="#">{s.source}</a></div>
<div class="left_zw">
{lines(s, image=lambda st, c: f'<div class="left_ph"><img src="{st.image}"></div><div class="left_pt">{c}</div>')}
</div>
<div class="left_name"><span id="editor_baidu">【编辑:{s.editors[0]}】</span></div>
{next_link(s, 'pagebox')}</div>''')


def qq_2016(s):
    return page(s, '', f'''<div class="qq_article"><h1>{s.headline}</h1>
<span class="a_source"><a href="#">{s.source}</a></span> <span class="pubTime">{s.time('%Y-%m-%d %H:%M')}</span>
<div id="Cnt-Main-Article-QQ">
{paragraphs(s, image=lambda st, c: f'<p align="center"><img src="{st.image}"></p><p class="pictext" align="center">{c}</p>')}
</div><div class="qq_toolWrap"><span class="QQeditor">[责任编辑：{s.editors[0]}]</span></div>
{next_link(s, 'pageNav')}</div>''')


def qq_2019(s):
    data = ('<script>var flag = 1;</script>\n<script>window.DATA = {'
            f'"article_id": "{s.id}", "title": "{s.headline}", '
            f'"media": "{s.source}", "pubtime": "{s.time("%Y-%m-%d %H:%M:%S")}", '
            f'"tags": "{",".join(s.keywords)}"' + '};</script>\n')
    return page(s, '', f'''<div class="LEFT"><h1>{s.headline}</h1>
<div class="content-article">
{paragraphs(s, indent='', image=lambda st, c: f'<p class="one-p"><img src="{st.image.replace("https:", "")}"></p><p class="desc">{c}</p>')}
</div></div>''', data)


def guancha(s):
    return page(s, '', f'''<div class="left-main"><h3>{s.headline}</h3>
<div class="time fix"><span>{s.time('%Y-%m-%d %H:%M:%S')}</span> <span>来源：{s.source}</span></div>
<div class="content all-txt">
{paragraphs(s, indent='', image=lambda st, c: f'<p align="center"><img src="{st.image}"></p><p class="g-caption">{c}</p>')}
</div>
{next_link(s, 'module-page')}
<ul><li>责任编辑:{s.editors[0]}</li></ul>
<h3>相关推荐</h3><h3>最新闻</h3></div>''')


def huanqiu(s):
    return page(s, '', f'''<div class="a-container"><h1 class="a-title">{s.headline}</h1>
<div class="metadata"><p class="time">{s.time('%Y-%m-%d %H:%M')}</p>
<span class="source">来源：<a href="#">{s.source}</a></span></div>
<div class="a-con">
{paragraphs(s, indent='', image=lambda st, c: f'<p><i class="pic-con"><img data-alt="x" src="{PLACEHOLDER}" data-original="{st.image}"></i></p><p class="pic-desc">{c}</p>')}
</div><p class="a"><span>责编：{s.editors[0]}</span></p></div>''')


def weixin(s):
    def block(kind, text):
        if kind == 'image':
            return (f'<section style="text-align: center;"><section><img class="rich_pages" '
                    f'data-src="{s.image}" src="{PLACEHOLDER}"></section></section>'
                    f'<section class="cap"><span style="color: rgb(136, 136, 136);">{text}'
                    f'</span></section>')
        if kind == 'subheading':
            return f'<section><section><strong>{text}</strong></section></section>'
        return f'<section><section><span>{text}</span></section></section>'
    body = '\n'.join(block(kind, text) for kind, text in s.body)
    return page(s, f'<meta property="og:title" content="{s.headline}">\n',
                f'''<div id="img-content"><h1 class="rich_media_title" id="activity-name">
{s.headline}
</h1><div id="meta_content"><span id="js_author_name">{s.author}</span>
<a href="javascript:void(0);" id="js_name">{s.source}</a>
<em id="publish_time">昨天</em></div>
<div class="rich_media_content" id="js_content" style="visibility: hidden;">
{body}
<section><p>预览时标签不可点</p></section>
</div></div>''', f'''<script nonce="1">
var biz = "MzA="||"";
var ct = "{s.epoch}";
var msg_title = '{s.headline}'.html(false);
</script>
''')
