#include "fetcher/seeds/seed_document.h"

#include <algorithm>
#include <climits>
#include <memory>
#include <mutex>

#include <libxml/parser.h>
#include <libxml/xmlreader.h>

#include "core/base/text.h"
#include "fetcher/seeds/seed_entry_reader.h"

namespace newsmill {
namespace {

constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf";
constexpr size_t kLongestProblem = 200;

struct ReaderFree {
  void operator()(xmlTextReader* reader) const { xmlFreeTextReader(reader); }
};
using ReaderHandle = std::unique_ptr<xmlTextReader, ReaderFree>;

// What the library first found wrong.
struct FirstFault {
  std::string message;
  xmlTextReader* reader = nullptr;
  long offset = -1;  // in the bytes; -1: unknown
};

void OnFault(void* data, const char* message, xmlParserSeverities severity,
             xmlTextReaderLocatorPtr where) {
  auto* const fault = static_cast<FirstFault*>(data);
  const bool is_error = severity == XML_PARSER_SEVERITY_ERROR ||
                        severity == XML_PARSER_SEVERITY_VALIDITY_ERROR;
  if (!is_error || !fault->message.empty()) return;
  if (fault->reader != nullptr) {
    fault->offset = xmlTextReaderByteConsumed(fault->reader);
  }
  fault->message =
      "line " + std::to_string(xmlTextReaderLocatorLineNumber(where)) + ": " +
      std::string(Trimmed(message)).substr(0, kLongestProblem);
}

std::string_view View(const xmlChar* text) {
  if (text == nullptr) return {};
  return reinterpret_cast<const char*>(text);
}

// The encoding that the XML declaration names, in lower case; nullopt: none.
std::optional<std::string> DeclaredEncoding(std::string_view bytes) {
  constexpr std::string_view kName = "encoding";
  if (!bytes.starts_with("<?xml")) return std::nullopt;
  const std::string_view declaration = bytes.substr(0, bytes.find("?>"));
  const size_t name = declaration.find(kName);
  if (name == std::string_view::npos) return std::nullopt;
  std::string_view rest = declaration.substr(name + kName.size());
  const size_t open = rest.find_first_of("\"'");
  if (open == std::string_view::npos) return std::nullopt;
  const char quote = rest[open];
  rest.remove_prefix(open + 1);
  return AsciiLowered(rest.substr(0, rest.find(quote)));
}

// What the library is told of the encoding of a document without a byte order
// mark; empty: it sees for itself.
std::string EncodingOf(std::string_view bytes, std::string_view charset) {
  if (bytes.starts_with("\xfe\xff") || bytes.starts_with("\xff\xfe")) return "";
  std::string name =
      DeclaredEncoding(bytes).value_or(AsciiLowered(Trimmed(charset)));
  // As browsers do (WHATWG Encoding): pages that say the smaller set use the
  // greater one.
  if (name == "gb2312" || name == "gbk" || name == "x-gbk") name = "gb18030";
  if (name == "iso-8859-1" || name == "us-ascii") name = "windows-1252";
  const bool library_knows = name.empty() || name == "utf-8" ||
                             name == "utf8" || name.starts_with("utf-16");
  if (library_knows) return "";
  xmlCharEncodingHandler* const found =
      xmlFindCharEncodingHandler(name.c_str());
  if (found == nullptr) return "";
  xmlCharEncCloseFunc(found);
  return name;
}

ReaderHandle NewReader(std::string_view bytes, const std::string& encoding,
                       FirstFault* fault) {
  static std::once_flag once;
  std::call_once(once, [] { xmlInitParser(); });
  // Without XML_PARSE_NOENT, _DTDLOAD, _DTDATTR and _HUGE: nothing is expanded
  // in texts, nothing is loaded, the library's own bounds hold.
  const int options = XML_PARSE_NONET | XML_PARSE_COMPACT |
                      (encoding.empty() ? 0 : XML_PARSE_IGNORE_ENC);
  ReaderHandle reader(xmlReaderForMemory(
      bytes.data(), static_cast<int>(bytes.size()), nullptr,
      encoding.empty() ? nullptr : encoding.c_str(), options));
  fault->reader = reader.get();
  if (reader) xmlTextReaderSetErrorHandler(reader.get(), &OnFault, fault);
  return reader;
}

// The attributes of the element that the reader stands on.
void ReadAttributes(xmlTextReader* reader, SeedElement* element) {
  while (xmlTextReaderMoveToNextAttribute(reader) == 1) {
    const std::string_view name = View(xmlTextReaderConstLocalName(reader));
    const std::string_view prefix = View(xmlTextReaderConstPrefix(reader));
    std::optional<std::string>* place = nullptr;
    if (prefix == "xml" && name == "base") place = &element->base;
    if (prefix == "rdf" && name == "about") place = &element->about;
    if (prefix.empty() && name == "href") place = &element->href;
    if (prefix.empty() && name == "rel") place = &element->rel;
    if (prefix.empty() && name == "isPermaLink") place = &element->perma;
    if (place == nullptr) continue;
    *place = std::string(View(xmlTextReaderConstValue(reader)));
  }
  xmlTextReaderMoveToElement(reader);
}

bool ReadElement(xmlTextReader* reader, SeedEntryReader& entries) {
  SeedElement element;
  element.name = View(xmlTextReaderConstLocalName(reader));
  element.name_space = View(xmlTextReaderConstNamespaceUri(reader));
  const bool is_empty = xmlTextReaderIsEmptyElement(reader) == 1;
  if (xmlTextReaderHasAttributes(reader) == 1) {
    ReadAttributes(reader, &element);
  }
  if (!entries.Begin(element)) return false;
  if (is_empty) entries.End();
  return true;
}

// Whether to read on.
bool ReadNode(xmlTextReader* reader, SeedEntryReader& entries) {
  switch (xmlTextReaderNodeType(reader)) {
    case XML_READER_TYPE_ELEMENT:
      return ReadElement(reader, entries);
    case XML_READER_TYPE_END_ELEMENT:
      entries.End();
      return true;
    case XML_READER_TYPE_TEXT:
    case XML_READER_TYPE_CDATA:
    case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
      entries.Text(View(xmlTextReaderConstValue(reader)));
      return true;
    case XML_READER_TYPE_ENTITY_REFERENCE:
      entries.Spoil();
      return true;
    default:
      return true;
  }
}

// Gives where the fault is; nullopt: there is none, or nobody knows.
std::optional<size_t> ReadXmlOnce(std::string_view bytes, const Url& base,
                                  const std::string& encoding,
                                  SeedDocument* document) {
  FirstFault fault;
  const ReaderHandle reader = NewReader(bytes, encoding, &fault);
  if (!reader) {
    document->problem = "no memory to read it";
    return std::nullopt;
  }
  SeedEntryReader entries(base, document);
  int state = 1;
  while ((state = xmlTextReaderRead(reader.get())) == 1) {
    if (!ReadNode(reader.get(), entries)) return std::nullopt;
  }
  if (state == 0 && document->kind != SeedDocument::Kind::kUnknown) {
    return std::nullopt;
  }
  document->problem =
      !fault.message.empty() ? fault.message : "it ends too early";
  if (fault.offset <= 0) return std::nullopt;
  return std::min(bytes.size(), static_cast<size_t>(fault.offset));
}

// The library reads some hundred bytes ahead and keeps what it found there to
// itself where there is a fault. What stands before the fault is therefore read
// again, as a document that ends there.
void ReadXml(std::string_view bytes, const Url& base,
             const std::string& encoding, SeedDocument* document) {
  const auto fault = ReadXmlOnce(bytes, base, encoding, document);
  if (!fault || *fault == bytes.size()) return;
  SeedDocument before;
  (void)ReadXmlOnce(bytes.substr(0, *fault), base, encoding, &before);
  if (before.entries.size() <= document->entries.size()) return;
  before.problem = std::move(document->problem);
  *document = std::move(before);
}

// sitemaps.org, "Text file": UTF-8, one URL a line, nothing else.
void ReadLines(std::string_view text, SeedDocument* document) {
  document->kind = SeedDocument::Kind::kSitemap;
  document->format = "list of URLs";
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = Trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    if (document->entries.size() + document->unreadable >= kMostSeedEntries) {
      document->problem = "it names more than " +
                          std::to_string(kMostSeedEntries) +
                          ", the most that a sitemap may";
      return;
    }
    if (auto url = Url::Parse(line)) {
      document->entries.push_back({std::move(*url), std::nullopt});
    } else {
      ++document->unreadable;
    }
  }
}

}  // namespace

SeedDocument ReadSeedDocument(std::string_view bytes, const Url& base,
                              std::string_view charset) {
  SeedDocument document;
  // Blank lines before the XML declaration are an error of XML and common.
  std::string_view text = bytes;
  if (text.starts_with(kUtf8Mark)) text.remove_prefix(kUtf8Mark.size());
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) {
    document.problem = "it is empty";
    return document;
  }
  text.remove_prefix(first);
  if (text.size() > INT_MAX) {
    document.problem = "it is too large";
  } else if (text.starts_with("http://") || text.starts_with("https://")) {
    ReadLines(text, &document);
  } else {
    const bool marked = bytes.starts_with(kUtf8Mark);
    ReadXml(text, base, marked ? "UTF-8" : EncodingOf(text, charset),
            &document);
  }
  return document;
}

}  // namespace newsmill
