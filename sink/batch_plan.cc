#include "sink/batch_plan.h"

#include <algorithm>
#include <tuple>

#include "core/flow/plain_text.h"
#include "sink/confirmations.h"
#include "sink/guard.h"
#include "sink/rows.h"

namespace newsmill::sql {
namespace {

using What = Refusal::What;

// A statement with the key by which a table's statements are ordered.
struct Keyed {
  std::string key;
  Write write;
};

std::vector<Write> InKeyOrder(std::vector<Keyed> writes) {
  std::stable_sort(
      writes.begin(), writes.end(),
      [](const Keyed& a, const Keyed& b) { return a.key < b.key; });
  std::vector<Write> ordered;
  ordered.reserve(writes.size());
  for (Keyed& keyed : writes) ordered.push_back(std::move(keyed.write));
  return ordered;
}

Value IntegerOrNull(int64_t number) {
  return number == 0 ? Value(Null{}) : Value(number);
}

// `thepaper:2731010` names its ID; a key that is a URL does not.
Value IdOfKey(const std::string& key, const std::string& site) {
  if (site.empty() || key.compare(0, site.size() + 1, site + ":") != 0)
    return Null{};
  return Text(key.substr(site.size() + 1));
}

std::vector<Value> StateValues(const v1::Article& article, Timestamp now) {
  return {Text(article.article_key()),
          TextOrNull(article.site()),
          TextOrNull(article.article_id()),
          TextOrNull(article.url()),
          std::string("LIVE"),
          Null{},
          TimeOrNull(article.fetched_at()),
          article.parse_generation(),
          Text(article.content_hash()),
          now};
}

std::vector<Value> StateValues(const v1::Outcome& outcome, Timestamp now) {
  return {Text(outcome.article_key()),
          TextOrNull(outcome.site()),
          IdOfKey(outcome.article_key(), outcome.site()),
          TextOrNull(outcome.url()),
          KindName(outcome.kind()),
          ReasonName(outcome.reason()),
          TimeOrNull(outcome.fetched_at()),
          outcome.parse_generation(),
          std::string(),
          now};
}

Write PlanVersion(const v1::Article& article, Timestamp now, Refusal origin) {
  return {&KeepVersion(),
          {Text(article.article_key()), TimeOrNull(article.fetched_at()),
           article.parse_generation(), Text(article.content_hash()),
           !article.article_body().empty(), BodyLength(article), now},
          origin};
}

std::vector<Write> PlanArticles(const StoreBatch& batch, Timestamp now,
                                bool history) {
  std::vector<Keyed> writes;
  for (size_t i = 0; i < batch.articles.size(); ++i) {
    const v1::Article& article = batch.articles[i];
    const Refusal origin{What::kArticle, i};
    std::vector<Value> values = ArticleValues(article);
    values.push_back(now);
    if (history)
      writes.push_back(
          {article.article_key(), PlanVersion(article, now, origin)});
    writes.push_back(
        {article.article_key(), {&UpsertArticle(), std::move(values), origin}});
    // Its content may be refused for having no body, and yet it was seen.
    if (article.article_body().empty())
      writes.push_back({article.article_key(),
                        {&RaiseState(), StateValues(article, now), origin}});
  }
  for (size_t i = 0; i < batch.outcomes.size(); ++i) {
    const v1::Outcome& outcome = batch.outcomes[i];
    if (IsConfirmation(outcome))
      writes.push_back({outcome.article_key(),
                        ConfirmState(outcome, now, {What::kOutcome, i})});
    if (!SpeaksOfArticle(outcome)) continue;
    writes.push_back(
        {outcome.article_key(),
         {&RaiseState(), StateValues(outcome, now), {What::kOutcome, i}}});
  }
  return InKeyOrder(std::move(writes));
}

Write Settle(const v1::Article& article, const ArticleResult& result,
             size_t index, Timestamp now) {
  return {&SettleTask(),
          {Text(article.task_id()), Null{}, TextOrNull(article.url()),
           TextOrNull(article.site()), TextOrNull(article.batch()),
           LabelsJson(article.labels()), TextOrNull(article.article_key()), now,
           KindName(result.kind), int64_t{result.kind},
           ReasonName(result.reason), Null{}, StageName(v1::STAGE_SINK),
           IntegerOrNull(article.http_status()), Null{},
           article.has_fetched_at() ? TimeOrNull(article.fetched_at())
                                    : Value(Null{}),
           TextOrNull(article.traceparent())},
          {What::kArticle, index}};
}

Write Settle(const v1::Outcome& outcome, size_t index, Timestamp now) {
  if (IsConfirmation(outcome))
    return AwaitTask(outcome, {What::kOutcome, index});
  return {
      &SettleTask(),
      {Text(outcome.task_id()), TextOrNull(outcome.target()),
       TextOrNull(outcome.url()), TextOrNull(outcome.site()),
       TextOrNull(outcome.batch()), LabelsJson(outcome.labels()),
       TextOrNull(outcome.article_key()), now, KindName(outcome.kind()),
       int64_t{outcome.kind()}, ReasonName(outcome.reason()),
       TextOrNull(outcome.detail()), StageName(outcome.stage()),
       IntegerOrNull(outcome.http_status()), IntegerOrNull(outcome.attempts()),
       outcome.has_fetched_at() ? TimeOrNull(outcome.fetched_at())
                                : Value(Null{}),
       TextOrNull(outcome.traceparent())},
      {What::kOutcome, index}};
}

Write Accept(const AcceptedTask& accepted, size_t index) {
  const v1::FetchTask& task = accepted.task;
  // What tells two tasks under one ID apart: what is asked first; where the
  // target could not be read, the target.
  const std::string& identity =
      task.requested_url().empty() ? task.target() : task.requested_url();
  return {&AcceptTask(),
          {Text(task.task_id()), TextOrNull(task.target()), Text(identity),
           TextOrNull(task.site()), TextOrNull(task.batch()),
           LabelsJson(task.labels()), accepted.accepted_at,
           Text(accepted.where.topic), int64_t{accepted.where.partition},
           accepted.offset, TextOrNull(task.traceparent())},
          {What::kAccepted, index}};
}

// What has no task ID settles nobody: such a line could not be found again.
std::vector<Write> PlanLedger(const StoreBatch& batch,
                              const BatchResult& result, Timestamp now) {
  std::vector<Keyed> writes;
  for (size_t i = 0; i < batch.accepted.size(); ++i)
    writes.push_back(
        {batch.accepted[i].task.task_id(), Accept(batch.accepted[i], i)});
  for (size_t i = 0; i < batch.articles.size(); ++i) {
    const v1::Article& article = batch.articles[i];
    if (!article.task_id().empty())
      writes.push_back(
          {article.task_id(), Settle(article, result.articles[i], i, now)});
  }
  for (size_t i = 0; i < batch.outcomes.size(); ++i) {
    const v1::Outcome& outcome = batch.outcomes[i];
    if (!outcome.task_id().empty())
      writes.push_back({outcome.task_id(), Settle(outcome, i, now)});
  }
  std::vector<Write> ordered = InKeyOrder(std::move(writes));
  if (!batch.outcomes.empty())
    ordered.push_back(
        SettleWaiting(now, {What::kOutcome, batch.outcomes.size() - 1}));
  else if (!batch.articles.empty())
    ordered.push_back(
        SettleWaiting(now, {What::kArticle, batch.articles.size() - 1}));
  return ordered;
}

std::vector<Write> PlanDeadLetters(const StoreBatch& batch, Timestamp now) {
  std::vector<size_t> order(batch.dead_letters.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    const auto position = [](const v1::DeadLetter& dead) {
      return std::make_tuple(dead.topic(), dead.partition(), dead.offset());
    };
    return position(batch.dead_letters[a]) < position(batch.dead_letters[b]);
  });
  std::vector<Write> writes;
  for (const size_t i : order) {
    std::vector<Value> values = DeadLetterValues(batch.dead_letters[i]);
    values.push_back(now);
    // Any bytes may be a key; an article's is text.
    const std::string& key = batch.dead_letters[i].key();
    values.push_back(ToValidUtf8(key) == key ? Text(key) : Text(""));
    writes.push_back(
        {&InsertDeadLetter(), std::move(values), {What::kDeadLetter, i}});
  }
  return writes;
}

// Fills the results of the articles that were refused.
Result<void> AskForRefused(Transaction& transaction, const StoreBatch& batch,
                           const std::vector<size_t>& refused,
                           BatchResult& result) {
  if (refused.empty()) return {};
  std::vector<Write> questions;
  questions.reserve(refused.size());
  for (const size_t i : refused)
    questions.push_back(
        {&StandingArticle(),
         {Text(batch.articles[i].article_key()),
          TimeOrNull(batch.articles[i].fetched_at()),
          batch.articles[i].parse_generation(), BodyLength(batch.articles[i])},
         {What::kArticle, i}});
  const auto answers = transaction.Run(questions);
  if (!answers) return answers.error();
  for (size_t i = 0; i < refused.size(); ++i)
    result.articles[refused[i]] =
        JudgeRefused(batch.articles[refused[i]], answers->at(i));
  return {};
}

// The rows are locked by their upserts, which refused them.
void PlanCandidates(const StoreBatch& batch, const std::vector<size_t>& refused,
                    Timestamp now, HalfWritten& half) {
  for (const size_t i : refused) {
    if (half.result.articles[i].reason != v1::REASON_SHRUNK) continue;
    const v1::Article& article = batch.articles[i];
    const Refusal origin{What::kArticle, i};
    half.rest.push_back(
        {&KeepCandidate(),
         {Text(article.article_key()), TimeOrNull(article.fetched_at()),
          article.parse_generation(), Text(article.content_hash()),
          BodyLength(article), article.SerializeAsString(), now},
         origin});
    half.rest.push_back({&RaiseState(), StateValues(article, now), origin});
  }
}

// A replay reads a former version anew.
void PlanVersions(const StoreBatch& batch, const std::vector<size_t>& refused,
                  HalfWritten& half) {
  for (const size_t i : refused) {
    if (half.result.articles[i].reason != v1::REASON_SUPERSEDED) continue;
    const v1::Article& article = batch.articles[i];
    half.rest.push_back(
        {&ReplaceVersion(),
         {Text(article.article_key()), TimeOrNull(article.fetched_at()),
          article.parse_generation(), Text(article.content_hash()),
          TextOrNull(article.headline()), BodyLength(article),
          article.SerializeAsString()},
         {What::kArticle, i}});
  }
}

}  // namespace

