#include "parser/content_hash.h"

#include "core/base/id.h"

namespace newsmill {
namespace {

void ForgetIdentity(v1::Article* article) {
  article->clear_article_key();
  article->clear_site();
  article->clear_article_id();
  article->clear_url();
  article->clear_canonical_url();
  article->clear_requested_url();
  article->clear_final_url();
  article->clear_task_id();
  article->clear_batch();
  article->clear_labels();
  article->clear_traceparent();
}

void ForgetCircumstances(v1::Article* article) {
  article->clear_fetched_at();
  article->clear_parse_generation();
  article->clear_rule_sha256();
  article->clear_layout();
  article->clear_charset();
  article->clear_charset_label();
  article->clear_provenance();
  article->clear_content_hash();
  article->clear_http_status();
}

void ForgetCounts(v1::Article* article) {
  article->clear_comment_count();
  article->clear_like_count();
  article->clear_view_count();
  article->clear_share_count();
}

void ForgetRelativeTime(v1::PageDate* date) {
  if (!date->relative()) return;
  date->clear_raw();
  date->clear_time();
}

}  // namespace

std::string ContentHash(const v1::Article& article) {
  v1::Article content = article;
  ForgetIdentity(&content);
  ForgetCircumstances(&content);
  ForgetCounts(&content);
  if (content.has_date_published()) {
    ForgetRelativeTime(content.mutable_date_published());
  }
  if (content.has_date_modified()) {
    ForgetRelativeTime(content.mutable_date_modified());
  }
  return Xxh128Hex(content.SerializeAsString());
}

}  // namespace newsmill
