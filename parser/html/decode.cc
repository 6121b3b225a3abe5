#include "parser/html/decode.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "parser/html/encoding.h"
#include "parser/html/utf8.h"

namespace newsmill {
namespace {

using Form = Encoding::Form;

// What header and page say, each null or empty where it says nothing that is
// known.
struct Labels {
  std::string http;
  std::string meta;
  const Encoding* http_encoding = nullptr;
  const Encoding* meta_encoding = nullptr;
};

Labels ReadLabels(std::string_view bytes, std::string_view content_type) {
  Labels labels;
  labels.http = CharsetOfContentType(content_type);
  labels.http_encoding = EncodingOf(labels.http);
  labels.meta = PrescanMeta(bytes);
  labels.meta_encoding = EncodingOf(labels.meta);
  // The page was readable enough to find the meta, so it is not in UTF-16.
  if (labels.meta_encoding != nullptr &&
      labels.meta_encoding->form == Form::kUtf16) {
    labels.meta_encoding = EncodingOf("utf-8");
  }
  return labels;
}

bool Is(const Encoding* encoding, Form form) {
  return encoding != nullptr && encoding->form == form;
}

// The label that lied, if one did; else the one that told the truth.
void SetLabel(const Labels& labels, const Encoding& used, DecodedText* text) {
  const auto lies = [&](const Encoding* encoding) {
    return encoding != nullptr && encoding != &used &&
           (encoding->form != Form::kUtf16 || used.form != Form::kUtf16);
  };
  const bool meta = lies(labels.http_encoding) ? false
                    : lies(labels.meta_encoding)
                        ? true
                        : labels.http_encoding == nullptr;
  text->label = meta ? labels.meta : labels.http;
  text->label_lied = lies(meta ? labels.meta_encoding : labels.http_encoding);
}

DecodedText Utf8Text(std::string_view bytes, const Labels& labels) {
  DecodedText text;
  const Encoding& utf8 = *EncodingOf("utf-8");
  text.charset = utf8.name;
  if (IsValidUtf8(bytes)) {
    text.utf8 = bytes;
  } else {
    text.replaced = CountUtf8(bytes).broken;
    text.utf8 = RepairUtf8(bytes);
  }
  SetLabel(labels, utf8, &text);
  return text;
}

// Empty where the encoding cannot be read at all.
std::optional<DecodedText> ConvertedText(std::string_view bytes,
                                         const Encoding& encoding,
                                         const Labels& labels) {
  if (encoding.form == Form::kUtf8) return Utf8Text(bytes, labels);
  std::optional<Converted> converted = ConvertToUtf8(bytes, encoding);
  if (!converted) return std::nullopt;
  DecodedText text;
  text.utf8 = std::move(converted->utf8);
  text.replaced = converted->replaced;
  text.charset = encoding.name;
  SetLabel(labels, encoding, &text);
  return text;
}

std::optional<DecodedText> TextByBom(std::string_view bytes,
                                     const Labels& labels) {
  if (bytes.starts_with("\xEF\xBB\xBF")) {
    return Utf8Text(bytes.substr(3), labels);
  }
  const char* utf16 = bytes.starts_with("\xFE\xFF")   ? "utf-16be"
                      : bytes.starts_with("\xFF\xFE") ? "utf-16le"
                                                      : nullptr;
  if (utf16 == nullptr) return std::nullopt;
  return ConvertedText(bytes.substr(2), *EncodingOf(utf16), labels);
}

// UTF-16 without a BOM shows in its markup, where every second byte is a NUL.
const Encoding* Utf16ByNuls(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, 1024);
  size_t even = 0;
  size_t odd = 0;
  for (size_t i = 0; i < head.size(); ++i) {
    if (head[i] == '\0') ++(i % 2 == 0 ? even : odd);
  }
  const size_t many = head.size() / 5;
  const size_t few = head.size() / 50;
  if (head.size() < 16) return nullptr;
  if (odd > many && even <= few) return EncodingOf("utf-16le");
  if (even > many && odd <= few) return EncodingOf("utf-16be");
  return nullptr;
}

// Eight bytes at a time: this reads every page whole.
bool IsAscii(std::string_view bytes) {
  constexpr uint64_t kHighBits = 0x8080808080808080;
  size_t at = 0;
  for (uint64_t word = 0; at + sizeof word <= bytes.size(); at += sizeof word) {
    std::memcpy(&word, bytes.data() + at, sizeof word);
    if ((word & kHighBits) != 0) return false;
  }
  return std::none_of(bytes.begin() + static_cast<long>(at), bytes.end(),
                      [](char c) { return static_cast<uint8_t>(c) >= 0x80; });
}

int64_t CountHigh(std::string_view bytes) {
  return std::count_if(bytes.begin(), bytes.end(),
                       [](char c) { return static_cast<uint8_t>(c) >= 0x80; });
}

// Two characters of GB18030 may by chance be two-byte UTF-8. A handful of such
// sequences, most of them outside Latin-1 (which is where UTF-8 pages have
// their two-byte characters: © and the no-break space), is the label's.
bool MayBeChance(const Utf8Census& census, const Encoding* label) {
  return Is(label, Form::kMultiByte) && census.longer == 0 &&
         census.two_byte > census.latin && census.good() <= 8;
}

// The share of bytes above 0x7F that stand next to another: nearly all of them
// in Chinese or Cyrillic, few in Western text.
double PairedShare(std::string_view bytes) {
  size_t high = 0;
  size_t paired = 0;
  bool before = false;
  for (size_t i = 0; i < bytes.size(); ++i) {
    const bool now = static_cast<uint8_t>(bytes[i]) >= 0x80;
    const bool after =
        i + 1 < bytes.size() && static_cast<uint8_t>(bytes[i + 1]) >= 0x80;
    if (now) ++high;
    if (now && (before || after)) ++paired;
    before = now;
  }
  return high == 0 ? 0
                   : static_cast<double>(paired) / static_cast<double>(high);
}

// Bytes that are not valid UTF-8, nor in UTF-16. Candidates in the order of
// trust: the first whose reading is clean wins, else the one with the fewest
// breaks.
class Chooser {
 public:
  Chooser(std::string_view bytes, const Labels& labels)
      : bytes_(bytes),
        labels_(labels),
        census_(CountUtf8(bytes)),
        high_bytes_(CountHigh(bytes)) {}

