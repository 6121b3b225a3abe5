#include "parser/config.h"

namespace newsmill {

void ParserConfig::Declare(config::Schema& schema) {
  schema.AddInteger("parser.threads", &threads, 0,
                    "Threads that parse pages; 0 is one per core.");
  schema.Add("parser.max_inflated_bytes", &max_inflated_bytes,
             "A body larger than this after inflating is dead.");
  schema.Add("parser.max_tree_bytes", &max_tree_bytes,
             "Memory that the tree of one page may take.");
  schema.Add("parser.max_depth", &max_depth,
             "How deeply the elements of a page may nest.");
  schema.Add("parser.deadline", &deadline,
             "How long building the tree of one page may take.");
  schema.Add("parser.rules_reload", &rules_reload,
             "How often a running parser looks whether a rule has changed; 0s: "
             "never, the rules are those of its start.");
  schema.AddChoice("parser.noindex", &noindex, {"skip", "record"},
                   "What becomes of a page that robots meta or X-Robots-Tag "
                   "keep from being indexed, where its site's rule does not "
                   "say: skipped, or recorded with its article.");
  schema.AddChoice("parser.tdm", &tdm, {"record", "skip"},
                   "The same for a page that reserves text and data mining.");
}

}  // namespace newsmill
