#include "parser/extract/body/page_facts.h"

#include <algorithm>

#include "parser/extract/body/node_words.h"
#include "parser/html/text.h"
#include "parser/html/utf8.h"

namespace newsmill::body {
namespace {

struct TextCount {
  int32_t text = 0;
  int32_t marks = 0;
};

bool IsWide(char32_t c) {
  return (c >= 0x2E80 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7FF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF);
}

// Punctuation of sentences beyond ASCII: Chinese, Arabic, Devanagari, Armenian,
// Ethiopic, Burmese, Khmer.
bool IsMark(char32_t c) {
  switch (c) {
    case 0x3001:
    case 0x3002:
    case 0xFF0C:
    case 0xFF01:
    case 0xFF1F:
    case 0xFF1B:
    case 0x060C:
    case 0x061F:
    case 0x06D4:
    case 0x0964:
    case 0x0589:
    case 0x1362:
    case 0x104B:
    case 0x17D4:
    case 0xFF0E:
      return true;
    default:
      return false;
  }
}

TextCount Count(std::string_view text) {
  TextCount count;
  for (size_t at = 0; at < text.size();) {
    const auto byte = static_cast<uint8_t>(text[at]);
    if (byte < 0x80) {
      ++at;
      if (byte <= ' ') continue;
      ++count.text;
      const bool ends =
          at == text.size() || text[at] == ' ' || text[at] == '\n';
      if (byte == ',' || (ends && (byte == '.' || byte == '!' || byte == '?' ||
                                   byte == ';'))) {
        ++count.marks;
      }
      continue;
    }
    const char32_t c = NextCodePoint(text, &at);
    if (c == 0xA0 || c == 0x3000 || c == 0x200B || c == 0xFEFF) continue;
    if (IsMark(c)) {
      ++count.marks;
      ++count.text;
    } else {
      count.text += IsWide(c) ? 2 : 1;
    }
  }
  return count;
}

// Nothing below is ever text of an article.
bool HoldsNoText(Tag tag) {
  switch (tag) {
    case Tag::kHead:
    case Tag::kScript:
    case Tag::kStyle:
    case Tag::kTemplate:
    case Tag::kNoscript:
    case Tag::kSvg:
    case Tag::kMath:
    case Tag::kIframe:
    case Tag::kObject:
    case Tag::kEmbed:
    case Tag::kCanvas:
    case Tag::kSelect:
    case Tag::kTextarea:
    case Tag::kInput:
    case Tag::kTitle:
    case Tag::kMap:
    case Tag::kAudio:
    case Tag::kVideo:
    case Tag::kDialog:
    case Tag::kLabel:
    case Tag::kLegend:
    case Tag::kFrame:
      return true;
    default:
      return false;
  }
}

bool IsFrame(Tag tag) {
  return tag == Tag::kNav || tag == Tag::kFooter || tag == Tag::kAside ||
         tag == Tag::kForm || tag == Tag::kMenu || tag == Tag::kButton ||
         tag == Tag::kFieldset || tag == Tag::kSearch;
}

constexpr uint32_t kForeign =
    kComment | kRelated | kSocial | kPromo | kChrome | kOverlay;

class Walk {
 public:
  Walk(const Document& document, Strictness strictness)
      : document_(document),
        lenient_(strictness == Strictness::kLenient),
        facts_(document.size()) {}

  std::vector<Facts> Run() {
    Read();
    Sum();
    total_prose_ = facts_.empty() ? 0 : facts_[0].prose;
    Drop();
    for (Facts& facts : facts_) {
      facts.text = facts.own_text;
      facts.linked = facts.own_linked;
      facts.marks = facts.own_marks;
      facts.paragraphs = 0;
      facts.prose = 0;
    }
    Sum();
    return std::move(facts_);
  }

