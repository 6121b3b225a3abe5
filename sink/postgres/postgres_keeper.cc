#include "sink/postgres/postgres_keeper.h"

#include "sink/postgres/connection.h"
#include "sink/postgres/postgres_migrator.h"
#include "sink/sql_keeper.h"

namespace newsmill::postgres {
namespace {

class PostgresChanges final : public sql::Changes, private sql::Transaction {
 public:
  explicit PostgresChanges(std::unique_ptr<Connection> connection)
      : connection_(std::move(connection)) {}

  Result<void> Begin() override { return connection_->Execute("BEGIN"); }
  Result<void> Commit() override { return connection_->Execute("COMMIT"); }
  void Rollback() override {
    // Where even this fails the session is gone, and the transaction with it.
    if (!connection_->broken()) (void)connection_->Execute("ROLLBACK");
  }
  Result<std::vector<sql::Row>> Ask(
      const std::string& text, const std::vector<sql::Value>& values) override {
    return connection_->Ask(text, values);
  }
  sql::Transaction& transaction() override { return *this; }
  std::string TimeText(const std::string& column) const override {
    return postgres::TimeText(column);
  }

 private:
  Result<std::vector<std::optional<sql::Row>>> Run(
      const std::vector<sql::Write>& writes) override {
    std::vector<Sent> statements;
    statements.reserve(writes.size());
    for (const sql::Write& write : writes) statements.push_back({&write, ""});
    return connection_->Pipeline(statements);
  }

  std::unique_ptr<Connection> connection_;
};

}  // namespace

Result<std::unique_ptr<StoreKeeper>> OpenKeeper(const SinkConfig& config,
                                                const Clock& clock) {
  ConnectionOptions options;
  options.url = config.url;
  options.schema = config.schema;
  options.tcp_user_timeout = config.session_timeout;
  options.application_name = "newsmill keeper";
  options.patience = std::chrono::minutes(10);  // much may be deleted
  auto connection = Connection::Open(options);
  if (!connection) return connection.error();
  Result<void> step = CheckSchemaForReading(**connection, config.schema);
  if (step) step = (*connection)->Prepare(sql::AllStatements());
  if (!step) return step.error();
  return sql::NewSqlKeeper(
      std::make_unique<PostgresChanges>(std::move(*connection)),
      config.keeps_history(), clock);
}

}  // namespace newsmill::postgres
