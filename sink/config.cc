#include "sink/config.h"

#include "sink/registry.h"

namespace newsmill {

void SinkConfig::Declare(config::Schema& schema_of_keys) {
  schema_of_keys.AddChoice("store.backend", &backend, StoreBackends(),
                           "Where articles come to rest.");
  schema_of_keys.AddSecret(
      "store.url", &url,
      "PostgreSQL: a connection string as libpq reads it, such as "
      "postgresql://user@host/database. SQLite: the file; empty: store.db in "
      "the data folder.");
  schema_of_keys.Add("store.schema", &schema,
                     "PostgreSQL: the schema that holds the tables.");
  schema_of_keys.Add("store.auto_migrate", &auto_migrate,
                     "Bring the store's schema up to date at the start; "
                     "otherwise an old one stops it.");
  schema_of_keys.AddChoice(
      "store.history", &history, {"changes", "off"},
      "`changes`: what an article said before its content changed is kept in "
      "article_versions, in the same transaction.");
  schema_of_keys.Add("sink.batch_rows", &batch_rows,
                     "Records that one store transaction takes at most.");
  schema_of_keys.Add("sink.batch_bytes", &batch_bytes,
                     "Bytes of records that one store transaction takes at "
                     "most; a single larger record goes alone.");
  schema_of_keys.Add("sink.batch_linger", &batch_linger,
                     "How long a record waits for others before it is "
                     "written.");
}

}  // namespace newsmill
