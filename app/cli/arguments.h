#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/time.h"

namespace newsmill {

// Where a command declares what it takes; the targets outlive the parsing.
// Names are given as `--limit`; flags are false and options untouched where
// they are not given.
class Arguments {
 public:
  virtual ~Arguments() = default;

  virtual void Flag(const std::string& name, bool* target,
                    const std::string& help) = 0;
  // `value`: what stands for the value in the help, such as FILE.
  virtual void Option(const std::string& name, const std::string& value,
                      std::string* target, const std::string& help) = 0;
  virtual void Option(const std::string& name, const std::string& value,
                      std::vector<std::string>* target,  // may be repeated
                      const std::string& help) = 0;
  virtual void Option(const std::string& name, const std::string& value,
                      std::optional<int64_t>* target,
                      const std::string& help) = 0;
  virtual void Option(const std::string& name, const std::string& value,
                      std::optional<Duration>* target,
                      const std::string& help) = 0;
  virtual void Positional(const std::string& value, std::string* target,
                          bool required, const std::string& help) = 0;
  virtual void Positional(const std::string& value,
                          std::vector<std::string>* target,
                          const std::string& help) = 0;
};

}  // namespace newsmill
