#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace newsmill {

// Undoes the content encodings of a response (gzip, deflate, br, zstd, several
// in a row), under a limit of the inflated size. kTooLarge, kCorrupt (with what
// could be read before the fault lost), kUnsupported for an unknown encoding.
//
// `truncated`: the body is known to have broken off, so that it ends early is no
// fault, and what can be read is the answer.
Result<std::string> InflateBody(std::string_view body,
                                std::string_view content_encoding,
                                size_t max_bytes, bool truncated = false);

struct DecodedText {
  std::string utf8;         // valid UTF-8, without BOM
  std::string charset;      // what the bytes were: "UTF-8", "GB18030"
  std::string label;        // what header or meta said, empty if nothing
  bool label_lied = false;  // the label names another charset
  int64_t replaced = 0;     // U+FFFD put in for broken sequences
};

// Bytes before labels: a BOM, else valid UTF-8, else the HTTP header's charset,
// else the meta's, else a detector; gb2312 and gbk are read as GB18030 (WHATWG
// Encoding).
DecodedText DecodeText(std::string_view bytes, std::string_view content_type);

}  // namespace newsmill
