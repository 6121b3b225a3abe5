#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/url.h"
#include "fetcher/robots/robots_pattern.h"
#include "newsmill/v1/fetched_page.pb.h"

namespace newsmill {

// What counts of a tdmrep.json; a longer one is none.
inline constexpr int64_t kMostTdmBytes = 256 * 1024;

// The /.well-known/tdmrep.json of an origin (TDM Reservation Protocol): rules
// for paths, in their order. Immutable.
class TdmFile {
 public:
  // Nothing is said.
  TdmFile() = default;
  // kInvalidArgument: it is not an array of objects. A member that is no rule
  // (without a location or a reservation of 0 or 1) is passed over.
  static Result<TdmFile> Parse(std::string_view json);

  // The first rule whose location matches; nullptr: none does. Valid as long
  // as the file.
  const v1::TdmRule* Find(const Url& url) const;

  size_t size() const { return rules_.size(); }
  // In memory, about.
  size_t bytes() const;

 private:
  struct Rule {
    RobotsPattern location;
    v1::TdmRule rule;
  };
  std::vector<Rule> rules_;
};

}  // namespace newsmill
