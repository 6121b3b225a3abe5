#pragma once

#include <string>

// The documents that are generated; `./dev docs` writes them.

namespace newsmill {

// docs/configuration.md, from the declarations of the keys.
std::string ConfigurationMarkdown();

// deploy/config/newsmill.toml: every key with its default.
std::string DefaultConfiguration();

// docs/outcomes.md, from the sentences in proto/newsmill/v1/common.proto.
std::string OutcomesMarkdown();

// docs/rules.md, from the declarations of the keys of rules.
std::string RulesMarkdown();

}  // namespace newsmill
