// docs/sql.md is a contract: it names the tables as they are, and its queries
// run and find what they are for.

#include <fstream>
#include <map>
#include <sstream>

#include <re2/re2.h>

#include "tests/contract/store_fixture.h"

namespace newsmill {
namespace {

struct Documentation {
  // Per table: "column type", as the backend has them, in order.
  std::map<std::string, std::vector<std::string>> tables;
  std::vector<std::string> queries;
  std::vector<std::string> flat;  // columns of the view
};

// What the document says of one backend.
Documentation Read(const std::string& backend) {
  std::ifstream file(NEWSMILL_SOURCE_DIR "/docs/sql.md");
  EXPECT_TRUE(file.good());
  const RE2 column(R"(\| `(\w+)` \| ([\w\[\]]+) \| ([\w-]+) \| .+ \|)");
  const RE2 flat_column(R"(\| `(\w+)` \|[^|]*\|)");
  Documentation documentation;
  std::string line, table, query, name, postgres, sqlite;
  bool in_query = false, wanted = false;
  while (std::getline(file, line)) {
    if (line.rfind("## ", 0) == 0) table = line.substr(3);
    if (line.rfind("```", 0) == 0) {
      if (in_query && wanted) documentation.queries.push_back(query);
      in_query = !in_query;
      wanted = line == "```sql" || line == "```sql " + backend;
      query.clear();
    } else if (in_query) {
      query += line + "\n";
    } else if (RE2::FullMatch(line, column, &name, &postgres, &sqlite)) {
      const std::string& type = backend == "postgres" ? postgres : sqlite;
      if (type != "-") documentation.tables[table].push_back(name + " " + type);
    } else if (table == "articles_flat" &&
               RE2::FullMatch(line, flat_column, &name)) {
      documentation.flat.push_back(name);
    }
  }
  return documentation;
}

class SqlDocumentation : public StoreTest {
 protected:
  std::vector<std::string> ColumnsOf(const std::string& table) {
    if (config_.backend == "sqlite")
      return Sql("SELECT name || ' ' || type FROM pragma_table_info('" + table +
                 "') ORDER BY cid");
    return Sql(
        "SELECT column_name || ' ' || CASE data_type"
        " WHEN 'timestamp with time zone' THEN 'timestamptz'"
        " WHEN 'ARRAY' THEN 'text[]' ELSE data_type END"
        " FROM information_schema.columns WHERE table_schema = '" +
        config_.schema + "' AND table_name = '" + table +
        "' ORDER BY ordinal_position");
  }
  std::vector<std::string> Tables() {
    if (config_.backend == "sqlite")
      return Sql(
          "SELECT name FROM sqlite_schema WHERE type = 'table'"
          " AND name NOT LIKE 'sqlite_%'");
    return Sql("SELECT tablename FROM pg_tables WHERE schemaname = '" +
               config_.schema + "'");
  }
  // Something for each query to find.
  void Fill(Owner& owner);
};

void SqlDocumentation::Fill(Owner& owner) {
  v1::Article article = MakeArticle("example:1", 10, "same");
  article.add_authors()->set_name("张三");
  article.add_images()->set_caption("caption");
  *article.mutable_date_published()->mutable_time() = ToProto(At(0));
  article.add_usage()->set_signal(v1::UsageSignal::TDM_RESERVED);
  article.set_article_body(
      "Twelve parks opened along the river, and more of them will follow in "
      "the spring, once the old factory by the bridge has been cleared.");
  v1::Article reprint = MakeArticle("example:2", 10, "same");
  reprint.set_headline(article.headline());
  reprint.set_article_body(article.article_body());
  StoreBatch batch;
  batch.articles = {article, reprint};
  batch.accepted = {MakeAccepted(article.task_id(), "example:1", 1),
                    MakeAccepted("open", "example:3", 2)};
  batch.accepted[1].task.set_batch("monday");
  batch.outcomes = {AboutArticle(
      MakeOutcome("gone", v1::GONE, v1::REASON_REMOVED), "example:2", 20)};
  batch.dead_letters = {MakeDead(1, v1::REASON_TRUNCATED)};
  ASSERT_TRUE(owner.Commit(batch));
}

TEST_P(SqlDocumentation, NamesEveryTableAndColumnWithItsType) {
  ASSERT_NE(Open(), nullptr);
  const Documentation documentation = Read(config_.backend);
  EXPECT_EQ(documentation.tables.size(), Tables().size());
  for (const std::string& table : Tables()) {
    ASSERT_EQ(documentation.tables.count(table), 1u) << table;
    EXPECT_EQ(documentation.tables.at(table), ColumnsOf(table)) << table;
  }
}

TEST_P(SqlDocumentation, NamesEveryColumnOfTheFlatView) {
  ASSERT_NE(Open(), nullptr);
  std::vector<std::string> columns;
  for (const std::string& column : ColumnsOf("articles_flat"))
    columns.push_back(column.substr(0, column.find(' ')));
  EXPECT_FALSE(columns.empty());
  EXPECT_EQ(Read(config_.backend).flat, columns);
}

TEST_P(SqlDocumentation, TheFlatViewJoinsListsAndFindsTheLeadImage) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  v1::Article article = MakeArticle("example:1", 10, "h");
  for (const char* name : {"张三", "李四"})
    article.add_authors()->set_name(name);
  article.add_keywords("a");
  article.add_keywords("b");
  article.add_images()->set_url("https://news.example/1.jpg");
  article.add_images()->set_url("https://news.example/2.jpg");
  article.set_lead_image(1);
  owner.Put(article);
  owner.Put(MakeArticle("example:2", 10, "h"));
  EXPECT_EQ(Sql("SELECT authors, keywords, image_count, lead_image_url,"
                " body_characters FROM articles_flat ORDER BY article_key"),
            (std::vector<std::string>{
                "张三; 李四|a; b|2|https://news.example/2.jpg|2",
                "NULL|NULL|0|NULL|2"}));
}

TEST_P(SqlDocumentation, ItsQueriesFindWhatTheyAreFor) {
  const auto store = Open();
  Owner owner(*store);
  owner.Claim();
  Fill(owner);
  const Documentation documentation = Read(config_.backend);
  EXPECT_GE(documentation.queries.size(),
            config_.backend == "postgres" ? 15u : 11u);
  for (const std::string& query : documentation.queries)
    EXPECT_FALSE(Sql(query).empty()) << query;
}

INSTANTIATE_TEST_SUITE_P(Every, SqlDocumentation,
                         ::testing::ValuesIn(StoreBackends()),
                         [](const auto& tested) { return tested.param; });

}  // namespace
}  // namespace newsmill
