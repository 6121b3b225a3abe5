#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/time.h"

namespace newsmill {

// One record of a WARC file (WARC 1.1, ISO 28500:2017). A value.
struct WarcRecord {
  std::string type;  // "response"
  std::string id;    // "<urn:uuid:...>"
  Timestamp date;
  std::string target_uri;    // empty: none
  std::string content_type;  // of the block
  // Further fields, in order; a value holds no line end.
  std::vector<std::pair<std::string, std::string>> fields;
  std::string block;
};

std::string NewWarcId(Timestamp now);

// "sha1:" and the digest in base 32, as crawlers write it.
std::string WarcDigest(std::string_view bytes);

// The record as a gzip member of its own, with length and digest of its block.
std::string PackWarcRecord(const WarcRecord& record);

}  // namespace newsmill
