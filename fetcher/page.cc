#include "fetcher/page.h"

#include "core/base/id.h"
#include "core/base/url.h"
#include "core/flow/task_codec.h"

namespace newsmill {

std::string ArticleKeyOf(const v1::FetchTask& task,
                         const SiteCatalogue& sites) {
  const Result<Url> asked = Url::Parse(task.url());
  return asked ? ArticleKeyOf(task, *asked, sites) : "";
}

std::string ArticleKeyOf(const v1::FetchTask& task, const Url& asked,
                         const SiteCatalogue& sites) {
  if (task.requested_url() == asked.text()) {
    return sites.ArticleKey(asked, asked);
  }
  const Result<Url> requested = Url::Parse(task.requested_url());
  return requested ? sites.ArticleKey(*requested, asked) : "";
}

v1::FetchedPage MakePage(const v1::FetchTask& task, const Url& asked,
                         HttpResponse response, const SiteCatalogue& sites,
                         Timestamp fetched_at) {
  v1::FetchedPage page;
  *page.mutable_task() = task;
  page.set_article_key(ArticleKeyOf(task, asked, sites));
  page.set_final_url(task.url());
  page.set_status(response.status);
  page.mutable_headers()->Reserve(static_cast<int>(response.headers.size()));
  for (v1::HttpHeader& header : response.headers) {
    *page.add_headers() = std::move(header);
  }
  page.set_truncated(response.truncated);
  page.set_body_sha256(Sha256(response.body));
  page.set_body(std::move(response.body));
  *page.mutable_fetched_at() = ToProto(fetched_at);
  *page.mutable_timing() = response.timing;
  *page.mutable_redirects() = task.redirects();
  page.set_remote_address(response.remote_address);
  page.set_http_version(response.http_version);
  return page;
}

void NoteOptOuts(const std::string& agent, const TdmKeeper& tdm,
                 const Url& asked, v1::FetchedPage& page) {
  page.set_agent(agent);
  const v1::TdmRule* const rule = tdm.RuleFor(asked);
  if (rule != nullptr) *page.mutable_tdm_rule() = *rule;
}

Record EncodePage(const v1::FetchedPage& page, const std::string& topic) {
  Record record;
  record.topic = topic;
  record.key = page.article_key();
  record.value = page.SerializeAsString();
  record.headers = RecordHeaders(v1::FetchedPage::descriptor()->full_name(),
                                 page.task().task_id(),
                                 ChildTraceparent(page.task().traceparent()));
  return record;
}

}  // namespace newsmill
