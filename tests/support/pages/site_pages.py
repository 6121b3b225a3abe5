#!/usr/bin/env python3
"""Makes the pages that site rules are tried on: site_pages.py [--check] SITES

Writes SITES/<site>/pages/NAME.html and NAME.expect.json for every site of the
table below: a made-up story, printed as the site's faces print them
(site_layouts.py), and what a careful reader would note of it. The expectation
comes from the story, never from the parser. --check writes nothing and ends
with 1 where a file is not as it would be written.
"""
import datetime, json, pathlib, sys

import site_layouts as layouts

ZONE = datetime.timezone(datetime.timedelta(hours=8))
TOWNS = ['云溪', '临川', '青石', '白塔', '南浦', '东陵', '石湾', '柳河']
SUBJECTS = [('旧厂房改成公园', '公园'), ('夜间公交增加班次', '公交'),
            ('小学操场周末开放', '学校'), ('老街排水工程完工', '排水'),
            ('图书馆延长开放时间', '图书馆')]


class Story:
    """What a page says. The same for the same site and number."""

    def __init__(self, site, number, options):
        town = TOWNS[number % len(TOWNS)]
        subject, keyword = SUBJECTS[number % len(SUBJECTS)]
        self.site, self.options = site, options
        self.site_title = options['title']
        self.headline = f'{town}{subject}：{number + 3}处已可使用'
        self.original = f'{town}市{subject}，{number + 3}处本周开放'
        self.source = f'{town}日报'
        self.author = '测试甲'
        self.editors = ['测试丙', '测试丁'][:options.get('editors', 1)]
        self.keywords = [town, keyword]
        self.image = f'https://img.example/{site}/{number}/1.jpg'
        self.when = datetime.datetime(2019, 9, 7 + number % 20, 8, 9, 10 + number, tzinfo=ZONE)
        self.id, self.url = options['id'], options['url']
        self.next_page = options.get('next_page', '')
        self.label = options.get('label', 'utf-8')
        self.body = [
            ('paragraph', f'本报讯（测试通讯员）{town}市住建部门7日说，{subject}的一期工程已经结束，'
                          f'标准由第三方测算，来源：抽样调查。'),
            ('image', f'{town}的现场。测试乙 摄'),
            ('paragraph', f'“责任编辑”这样的词出现在长句里，是正文的一部分，{town}的读者不会弄错。'),
            ('subheading', '工程怎么做'),
            ('paragraph', f'负责人说，施工分{number + 2}段进行，每段约40米，夜里10点以后停工。'),
            ('paragraph', f'附近居民说，走到{keyword}只要5分钟；以前要绕一个大圈。'),
        ]

    def time(self, form):
        return self.when.strftime(form)

    @property
    def epoch(self):
        return int(self.when.timestamp())

    def date(self):
        raw = self.time(self.options['date'])
        seconds = self.options['date'] == '%s' or '%S' in self.options['date']
        at = self.when if seconds else self.when.replace(second=0)
        date = {'raw': str(self.epoch) if self.options['date'] == '%s' else raw,
                'time': at.astimezone(datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ'),
                'precision': 'SECOND' if seconds else 'MINUTE'}
        if self.options['date'] != '%s':  # a count of seconds has no zone
            date.update(utc_offset_minutes=480, zone_assumed=True)
        else:
            date.update(utc_offset_minutes=480)
        return date

    def expectation(self, name):
        blocks, body = [], []
        for kind, text in self.body:
            if kind == 'image':
                blocks += [{'kind': 'IMAGE', 'image': 0},
                           {'kind': 'CAPTION', 'text': text, 'image': 0}]
                continue
            blocks.append({'kind': kind.upper(), 'text': text})
            body.append(text)
        if self.options.get('original'):
            blocks.append({'kind': 'ORIGINAL_TITLE_NOTE', 'text': f'（原标题：{self.original}）'})
        expect = {
            'layout': self.options['layout'], 'page_type': 'ARTICLE',
            'article_key': f'{self.site}:{self.id}', 'article_id': self.id,
            'headline': self.headline,
            'alternative_headline': self.original if self.options.get('original') else None,
            'date_published': self.date(),
            'in_language': 'zh-CN',
            'images': [{'url': self.image, 'caption': self.body[1][1], 'credit_text': '测试乙'}],
            'blocks': blocks, 'article_body': '\n'.join(body),
            'next_page': self.next_page or None,
        }
        if 'account' in self.options:
            expect['account_name'] = self.source
            expect['authors'] = [{'name': self.author}]
        else:
            expect['source_organization'] = {'name': self.source}
        if self.options.get('editors', 1):
            expect['editors'] = [{'name': e, 'role': '责任编辑'} for e in self.editors]
        if self.options.get('keywords'):
            expect['keywords'] = self.keywords
        lied = self.options.get('encoding', 'utf-8') == 'utf-8' and self.label != 'utf-8'
        expect['charset_label'] = self.label if lied else None
        page = {'page': f'{name}.html', 'page_url': self.url,
                'fetched_at': '2019-12-24T00:00:00Z', 'expect': expect,
                'not_in_body': ['责任编辑：', '别处的一条旧闻', '推广内容', '许可证', '下一页']}
        return json.dumps(page, ensure_ascii=False, indent=1) + '\n'


def ways(**table):
    return table


# By site: pages, each with the face that prints it. `encoding`: of the bytes;
# `label`: what the page says of it, not always the truth.
SITES = {
    '163': ways(
        old=dict(make=layouts.netease_old, title='网易新闻', layout='old', id='EOFO2QVC0001899O',
                 url='https://news.163.com/19/0907/13/EOFO2QVC0001899O.html', date='%Y-%m-%d %H:%M:%S',
                 encoding='gbk', label='gbk',
                 next_page='https://news.163.com/19/0907/13/EOFO2QVC0001899O_2.html'),
        lied=dict(make=layouts.netease_old, title='网易新闻', layout='old', id='EOFO2QVC0001899P',
                  url='https://news.163.com/19/0907/13/EOFO2QVC0001899P.html', date='%Y-%m-%d %H:%M:%S',
                  label='gbk'),
        present=dict(make=layouts.netease, title='网易新闻', layout='present', id='G3VQT8AB0001875P',
                     url='https://www.163.com/news/article/G3VQT8AB0001875P.html',
                     date='%Y-%m-%d %H:%M:%S')),
    'sina': ways(
        article=dict(make=layouts.sina, title='新浪网', layout='article', id='iicezueu3961567',
                     url='https://news.sina.com.cn/c/2019-09-07/doc-iicezueu3961567.shtml',
                     date='%Y年%m月%d日 %H:%M', keywords=True)),
    'ifeng': ways(
        article=dict(make=layouts.ifeng, title='凤凰网', layout='article', id='7rsyzXqpHOK',
                     url='https://news.ifeng.com/c/7rsyzXqpHOK', date='%Y年%m月%d日 %H:%M:%S')),
    'people': ways(
        of_2019=dict(make=layouts.people_2019, title='人民网', layout='of_2019', id='31137812',
                     url='http://politics.people.com.cn/n1/2019/0615/c1001-31137812.html',
                     date='%Y年%m月%d日%H:%M', encoding='gbk', label='GB2312', editors=2, original=True,
                     next_page='http://politics.people.com.cn/n1/2019/0615/c1001-31137812-2.html'),
        lied=dict(make=layouts.people_2019, title='人民网', layout='of_2019', id='31137813',
                  url='http://politics.people.com.cn/n1/2019/0615/c1001-31137813.html',
                  date='%Y年%m月%d日%H:%M', label='gb2312', editors=2, original=True),
        of_2024=dict(make=layouts.people_2024, title='人民网', layout='of_2024', id='40230001',
                     url='http://society.people.com.cn/n1/2024/0506/c1008-40230001.html',
                     date='%Y年%m月%d日%H:%M', editors=2)),
    'xinhuanet': ways(
        of_2019=dict(make=layouts.xinhuanet_2019, title='新华网', layout='of_2019', id='1125328571',
                     url='http://www.xinhuanet.com/politics/2019-12/10/c_1125328571.htm',
                     date='%Y-%m-%d %H:%M:%S'),
        of_2023=dict(make=layouts.xinhuanet_2023, title='新华网', layout='of_2023',
                     id='0d0b5c5e3f5b4f0d8e1b4c7f1a2b3c4d',
                     url='http://www.news.cn/politics/20231117/0d0b5c5e3f5b4f0d8e1b4c7f1a2b3c4d/c.html',
                     date='%Y-%m-%d %H:%M:%S')),
    'chinanews': ways(
        article=dict(make=layouts.chinanews, title='中新网', layout='article', id='9229018',
                     url='https://www.chinanews.com/gn/2020/07-04/9229018.shtml',
                     date='%Y年%m月%d日 %H:%M', encoding='gbk', label='gb2312')),
    'qq': ways(
        of_2016=dict(make=layouts.qq_2016, title='腾讯网', layout='of_2016', id='20160907/012345',
                     url='https://news.qq.com/a/20160907/012345.htm', date='%Y-%m-%d %H:%M',
                     encoding='gbk', label='gb2312',
                     next_page='https://news.qq.com/a/20160907/012345_1.htm'),
        of_2019=dict(make=layouts.qq_2019, title='腾讯新闻', layout='of_2019', id='20190907A0ABC100',
                     url='https://new.qq.com/rain/a/20190907A0ABC100', date='%Y-%m-%d %H:%M:%S',
                     editors=0, keywords=True)),
    'guancha': ways(
        article=dict(make=layouts.guancha, title='观察者网', layout='article', id='517013',
                     url='https://www.guancha.cn/politics/2019_09_07_517013.shtml',
                     date='%Y-%m-%d %H:%M:%S',
                     next_page='https://www.guancha.cn/politics/2019_09_07_517013_2.shtml')),
    'huanqiu': ways(
        article=dict(make=layouts.huanqiu, title='环球网', layout='article', id='9CaKrnKmFJS',
                     url='https://world.huanqiu.com/article/9CaKrnKmFJS', date='%Y-%m-%d %H:%M')),
    'weixin': ways(
        article=dict(make=layouts.weixin, title='微信公众平台', layout='article',
                     id='Ab3dEfGhIjKlMnOpQrStUv', url='https://mp.weixin.qq.com/s/Ab3dEfGhIjKlMnOpQrStUv',
                     date='%s', editors=0, account=True)),
}


def files():
    """Every file's path below SITES and its bytes."""
    number = 0
    for site, pages in SITES.items():
        for name, options in pages.items():
            number += 1
            story = Story(site, number, options)
            html = options['make'](story)
            yield f'{site}/pages/{name}.html', html.encode(options.get('encoding', 'utf-8'))
            yield f'{site}/pages/{name}.expect.json', story.expectation(name).encode()


def main(arguments):
    check = '--check' in arguments
    folder = pathlib.Path([a for a in arguments if a != '--check'][0])
    wrong = 0
    for path, content in files():
        path = folder / path
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        elif not path.exists() or path.read_bytes() != content:
            print(f'{path} is not as it is made; run {sys.argv[0]} {folder}')
            wrong = 1
    return wrong


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
