#pragma once

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "app/cli/output.h"
#include "core/base/result.h"
#include "newsmill/v1/article.pb.h"

namespace newsmill {

// The article as somebody reads it: headline, who and when, text, what else the
// page says.
void PrintArticle(const v1::Article& article, Output& out);

// Which fields of an Article are printed, from `--fields a,b.c`.
class FieldSelection {
 public:
  // kInvalidArgument names an unknown field and the nearest one.
  static Result<FieldSelection> Parse(const std::string& list);

  // All fields where nothing was selected; otherwise exactly the selected, in
  // their order, null where the article does not have one.
  nlohmann::ordered_json Apply(const v1::Article& article) const;

  const std::vector<std::string>& fields() const { return fields_; }

 private:
  std::vector<std::string> fields_;
};

// "2018-12-12 16:40" in the page's own zone, empty without a date.
std::string DateText(const v1::PageDate& date);

}  // namespace newsmill
