#include "tests/fuzz/parser_seeds.h"

namespace newsmill::fuzz {
namespace {

Seeds HtmlSeeds() {
  return {{R"(<!DOCTYPE html><html lang=zh><head><meta charset=utf-8>
<title>标题 - 站</title><meta property="og:title" content="标题">
<script type="application/ld+json">{"@context":"https://schema.org",
"@type":"NewsArticle","headline":"标题","author":[{"@id":"#a"},"乙"],
"datePublished":"2024-05-06T07:08:09+08:00","image":{"url":"/1.jpg"},
"articleBody":"正文。"}</script></head><body><article><h1>标题</h1>
<p>第一段 &amp; <b>粗体</b>。</p><p>第二段<br>换行</p><table><tr><td>格</table>
</article></body></html>)",
           "<table><a>1<p>2</a>3<template><tr><td>x</template></table>",
           "<svg><foreignObject><math><mi><p></svg><select><option>x<table>"},
          {"<div>",
           "</div>",
           "<p>",
           "</p>",
           "<table>",
           "<tr>",
           "<td>",
           "<a ",
           "<b>",
           "</b>",
           "<svg>",
           "<math>",
           "<template>",
           "</template>",
           "<script>",
           "</script>",
           "<!--",
           "-->",
           "<![CDATA[",
           "]]>",
           "<br/>",
           "<form>",
           "<select>",
           "<button>",
           "<li>",
           "&#",
           "&amp;",
           "&#xD800;",
           "&#4294967233;",
           "&notit;",
           "\"",
           "'",
           ">",
           "<",
           "=",
           "正",
           "\xFF",
           std::string(1, '\0'),
           "\xEF\xBB\xBF",
           "{\"@graph\":[",
           "\"@id\":",
           "\"@type\":\"NewsArticle\"",
           "<title>",
           "<textarea>",
           "<plaintext>",
           "<frameset>",
           "<image>",
           "<isindex>"}};
}

Seeds CutSeeds() {
  return {{"a<script>b<!--<script>c</script>--></script>d<style>e</style>f",
           "<table><tr><td>a<svg><path d='M0'/><title>t</title></svg>b",
           "<p title='<script>'>a</p><textarea><!--</textarea>b<!-- c -->d",
           "<template><p>a<template>b</template></template>c<iframe>d</iframe>",
           "<select><option>a<style>b</style><option>c</select><pre> d  e</pre>"
           "<math><mi>x</mi></math>f"},
          {"<script>",
           "</script>",
           "<!--",
           "-->",
           "<style>",
           "</style>",
           "<svg>",
           "</svg>",
           "<svg/>",
           "<g>",
           "<g/>",
           "<title>",
           "</title>",
           "<desc>",
           "<math>",
           "</math>",
           "<mi>",
           "<template>",
           "</template>",
           "<iframe>",
           "</iframe>",
           "<select>",
           "</select>",
           "<option>",
           "<textarea>",
           "</textarea>",
           "<table>",
           "</table>",
           "<tr>",
           "<td>",
           "<caption>",
           "<colgroup>",
           "<p>",
           "</p>",
           "<b>",
           "</b>",
           "<a>",
           "<pre>",
           "</pre>",
           "<body>",
           "</body>",
           "<head>",
           "</head>",
           "<html>",
           "</html>",
           "<frameset>",
           "<noframes>",
           "<xmp>",
           "<plaintext>",
           "<input>",
           "<![CDATA[",
           "]]>",
           "<!",
           "<?",
           "</",
           "'",
           "\"",
           "=",
           "/",
           ">",
           "<",
           " ",
           "\n",
           "text",
           "正",
           "class=\"a b-1 c:d\"",
           "<foreignObject>",
           "<br>",
           "</br>",
           "<form>",
           "<button>",
           "<li>",
           "<font>",
           "<font color=a>",
           "<!DOCTYPE html>",
           std::string(1, '\0'),
           "&amp;",
           "&lt;script>"}};
}

// Of whole pages: how they are encoded stands in the first byte.
Seeds PageSeeds() {
  Seeds seeds = HtmlSeeds();
  for (std::string& input : seeds.inputs) input.insert(0, 1, '\0');
  const std::string sentence =
      "<p>The council met on Monday, and closed the bridge for good.</p>";
  seeds.inputs.push_back(
      std::string(1, '\0') +
      "<title>A bridge - News</title><nav><a href=/>x</a>"
      "</nav><article class='story body'><h1>A bridge</h1>" +
      sentence + sentence + "<ul><li><a href=1>Related</a></ul>" + sentence +
      "<div class=related>" + sentence + "</div></article><footer>" + sentence);
  for (const char* piece : {"<article>",
                            "</article>",
                            "<h1>",
                            "<h2>",
                            "<ul>",
                            "<blockquote>",
                            "<figure>",
                            "<figcaption>",
                            "<pre>",
                            "<aside>",
                            "<main>",
                            "<time>",
                            "class=\"article-body\"",
                            "class=comments",
                            "hidden",
                            "id=root",
                            "<p>Just a moment...",
                            "404",
                            "<h3><a href=1>A teaser of a story</a>",
                            "self.__next_f.push([1,\"1:T190,",
                            "\"])",
                            "<p>Read more: ",
                            "，。"}) {
    seeds.pieces.emplace_back(piece);
  }
  return seeds;
}

Seeds CharsetSeeds() {
  const std::string big5 = std::string("\x02<meta http-equiv=content-type ") +
                           "content='text/html;charset=big5'>" +
                           "\xAD\xBB\xB4\xE4";
  return {{"\x01<meta charset=gbk><p>\xB8\xCA\xCB\xE0\xCA\xA1\xBC\xEC</p>",
           big5, std::string(1, '\0') + "<p>正文，正文。</p>",
           "\x07\x1B$B%\x33\x1B(B", std::string("\x00<\0h\0t\0m\0l\0>\0", 13)},
          {"\xEF\xBB\xBF", "\xFF\xFE", "\xFE\xFF", "\xE6\xAD\xA3", "\xB8\xCA",
           "\x81\x30\x81\x30", "\x8E\xA1", "\x1B$B", "\x1B(J", "<meta ",
           "charset=", "\"", "<!--", "-->", "\xC0\x80", "\xED\xA0\x80",
           "\xF4\x90\x80\x80", std::string(1, '\0')}};
}

Seeds InflateSeeds() {
  return {{std::string("\x00\x1F\x8B\x08\0\0\0\0\0\x02\x03\x4B\x04\0\x43\xBE"
                       "\xB7\xE8\x01\0\0\0",
                       22),
           std::string("\x01\x78\x9C\x4B\x04\0\0\x62\0\x62", 10),
           std::string("\x02\x8B\0\x80\x61\x03", 6),
           std::string("\x03\x28\xB5\x2F\xFD\x04\0\x09\0\0\x61", 11)},
          {"\x1F\x8B", "\x78\x9C", "\x28\xB5\x2F\xFD", "\xFF\xFF",
           std::string(4, '\0')}};
}

Seeds SelectorSeeds() {
  return {{"div > p.x:not(.y):nth-child(2n+1), a[href^='/'] ~ li",
           "ul li:nth-last-of-type(-n + 2):is(.y, :first-child)",
           "[class*=\"index_\" i]#a:empty + *", ".\\31 a\\:b"},
          {":not(", ":is(", ":nth-child(", ")",          "[",  "]", "\"",  "'",
           "\\",    ",",    ">",           "+",          "~",  "*", "#",   ".",
           "|=",    "n",    "-",           "2147483648", "正", " ", "even"}};
}

Seeds DateSeeds() {
  return {{"2024-05-06T07:08:09.123+08:00", "Mon, 06 May 2024 07:08:09 GMT",
           "2024年5月6日（周一）下午7时08分", "5月6日 07:08", "昨天 07:08",
           "3 hours ago", "1784903331309", "2024-02-29 24:00",
           "２０２４－０５－０６", "6. Mai 2024 um 07.08 Uhr",
           "7:08 AM on Mon, May 6, 2024", "2024. május 6.", "٦ مايو ٢٠٢٤",
           "06/05/24", "6 พฤษภาคม 2567"},
          {"2024", "-",  "/", ".",      "年",   "月",  "日",  ":",
           "时",   "T",  "Z", "+08:00", "AM",   "pm",  "前",  "ago",
           "12",   "99", "0", "　",     "昨天", "May", "\xFF"}};
}

Seeds JsonSeeds() {
  return {
      {R"({"a":[1,-2.5e3,true,null,"x\u00e9\ud83d\ude00\n"],"b":{"c":{}}})",
       "window.DATA = {\"a\": \"};\"};", "<!-- [1,2,] -->"},
      {"{", "}", "[", "]", "\"", "\\", "\\ud83d", "\\u0000", ",", ":", "1e999",
       "18446744073709551616", "-0", "\n", "'", "\xFF", "=", "var x"}};
}

Seeds JsonLdSeeds() {
  return {
      {R"({"@graph":[{"@type":"NewsArticle","@id":"#a","headline":"H",
"author":[{"@id":"#p"},"Ada Byron and Bob Hall"],"image":[{"@id":"#i"}],
"datePublished":"2024-05-06T07:08:09+08:00","articleSection":["A","B"],
"isAccessibleForFree":"False","inLanguage":{"alternateName":"de"}},
{"@type":"Person","@id":"#p","name":["Ada","Bob"],"sameAs":{"@id":"#p"}},
{"@type":"ImageObject","@id":"#i","url":"/1.jpg","width":"640px"},
{"@type":"BreadcrumbList","itemListElement":[{"item":{"@id":"/","name":"x"}}]}
]})",
       R"({"@type":"WebPage","mainEntity":{"@id":"#a"},"@id":"#a"})",
       R"({"pubDate":"2024-05-06T07:08:09","upDate":"x","images":[]})"},
      {"\"@id\":\"#a\"", "\"@type\":", "\"NewsArticle\"", "\"author\":", "{",
       "}", "[", "]", ",", "\"headline\":", "\"datePublished\":", "null", "1e9",
       "\"\"", "{\"@id\":\"#p\"}", "\"name\":", "\"@graph\":["}};
}

Seeds BylineSeeds() {
  return {{"By Ada Byron, Bob Hall and Eve Olsen | 6 May 2024",
           "von\nAda Byron\n,\nBob Hall", "作者：张三、李四 编辑：王五",
           "문화부 김철수 기자", "January 17, 2017 at 6:08 PM ET by Ada",
           "https://social.example/ada, ada@news.example"},
          {"By ", "von ", " and ", "、", "：", ",", "|", "\n", "(", ")", "·",
           "记者", "@", "://", "6 May", ".", " - ", "de la ", "\xFF"}};
}

}  // namespace

Seeds ParserSeeds(std::string_view target) {
  if (target == "cut") return CutSeeds();
  if (target == "html") return HtmlSeeds();
  if (target == "page") return PageSeeds();
  if (target == "charset") return CharsetSeeds();
  if (target == "inflate") return InflateSeeds();
  if (target == "selector") return SelectorSeeds();
  if (target == "dates") return DateSeeds();
  if (target == "json") return JsonSeeds();
  if (target == "jsonld") return JsonLdSeeds();
  if (target == "bylines") return BylineSeeds();
  return {};
}

}  // namespace newsmill::fuzz
