#pragma once

#include <string>
#include <vector>

#include <libpq-fe.h>

#include "sink/value.h"

namespace newsmill::postgres {

// The types of a prepared statement's parameters, as the server's catalogue
// numbers them.
std::vector<Oid> TypeOids(const std::vector<sql::Type>& types);

// Values as libpq wants them: text, and bytes as they are. Without types bytes
// cannot be told from text and are not allowed. Must outlive the call.
class Parameters {
 public:
  Parameters(const std::vector<sql::Value>& values,
             const std::vector<sql::Type>& types = {});

  int count() const { return static_cast<int>(pointers_.size()); }
  const char* const* values() const { return pointers_.data(); }
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }

 private:
  std::vector<std::string> texts_;
  std::vector<const char*> pointers_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
};

}  // namespace newsmill::postgres
