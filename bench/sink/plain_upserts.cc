#include "bench/sink/plain_upserts.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <libpq-fe.h>

namespace newsmill::bench {
namespace {

constexpr int kRowsOfTransaction = 500;

struct Close {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct Clear {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Connection = std::unique_ptr<PGconn, Close>;
using Answer = std::unique_ptr<PGresult, Clear>;

Error ErrorOf(PGconn* connection) {
  return Error{Code::kInternal, PQerrorMessage(connection)};
}

Result<Answer> Ask(PGconn* connection, const std::string& text) {
  Answer answer(PQexec(connection, text.c_str()));
  const ExecStatusType status = PQresultStatus(answer.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
    return ErrorOf(connection);
  }
  return answer;
}

// Rows as they were read, and the statement that upserts one of them.
struct Table {
  std::string statement;  // its name
  Answer rows;
  int columns = 0;
};

// Generated columns are the server's own.
Result<std::vector<std::string>> ColumnsOf(PGconn* connection,
                                           const std::string& table) {
  const auto answer =
      Ask(connection,
          "SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = '" +
              table +
              "'::regclass AND attnum > 0 AND NOT attisdropped AND "
              "attgenerated = '' ORDER BY attnum");
  if (!answer) return answer.error();
  std::vector<std::string> names;
  for (int i = 0; i < PQntuples(answer->get()); ++i) {
    names.emplace_back(PQgetvalue(answer->get(), i, 0));
  }
  return names;
}

std::string UpsertInto(const std::string& table, const std::string& key,
                       const std::vector<std::string>& columns) {
  std::string names, places, set;
  for (size_t i = 0; i < columns.size(); ++i) {
    const std::string comma = i == 0 ? "" : ", ";
    names += comma + columns[i];
    places += comma + "$" + std::to_string(i + 1);
    set += comma + columns[i] + " = EXCLUDED." + columns[i];
  }
  return "INSERT INTO " + table + " (" + names + ") VALUES (" + places +
         ") ON CONFLICT (" + key + ") DO UPDATE SET " + set;
}

Result<Table> Copy(PGconn* connection, const std::string& name,
                   const std::string& key, const std::string& from,
                   const std::string& to) {
  const std::string source = from + "." + name, target = to + "." + name;
  auto made = Ask(connection, "CREATE TABLE " + target + " (LIKE " + source +
                                  " INCLUDING ALL)");
  if (!made) return made.error();
  const auto columns = ColumnsOf(connection, source);
  if (!columns) return columns.error();
  std::string list;
  for (const std::string& column : *columns) {
    list += (list.empty() ? "" : ", ") + column;
  }
  auto rows = Ask(connection, "SELECT " + list + " FROM " + source);
  if (!rows) return rows.error();
  const std::string statement = "upsert_" + name;
  const Answer prepared(PQprepare(connection, statement.c_str(),
                                  UpsertInto(target, key, *columns).c_str(), 0,
                                  nullptr));
  if (PQresultStatus(prepared.get()) != PGRES_COMMAND_OK) {
    return ErrorOf(connection);
  }
  return Table{statement, *std::move(rows), static_cast<int>(columns->size())};
}

bool Send(PGconn* connection, const Table& table, int row,
          std::vector<const char*>& values) {
  values.clear();
  for (int i = 0; i < table.columns; ++i) {
    values.push_back(PQgetisnull(table.rows.get(), row, i) != 0
                         ? nullptr
                         : PQgetvalue(table.rows.get(), row, i));
  }
  return PQsendQueryPrepared(connection, table.statement.c_str(), table.columns,
                             values.data(), nullptr, nullptr, 0) != 0;
}

bool SendText(PGconn* connection, const char* text) {
  return PQsendQueryParams(connection, text, 0, nullptr, nullptr, nullptr,
                           nullptr, 0) != 0;
}

// Reads the answers of a transaction up to its Sync.
Result<void> ReadAnswers(PGconn* connection) {
  while (true) {
    const Answer answer(PQgetResult(connection));
    if (answer == nullptr) continue;  // the end of one statement's answer
    const ExecStatusType status = PQresultStatus(answer.get());
    if (status == PGRES_PIPELINE_SYNC) return {};
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
      return ErrorOf(connection);
    }
  }
}

}  // namespace

struct PlainUpserts::State {
  Connection connection;
  std::vector<Table> tables;
};

PlainUpserts::PlainUpserts(std::unique_ptr<State> state)
    : state_(std::move(state)) {}
PlainUpserts::PlainUpserts(PlainUpserts&& other) noexcept = default;
PlainUpserts::~PlainUpserts() = default;

Result<PlainUpserts> PlainUpserts::Prepare(const std::string& url,
                                           const std::string& from,
                                           const std::string& to, bool ledger) {
  auto state = std::make_unique<State>();
  state->connection.reset(PQconnectdb(url.c_str()));
  PGconn* const connection = state->connection.get();
  if (PQstatus(connection) != CONNECTION_OK) return ErrorOf(connection);
  if (auto made = Ask(connection, "CREATE SCHEMA " + to); !made) {
    return made.error();
  }
  auto articles = Copy(connection, "articles", "article_key", from, to);
  if (!articles) return articles.error();
  state->tables.push_back(*std::move(articles));
  if (ledger) {
    auto tasks = Copy(connection, "ledger", "task_id", from, to);
    if (!tasks) return tasks.error();
    state->tables.push_back(*std::move(tasks));
  }
  return PlainUpserts(std::move(state));
}

Result<void> PlainUpserts::Run() {
  PGconn* const connection = state_->connection.get();
  if (PQenterPipelineMode(connection) == 0) return ErrorOf(connection);
  const int rows = PQntuples(state_->tables.front().rows.get());
  std::vector<const char*> values;
  for (int from = 0; from < rows; from += kRowsOfTransaction) {
    bool sent = SendText(connection, "BEGIN");
    for (const Table& table : state_->tables) {
      for (int i = from; sent && i < std::min(rows, from + kRowsOfTransaction);
           ++i) {
        sent = Send(connection, table, i, values);
      }
    }
    if (!sent || !SendText(connection, "COMMIT") ||
        PQpipelineSync(connection) == 0) {
      return ErrorOf(connection);
    }
    if (auto read = ReadAnswers(connection); !read) return read;
  }
  return {};
}

}  // namespace newsmill::bench