 private:
  // Forward: names of elements, and each text to the block it stands in.
  void Read() {
    NodeId link_end = 0;
    for (NodeId node = 0; node < document_.size();) {
      while (!blocks_.empty() &&
             document_.subtree_end(blocks_.back()) <= node) {
        blocks_.pop_back();
      }
      Facts& facts = facts_[node];
      facts.tag = document_.tag_id(node);
      if (document_.kind(node) == Document::Kind::kText) {
        if (!blocks_.empty()) {
          ReadText(node, node < link_end);
        }
        ++node;
        continue;
      }
      if (HoldsNoText(facts.tag) || !ReadNames(node, &facts)) {
        facts.dropped = true;
        node = document_.subtree_end(node);
        continue;
      }
      if (facts.tag == Tag::kA) link_end = document_.subtree_end(node);
      if (IsBlock(facts.tag) || node == 0) blocks_.push_back(node);
      ++node;
    }
  }

  void ReadText(NodeId node, bool linked) {
    const TextCount count = Count(document_.text(node));
    Facts& block = facts_[blocks_.back()];
    block.own_text += count.text;
    block.own_marks += count.marks;
    if (linked) block.own_linked += count.text;
  }

  // False where the element is hidden.
  bool ReadNames(NodeId node, Facts* facts) {
    for (size_t i = 0; i < document_.attribute_count(node); ++i) {
      const auto [name, value] = document_.attribute_at(node, i);
      if (name == "class" || name == "id" || name == "data-testid" ||
          name == "data-component" || name == "data-qa" || name == "role" ||
          name == "data-type" || name == "data-block" || name == "data-hook") {
        facts->words |= WordsIn(value);
        if (name == "role") ReadRole(value, facts);
      } else if (name == "itemprop") {
        if (value.find("articleBody") != std::string_view::npos) {
          facts->words |= kBody;
        }
        if (value == "author" || value == "datePublished") {
          facts->words |= kAuthorBox;
        }
        if (value == "comment") facts->words |= kComment;
      } else if (name == "hidden") {
        return value == "until-found";
      } else if (name == "style") {
        if (IsHiddenStyle(value)) return false;
      } else if (name == "aria-hidden") {
        if (value == "true") facts->words |= kHidden;
      }
    }
    return true;
  }

  static void ReadRole(std::string_view role, Facts* facts) {
    if (role == "navigation" || role == "complementary" ||
        role == "contentinfo" || role == "search" || role == "banner" ||
        role == "menubar") {
      facts->words |= kChrome;
    }
    if (role == "dialog" || role == "alertdialog") facts->words |= kOverlay;
  }

  static bool IsHiddenStyle(std::string_view style) {
    for (const auto& [name, value] :
         {std::pair<std::string_view, std::string_view>{"display", "none"},
          {"visibility", "hidden"}}) {
      size_t at = style.find(name);
      if (at == std::string_view::npos) continue;
      at = style.find_first_not_of(" :", at + name.size());
      if (at != std::string_view::npos && style.substr(at).starts_with(value)) {
        return true;
      }
    }
    return false;
  }

  // Backward: what is below to its parent.
  void Sum() {
    for (auto node = static_cast<NodeId>(facts_.size()); node-- > 0;) {
      Facts& facts = facts_[node];
      if (facts.dropped) continue;
      if (!inited_) {
        facts.text += facts.own_text;
        facts.linked += facts.own_linked;
        facts.marks += facts.own_marks;
      }
      const float own = OwnProse(facts);
      facts.prose += own;
      if (own > 0) ++facts.paragraphs;
      if (node == 0) continue;
      Facts& parent = facts_[document_.parent(node)];
      parent.text += facts.text;
      parent.linked += facts.linked;
      parent.marks += facts.marks;
      parent.paragraphs += facts.paragraphs;
      parent.prose += facts.prose;
    }
    inited_ = true;
  }

