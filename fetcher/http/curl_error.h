#pragma once

#include <string_view>

#include <curl/curl.h>

#include "newsmill/v1/common.pb.h"

namespace newsmill {

struct CurlFailure {
  v1::Reason reason = v1::REASON_UNSPECIFIED;
  bool own_fault = false;
};

// What an error of libcurl means to a crawler. `answer_begun`: whether any byte
// of the answer had arrived; `text`: libcurl's own words, which are the only
// place where it tells a broken chunk from a broken connection.
CurlFailure MapCurlError(CURLcode code, bool answer_begun,
                         std::string_view text);

}  // namespace newsmill
