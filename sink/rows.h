#pragma once

#include <string>
#include <vector>

#include "core/base/time.h"
#include "newsmill/v1/article.pb.h"
#include "newsmill/v1/dead_letter.pb.h"
#include "newsmill/v1/outcome.pb.h"
#include "sink/store.h"
#include "sink/value.h"

// Records as the columns of docs/sql.md, the same for every storage. Texts lose
// their NUL characters (PostgreSQL has no place for them; the serialised record
// beside the columns keeps them), a time outside the years 1 to 9999 is NULL,
// and a text that the record leaves empty without meaning it is NULL.

namespace newsmill::sql {

struct Column {
  std::string name;
  Type type;
};

// The columns that an article fills, from `article_key` to `record`, without
// state and bookkeeping.
const std::vector<Column>& ArticleColumns();
std::vector<Value> ArticleValues(const v1::Article& article);

// The columns of dead_letters but for `id` and `stored_at`.
const std::vector<Column>& DeadLetterColumns();
std::vector<Value> DeadLetterValues(const v1::DeadLetter& dead);

// Pieces for other statements.
Value TextOrNull(const std::string& text);
// Of article_body as it is stored, in characters; NULL without one.
Value BodyLength(const v1::Article& article);
Value Text(const std::string& text);
Value TimeOrNull(const google::protobuf::Timestamp& time);
Value LabelsJson(const google::protobuf::RepeatedPtrField<v1::Label>& labels);

// "HTTP_NOT_FOUND" for REASON_HTTP_NOT_FOUND; NULL for the unspecified one.
Value ReasonName(v1::Reason reason);
// "STORED" …; NULL for the unspecified one.
Value KindName(v1::OutcomeKind kind);
Value StageName(v1::Stage stage);
v1::Reason ReasonFromName(const std::string& name);
v1::OutcomeKind KindFromName(const std::string& name);

// (next, epoch, last_offset, last_append_time as RFC 3339, cluster_id).
Result<Claimed> ReadClaimed(const Row& row);
int64_t ReadInteger(const std::optional<std::string>& text);

}  // namespace newsmill::sql
