#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"

// Configuration: defaults < TOML file < NEWSMILL_* < --set. Each key is
// declared once, with the place its value goes to (which holds the default at
// that moment) and one sentence; docs/configuration.md and
// deploy/config/newsmill.toml are generated from the declarations. Used by one
// thread.

namespace newsmill::config {

using Target = std::variant<bool*, int64_t*, double*, std::string*, Duration*,
                            std::vector<std::string>*, std::vector<Duration>*,
                            std::map<std::string, std::string>*>;

struct Key {
  std::string name;  // section.key; without a dot an open section
  Target target;
  std::string sentence;
  // Not empty: the only values a string may have.
  std::vector<std::string> choices;
  // Masked by `config show`; `<name>_file` names a file that holds the value.
  bool secret = false;
  // Of an integer: values below are refused. Most count or bound something, and
  // none of it would be a mistake.
  int64_t least = 1;
};

// Whether a key of an open section holds a password, by its name; such a value
// is not printed.
bool LooksSecret(std::string_view name);

// Where the value of a key came from, for `config show`.
enum class Origin { kDefault, kFile, kEnvironment, kFlag };

class Layer;

class Schema {
 public:
  void Add(std::string name, Target target, std::string sentence);
  // An integer that may be smaller than 1, by the least value it may have.
  void AddInteger(std::string name, int64_t* target, int64_t least,
                  std::string sentence);
  void AddChoice(std::string name, std::string* target,
                 std::vector<std::string> choices, std::string sentence);
  void AddSecret(std::string name, std::string* target, std::string sentence);
  // A section whose keys are not ours to know (librdkafka's properties); dots
  // in them need no quotes. What looks like a secret is treated as one.
  void AddOpenSection(std::string name,
                      std::map<std::string, std::string>* target,
                      std::string sentence);

  // Applies one layer to the targets. kBadConfiguration names file and line (or
  // the variable, or the flag), what was found and what was expected; the
  // nearest known key where the key is unknown.
  Result<void> ApplyFile(const std::string& path);
  Result<void> ApplyToml(std::string_view text, const std::string& source);
  // NEWSMILL_FETCHER__HOST_DELAY=2s: two underscores between section and key;
  // in an open section one stands for a dot. Others are not ours (Kubernetes
  // sets NEWSMILL_PORT for a service of that name) and are left alone.
  Result<void> ApplyEnvironment(const std::map<std::string, std::string>& env);
  // `fetcher.host_delay=2s`; the value is TOML, a bare word a string.
  Result<void> ApplySet(std::string_view assignment);

  const std::vector<Key>& keys() const { return keys_; }
  // Of an open section's key: `kafka.bootstrap.servers`.
  Origin OriginOf(const std::string& name) const;

  // The whole, as TOML that can be read again; secrets masked.
  std::string ShowToml() const;
  // Every key with its default and its sentence; call before any Apply.
  std::string DefaultToml() const;
  std::string ReferenceMarkdown() const;

 private:
  friend class Layer;

  std::vector<Key> keys_;
  std::map<std::string, Origin> origins_;
};

}  // namespace newsmill::config
