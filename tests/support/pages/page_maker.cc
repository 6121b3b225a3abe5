#include "tests/support/pages/page_maker.h"

#include <iconv.h>

#include <array>
#include <cstdlib>

#include "tests/support/pages/made_article.h"

namespace newsmill::pages {
namespace {

constexpr std::array<std::pair<Fault, std::string_view>, 15> kFaultNames = {{
    {Fault::kNone, "none"},
    {Fault::kRemoved, "removed"},
    {Fault::kNotFound, "not_found"},
    {Fault::kGone, "gone"},
    {Fault::kBusy, "busy"},
    {Fault::kDown, "down"},
    {Fault::kTruncated, "truncated"},
    {Fault::kReset, "reset"},
    {Fault::kSlow, "slow"},
    {Fault::kGbk, "gbk"},
    {Fault::kCharsetLie, "charset_lie"},
    {Fault::kRedirectAway, "redirect_away"},
    {Fault::kRedirectWithin, "redirect_within"},
    {Fault::kEmptyShell, "empty_shell"},
    {Fault::kListPage, "list"},
}};

constexpr Duration kSlowDelay = std::chrono::milliseconds(800);

bool Fits(Fault fault, const MadeSite& site) {
  switch (fault) {
    case Fault::kRemoved:
    case Fault::kEmptyShell:
    case Fault::kListPage:
      return site.flavour == Flavour::kPress;  // needs a rule that knows them
    case Fault::kGbk:
    case Fault::kCharsetLie:
      return site.language == Language::kChinese;
    default:
      return fault != Fault::kNone;
  }
}

bool Fits(Layout layout, const MadeSite& site) {
  switch (layout) {
    case Layout::kStructured:
      return site.flavour == Flavour::kStructured;
    case Layout::kPlain:
      return site.flavour == Flavour::kPlain;
    default:
      return site.flavour == Flavour::kPress;
  }
}

Fault ChooseFault(uint64_t id, const PageOptions& options) {
  Dice dice(options.seed ^ id, options.site->name + "/fault");
  if (!dice.Chance(options.faults)) return Fault::kNone;
  std::vector<Fault> possible;
  for (const auto& [fault, name] : kFaultNames) {
    if (!Fits(fault, *options.site)) continue;
    if (options.fault_kinds.empty()) possible.push_back(fault);
    for (const Fault wanted : options.fault_kinds) {
      if (wanted == fault) possible.push_back(fault);
    }
  }
  return possible.empty() ? Fault::kNone : dice.Pick(possible);
}

Layout ChooseLayout(Fault fault, const PageOptions& options, Dice& dice) {
  const MadeSite& site = *options.site;
  if (site.flavour == Flavour::kPress &&
      (fault == Fault::kGbk || fault == Fault::kCharsetLie)) {
    return Layout::kLegacyDesktop;  // no newer page was ever in GBK
  }
  std::vector<Layout> possible;
  for (const Layout layout :
       {Layout::kNext, Layout::kNext, Layout::kNextDom, Layout::kNextVideoDom,
        Layout::kLegacyDesktop, Layout::kLegacyDesktop, Layout::kLegacyMobile,
        Layout::kStructured, Layout::kPlain}) {
    if (!Fits(layout, site)) continue;
    if (options.layouts.empty()) possible.push_back(layout);
    for (const Layout wanted : options.layouts) {
      if (wanted == layout) possible.push_back(layout);
    }
  }
  if (!possible.empty()) return dice.Pick(possible);
  return site.flavour == Flavour::kPress        ? Layout::kNext
         : site.flavour == Flavour::kStructured ? Layout::kStructured
                                                : Layout::kPlain;
}

std::string ToGb18030(const std::string& utf8) {
  iconv_t converter = iconv_open("GB18030", "UTF-8");
  if (reinterpret_cast<intptr_t>(converter) == -1) std::abort();
  std::string converted(utf8.size() * 2, '\0');
  char* in = const_cast<char*>(utf8.data());
  char* out = converted.data();
  size_t in_left = utf8.size(), out_left = converted.size();
  if (iconv(converter, &in, &in_left, &out, &out_left) == size_t(-1)) {
    std::abort();  // our own text is always convertible
  }
  iconv_close(converter);
  converted.resize(converted.size() - out_left);
  return converted;
}

// Makes the page's own label say `charset`.
void Relabel(std::string& html, const std::string& charset) {
  for (const std::string label : {"charset=utf-8", "charset=\"utf-8\""}) {
    const size_t at = html.find(label);
    if (at == std::string::npos) continue;
    html.replace(at + label.find("utf-8"), 5, charset);
    return;
  }
}

void Ends(MadePage& page, v1::OutcomeKind kind, v1::Reason reason) {
  page.kind = kind;
  page.reason = reason;
  page.truth.reset();
}

void SetHtml(MadePage& page, std::string html, const std::string& type) {
  page.headers = {{"Content-Type", type}};
  page.body = std::move(html);
}

void RenderArticle(uint64_t id, const PageOptions& options, MadePage& page) {
  const MadeSite& site = *options.site;
  Dice dice(options.seed ^ (id << 1), site.name + "/layout");
  page.layout = ChooseLayout(page.fault, options, dice);
  page.truth = MakeArticle(site, id, options.seed);
  size_t pad = 0;
  if (options.pad_max_kb > 0) {
    const int target =
        dice.Between(options.pad_min_kb, options.pad_max_kb) * 1024;
    // An article's own markup is about so large.
    constexpr int kOwn = 9 * 1024;
    pad = static_cast<size_t>(target > kOwn ? target - kOwn : 0);
  }
  const Filler filler = MakeFiller(dice, pad);
  SetHtml(page, Render(page.layout, site, *page.truth, dice, filler),
          "text/html; charset=utf-8");
}

// Turns the sound page into the faulty one.
void Spoil(uint64_t id, const PageOptions& options, MadePage& page) {
  const MadeSite& site = *options.site;
  constexpr char kHtml[] = "text/html; charset=utf-8";
  Dice dice(options.seed ^ id, site.name + "/spoil");
  switch (page.fault) {
    case Fault::kNone:
      return;
    case Fault::kRemoved:
      SetHtml(page, RenderRemoved(site), kHtml);
      return Ends(page, v1::GONE, v1::REASON_REMOVED);
    case Fault::kNotFound:
      page.status = 404;
      SetHtml(page, "<html><body>404</body></html>", kHtml);
      return Ends(page, v1::GONE, v1::REASON_HTTP_NOT_FOUND);
    case Fault::kGone:
      page.status = 410;
      SetHtml(page, "<html><body>410</body></html>", kHtml);
      return Ends(page, v1::GONE, v1::REASON_HTTP_GONE);
    case Fault::kBusy:
      if (options.attempt > 0) return;
      page.status = 503;
      page.headers = {{"Retry-After", "1"}};
      page.body.clear();
      return;
    case Fault::kDown:
      page.status = 503;
      SetHtml(page, "<html><body>503</body></html>", kHtml);
      return Ends(page, v1::DEAD, v1::REASON_HTTP_SERVER_ERROR);
    case Fault::kTruncated:
      page.missing_bytes = page.body.size() - page.body.size() / 2;
      page.body.resize(page.body.size() / 2);
      return Ends(page, v1::DEAD, v1::REASON_TRUNCATED);
    case Fault::kReset:
      page.reset = options.attempt == 0;
      return;
    case Fault::kSlow:
      page.delay = kSlowDelay;
      return;
    case Fault::kGbk:
      Relabel(page.body, "gbk");
      SetHtml(page, ToGb18030(page.body), "text/html; charset=gbk");
      page.truth->set_charset("GB18030");
      return;
    case Fault::kCharsetLie:
      Relabel(page.body, "gb2312");
      page.headers = {{"Content-Type", "text/html"}};
      page.truth->set_charset("UTF-8");
      page.truth->set_charset_label("gb2312");
      return;
    case Fault::kRedirectAway:
      page.status = 307;
      page.headers = {{"Location", "https://elsewhere.example/a/" +
                                       std::to_string(id) + ".html"}};
      page.body.clear();
      return Ends(page, v1::SKIPPED, v1::REASON_EXTERNAL);
    case Fault::kRedirectWithin:
      if (options.moved) return;
      page.status = 301;
      page.headers = {{"Location", MovedPath(site, id)}};
      page.body.clear();
      return;
    case Fault::kEmptyShell:
      SetHtml(page, RenderEmptyShell(site, id), kHtml);
      return Ends(page, v1::SKIPPED, v1::REASON_EMPTY_SHELL);
    case Fault::kListPage:
      SetHtml(page, RenderList(site, dice), kHtml);
      return Ends(page, v1::SKIPPED, v1::REASON_LIST);
  }
}

MadePage SeedPage(const PageOptions& options) {
  MadePage page;
  page.layout = Layout::kLegacyDesktop;
  SetHtml(page, options.seed_page, "text/html; charset=utf-8");
  page.truth.emplace();
  page.truth->set_site("thepaper");
  page.truth->set_article_id(std::to_string(kSeedPageId));
  page.truth->set_article_key("thepaper:" + page.truth->article_id());
  page.truth->set_headline("甘肃省检察院：为省内外4782名农民工追回欠薪6366万");
  page.truth->mutable_date_published()->mutable_time()->set_seconds(1544604000);
  page.truth->mutable_date_published()->set_utc_offset_minutes(480);
  page.truth->set_like_count(0);
  page.truth->set_comment_count(3);
  return page;
}

}  // namespace

std::string_view FaultName(Fault fault) {
  for (const auto& [value, name] : kFaultNames) {
    if (value == fault) return name;
  }
  return "";
}

std::optional<Fault> FaultByName(std::string_view name) {
  for (const auto& [value, its_name] : kFaultNames) {
    if (its_name == name) return value;
  }
  return std::nullopt;
}

MadePage Make(uint64_t id, const PageOptions& options) {
  if (options.site == &ThePaper() && id == kSeedPageId &&
      !options.seed_page.empty()) {
    return SeedPage(options);
  }
  MadePage page;
  page.fault = ChooseFault(id, options);
  RenderArticle(id, options, page);
  Spoil(id, options, page);
  return page;
}

}  // namespace newsmill::pages