  static float OwnProse(const Facts& facts) {
    constexpr int kShort = 20, kParagraph = 60;
    const int length = facts.own_text;
    if (length == 0) return 0;
    const auto plain = static_cast<float>(length - facts.own_linked);
    if (facts.own_linked * 2 > length) {
      return 0;
    }
    switch (facts.tag) {
      case Tag::kH1:
      case Tag::kH2:
      case Tag::kH3:
      case Tag::kH4:
      case Tag::kH5:
      case Tag::kH6:
      case Tag::kFigcaption:
      case Tag::kSummary:
        return 0;
      default:
        break;
    }
    if (facts.words & kCaption) return 0;
    if (length < kShort || (facts.own_marks == 0 && length < kParagraph)) {
      return 0;
    }
    const float weight = facts.own_marks > 0 ? 1.0F : 0.4F;
    return weight * (plain + 8 * static_cast<float>(facts.own_marks)) *
           (facts.tag == Tag::kLi || facts.tag == Tag::kDd ? 0.7F : 1.0F);
  }

  void Drop() {
    for (NodeId node = 0; node < facts_.size();) {
      Facts& facts = facts_[node];
      if (facts.dropped || IsForeign(node)) {
        facts.dropped = true;
        node = document_.subtree_end(node);
      } else {
        ++node;
      }
    }
  }

  bool IsForeign(NodeId node) const {
    const Facts& facts = facts_[node];
    switch (facts.tag) {
      case Tag::kOther:
        if (document_.kind(node) != Document::Kind::kElement) return false;
        break;
      case Tag::kHtml:
      case Tag::kBody:
      case Tag::kMain:
      case Tag::kP:
        return false;
      default:
        break;
    }
    if (facts.words == 0 && !IsFrame(facts.tag)) return false;
    const bool most = facts.prose > 0.5F * total_prose_ && facts.prose > 200;
    if (most) return false;
    if (lenient_) {
      return facts.tag == Tag::kNav || facts.tag == Tag::kFooter ||
             (facts.words & (kComment | kOverlay)) != 0;
    }
    if (IsFrame(facts.tag)) return true;
    if (facts.words & kBody) return (facts.words & (kComment | kRelated)) != 0;
    if (facts.words & kForeign) {
      // An embedded post is a quotation.
      if (facts.tag == Tag::kBlockquote) {
        return (facts.words & kForeign & ~kSocial) != 0;
      }
      if (facts.tag == Tag::kArticle) return (facts.words & kComment) != 0;
      return true;
    }
    if (facts.words & kHidden) return true;
    if (facts.words & kLead) return false;
    if (facts.words & kAuthorBox) return facts.text < 400;
    if (facts.words & kTags)
      return facts.text < 200 || facts.linked * 2 > facts.text;
    return false;
  }

  const Document& document_;
  const bool lenient_;
  std::vector<Facts> facts_;
  std::vector<NodeId> blocks_;
  float total_prose_ = 0;
  bool inited_ = false;
};

}  // namespace

bool IsBlock(Tag tag) {
  switch (tag) {
    case Tag::kAddress:
    case Tag::kArticle:
    case Tag::kAside:
    case Tag::kBlockquote:
    case Tag::kBody:
    case Tag::kCaption:
    case Tag::kCenter:
    case Tag::kDd:
    case Tag::kDetails:
    case Tag::kDialog:
    case Tag::kDiv:
    case Tag::kDl:
    case Tag::kDt:
    case Tag::kFieldset:
    case Tag::kFigcaption:
    case Tag::kFigure:
    case Tag::kFooter:
    case Tag::kForm:
    case Tag::kH1:
    case Tag::kH2:
    case Tag::kH3:
    case Tag::kH4:
    case Tag::kH5:
    case Tag::kH6:
    case Tag::kHeader:
    case Tag::kHtml:
    case Tag::kLi:
    case Tag::kMain:
    case Tag::kMenu:
    case Tag::kNav:
    case Tag::kOl:
    case Tag::kP:
    case Tag::kPre:
    case Tag::kSearch:
    case Tag::kSection:
    case Tag::kSummary:
    case Tag::kTable:
    case Tag::kTbody:
    case Tag::kTd:
    case Tag::kTfoot:
    case Tag::kTh:
    case Tag::kThead:
    case Tag::kTr:
    case Tag::kUl:
      return true;
    default:
      return false;
  }
}

std::vector<Facts> WalkPage(const Document& document, Strictness strictness) {
  return Walk(document, strictness).Run();
}

}  // namespace newsmill::body
