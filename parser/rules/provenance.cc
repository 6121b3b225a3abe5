#include "parser/rules/provenance.h"

namespace newsmill::rules {

void Note(std::string_view field, v1::Provenance::Source source,
          std::string detail, v1::Article* article) {
  v1::Provenance* entry = nullptr;
  for (v1::Provenance& known : *article->mutable_provenance()) {
    if (known.field() == field) entry = &known;
  }
  if (entry == nullptr) {
    entry = article->add_provenance();
    entry->set_field(std::string(field));
  }
  entry->set_source(source);
  entry->set_detail(std::move(detail));
}

}  // namespace newsmill::rules
