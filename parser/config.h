#pragma once

#include <cstdint>
#include <string>

#include "core/base/time.h"
#include "core/runtime/config.h"

namespace newsmill {

// Section [parser].
struct ParserConfig {
  int64_t threads = 0;  // 0: one per core
  // Guards of one page.
  int64_t max_inflated_bytes = 16 << 20;
  int64_t max_tree_bytes = 256 << 20;
  int64_t max_depth = 512;
  Duration deadline = std::chrono::seconds(2);
  // How often the folders of rules are looked at; zero: at the start only.
  // Reading a hundred rules takes a millisecond.
  Duration rules_reload = std::chrono::seconds(1);
  // What becomes of pages that opt out, where the site's rule does not say:
  // "skip" or "record".
  std::string noindex = "skip";
  std::string tdm = "record";

  void Declare(config::Schema& schema);
};

}  // namespace newsmill