Result<HalfWritten> WriteArticles(Transaction& transaction,
                                  const StoreBatch& batch, Timestamp now,
                                  bool history) {
  const std::vector<Write> writes = PlanArticles(batch, now, history);
  const auto answers = transaction.Run(writes);
  if (!answers) return answers.error();

  HalfWritten half;
  half.result.articles.resize(batch.articles.size());
  std::vector<size_t> refused;
  for (size_t i = 0; i < writes.size(); ++i) {
    if (writes[i].statement != &UpsertArticle()) continue;
    const size_t article = writes[i].origin.index;
    if (answers->at(i))
      half.result.articles[article] =
          JudgeWritten(answers->at(i)->at(0).value_or(""));
    else
      refused.push_back(article);
  }
  const Result<void> asked =
      AskForRefused(transaction, batch, refused, half.result);
  if (!asked) return asked.error();

  PlanCandidates(batch, refused, now, half);
  if (history) PlanVersions(batch, refused, half);
  std::vector<Write> dead = PlanDeadLetters(batch, now);
  std::move(dead.begin(), dead.end(), std::back_inserter(half.rest));
  std::vector<Write> ledger = PlanLedger(batch, half.result, now);
  std::move(ledger.begin(), ledger.end(), std::back_inserter(half.rest));
  return half;
}

std::vector<const Statement*> AllStatements() {
  return {&UpsertArticle(),
          &StandingArticle(),
          &RaiseState(),
          &SettleTask(),
          &AcceptTask(),
          &InsertDeadLetter(),
          &AwaitTaskStatement(),
          &SettleWaitingStatement(),
          &ConfirmStateStatement(),
          &KeepCandidate(),
          &KeepVersion(),
          &ReplaceVersion()};
}

}  // namespace newsmill::sql