  DecodedText Run() {
    if (IsMostlyUtf8()) return Utf8Text(bytes_, labels_);
    std::optional<DecodedText> best;
    for (const Encoding* candidate : Candidates()) {
      std::optional<DecodedText> text =
          ConvertedText(bytes_, *candidate, labels_);
      if (!text) continue;
      if (IsClean(*text)) return *std::move(text);
      if (!best || text->replaced < best->replaced) best = std::move(text);
    }
    return best ? *std::move(best) : Utf8Text(bytes_, labels_);
  }

 private:
  // A cut last character or a fragment from elsewhere does not unmake a page of
  // UTF-8: well-formed sequences do not come about by chance. Where the label
  // says UTF-8, four to one are enough; against it, sixteen.
  bool IsMostlyUtf8() const {
    const bool labelled = Is(labels_.http_encoding, Form::kUtf8) ||
                          (labels_.http_encoding == nullptr &&
                           Is(labels_.meta_encoding, Form::kUtf8));
    if (labelled) return census_.good() >= 4 * census_.broken;
    return census_.longer >= 16 * census_.broken;
  }

  // A fragment from elsewhere and a cut character do not speak against an
  // encoding; a wrong one breaks every few characters. Markup proves nothing.
  bool IsClean(const DecodedText& text) const {
    return text.replaced <= 1 + high_bytes_ / 100;
  }

  std::vector<const Encoding*> Candidates() const {
    std::vector<const Encoding*> out;
    const auto add = [&](const Encoding* encoding) {
      if (encoding == nullptr || encoding->form == Form::kUtf8 ||
          encoding->form == Form::kUtf16 ||
          std::find(out.begin(), out.end(), encoding) != out.end()) {
        return;
      }
      out.push_back(encoding);
    };
    const Encoding* const guess = DetectEncoding(bytes_);
    // Every byte is clean in a single-byte charset, so the label alone proves
    // nothing: servers send "iso-8859-1" with everything. Where the bytes stand
    // in groups, what names another charset is heard first.
    const bool grouped = PairedShare(bytes_) >= 0.75;
    if (grouped && IsWestern(labels_.http_encoding)) {
      if (!IsWestern(labels_.meta_encoding)) add(labels_.meta_encoding);
      if (!IsWestern(guess)) add(guess);
    }
    add(labels_.http_encoding);
    if (grouped && IsWestern(labels_.meta_encoding) && !IsWestern(guess)) {
      add(guess);
    }
    add(labels_.meta_encoding);
    add(guess);
    add(EncodingOf("windows-1252"));
    return out;
  }

  static bool IsWestern(const Encoding* encoding) {
    return encoding == EncodingOf("windows-1252") ||
           encoding == EncodingOf("iso-8859-15");
  }

  const std::string_view bytes_;
  const Labels& labels_;
  const Utf8Census census_;
  const int64_t high_bytes_;
};

}  // namespace

DecodedText DecodeText(std::string_view bytes, std::string_view content_type) {
  const Labels labels = ReadLabels(bytes, content_type);
  if (std::optional<DecodedText> text = TextByBom(bytes, labels)) {
    return *std::move(text);
  }
  const Encoding* const label = labels.http_encoding != nullptr
                                    ? labels.http_encoding
                                    : labels.meta_encoding;
  if (const Encoding* utf16 = Utf16ByNuls(bytes)) {
    return ConvertedText(bytes, *utf16, labels)
        .value_or(Utf8Text(bytes, labels));
  }
  if (IsAscii(bytes)) {
    // The same text under every label but one with escapes.
    const bool escapes = Is(label, Form::kStateful) &&
                         bytes.find('\x1B') != std::string_view::npos;
    if (escapes) {
      return ConvertedText(bytes, *label, labels)
          .value_or(Utf8Text(bytes, labels));
    }
    DecodedText text = Utf8Text(bytes, labels);
    if (label != nullptr && label->form != Form::kUtf16) {
      text.charset = label->name;
    }
    text.label = labels.http_encoding != nullptr ? labels.http : labels.meta;
    text.label_lied = false;
    return text;
  }
  if (IsValidUtf8(bytes)) {
    // The census costs more than all else here.
    if (Is(label, Form::kMultiByte) && MayBeChance(CountUtf8(bytes), label)) {
      std::optional<DecodedText> text = ConvertedText(bytes, *label, labels);
      if (text && text->replaced == 0) return *std::move(text);
    }
    return Utf8Text(bytes, labels);
  }
  return Chooser(bytes, labels).Run();
}

}  // namespace newsmill
