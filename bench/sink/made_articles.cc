#include "bench/sink/made_articles.h"

#include <atomic>
#include <random>

#include "core/base/id.h"
#include "core/bus/registry.h"
#include "core/bus/topics.h"
#include "core/flow/task_codec.h"
#include "newsmill/v1/article.pb.h"

namespace newsmill::bench {
namespace {

constexpr int kWords = 5000;
constexpr int kParagraphs = 6;
constexpr size_t kParagraphBytes = 380;

// Text that compresses about as prose does.
class Prose {
 public:
  Prose() {
    for (int i = 0; i < kWords; ++i) {
      std::string word(2 + random_() % 8, ' ');
      for (char& letter : word)
        letter = static_cast<char>('a' + random_() % 26);
      words_.push_back(std::move(word));
    }
  }
  std::string Of(size_t bytes) {
    std::string text;
    while (text.size() < bytes) text += words_[random_() % kWords] + " ";
    return text;
  }

 private:
  std::mt19937 random_{20260101};
  std::vector<std::string> words_;
};

v1::Article Made(int64_t number, Prose& prose, Timestamp fetched_at) {
  const std::string n = std::to_string(number);
  v1::Article article;
  article.set_article_key("gazette:" + n);
  article.set_site("gazette");
  article.set_article_id(n);
  article.set_url("https://www.gazette.example/news/" + n);
  article.set_requested_url(article.url());
  article.set_final_url(article.url());
  article.set_page_type(v1::Article::ARTICLE);
  article.set_task_id("task-" + n);
  article.set_batch("bench");
  article.set_parse_generation(1);
  *article.mutable_fetched_at() = ToProto(fetched_at);
  article.set_http_status(200);
  article.set_headline(prose.Of(60));
  article.set_description(prose.Of(160));
  article.set_byline(prose.Of(15));
  article.add_authors()->set_name(article.byline());
  article.set_in_language("en");
  *article.mutable_date_published()->mutable_time() = ToProto(fetched_at);
  for (int i = 0; i < kParagraphs; ++i) {
    v1::Block& block = *article.add_blocks();
    block.set_kind(v1::Block::PARAGRAPH);
    block.set_text(prose.Of(kParagraphBytes));
    article.mutable_article_body()->append(block.text()).append("\n");
  }
  article.set_content_hash(Xxh128Hex(article.article_body()));
  return article;
}

}  // namespace

Result<int64_t> AppendArticles(const BusConfig& config, int64_t count) {
  auto bus = OpenBus(config);
  if (!bus) return bus.error();
  auto producer = (*bus)->NewProducer({"bench"});
  if (!producer) return producer.error();
  const std::string topic = Topics(config, {}).articles;
  const Timestamp day = Clock::System().Now() - std::chrono::hours(24);
  Prose prose;
  int64_t bytes = 0;
  std::atomic<int64_t> refused = 0;
  for (int64_t n = 0; n < count; ++n) {
    const v1::Article article = Made(n, prose, day + Duration(n));
    std::string value = article.SerializeAsString();
    bytes += static_cast<int64_t>(value.size());
    (*producer)->Produce(
        {topic, std::nullopt, article.article_key(), std::move(value),
         RecordHeaders("newsmill.v1.Article", article.task_id(), "")},
        [&refused](const Result<RecordMetadata>& done) {
          if (!done) ++refused;
        });
    if (n % 1000 == 999) {
      if (auto done = (*producer)->Flush(std::chrono::seconds(60)); !done) {
        return done.error();
      }
    }
  }
  if (auto done = (*producer)->Flush(std::chrono::seconds(60)); !done) {
    return done.error();
  }
  if (refused > 0) return Error{Code::kInternal, "the log refused articles"};
  return bytes;
}

}  // namespace newsmill::bench
