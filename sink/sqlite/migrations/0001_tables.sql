-- The tables of docs/sql.md. Times are RFC 3339 text in UTC with milliseconds,
-- which sorts as time; lists and objects are JSON text; booleans are 0 and 1.

CREATE TABLE articles (
  article_key TEXT PRIMARY KEY
    CHECK (length(CAST(article_key AS BLOB)) BETWEEN 1 AND 2048),
  site TEXT,
  article_id TEXT,
  url TEXT,
  canonical_url TEXT,
  requested_url TEXT,
  final_url TEXT,
  page_type TEXT,
  headline TEXT,
  alternative_headline TEXT,
  description TEXT,
  byline TEXT,
  authors TEXT,
  author_details TEXT,
  editors TEXT,
  source_organization TEXT,
  publisher TEXT,
  account_name TEXT,
  date_published TEXT,
  date_published_raw TEXT,
  date_published_precision TEXT,
  date_published_zone_assumed INTEGER,
  date_published_year_assumed INTEGER,
  date_modified TEXT,
  date_modified_raw TEXT,
  date_modified_precision TEXT,
  date_modified_zone_assumed INTEGER,
  date_modified_year_assumed INTEGER,
  in_language TEXT,
  dateline TEXT,
  article_section TEXT,
  article_section_id TEXT,
  breadcrumbs TEXT,
  keywords TEXT,
  tracking_keyword TEXT,
  blocks TEXT,
  article_body TEXT,
  has_body INTEGER,
  images TEXT,
  lead_image INTEGER,
  videos TEXT,
  audios TEXT,
  comment_count INTEGER,
  like_count INTEGER,
  view_count INTEGER,
  share_count INTEGER,
  is_accessible_for_free INTEGER,
  copyright_notice TEXT,
  disclaimer TEXT,
  related TEXT,
  next_page TEXT,
  external_link TEXT,
  labels TEXT,
  batch TEXT,
  task_id TEXT,
  traceparent TEXT,
  fetched_at TEXT,
  parse_generation INTEGER,
  content_hash TEXT,
  rule_sha256 TEXT,
  layout TEXT,
  charset TEXT,
  charset_label TEXT,
  http_status INTEGER,
  provenance TEXT,
  record BLOB,
  state TEXT NOT NULL,
  state_reason TEXT,
  state_fetched_at TEXT NOT NULL,
  state_generation INTEGER NOT NULL,
  state_hash TEXT NOT NULL,
  last_change TEXT,
  first_stored_at TEXT,
  updated_at TEXT NOT NULL,
  -- A row has content with its version, or none of it.
  CHECK ((record IS NULL) = (fetched_at IS NULL)),
  CHECK ((record IS NULL) = (content_hash IS NULL))
) STRICT;

CREATE INDEX articles_site_published ON articles (site, date_published);
CREATE INDEX articles_fetched ON articles (fetched_at, article_key);
CREATE INDEX articles_content_hash ON articles (content_hash);
CREATE INDEX articles_url ON articles (url);
CREATE INDEX articles_id ON articles (article_id);

CREATE TABLE ledger (
  task_id TEXT PRIMARY KEY
    CHECK (length(CAST(task_id AS BLOB)) BETWEEN 1 AND 2048),
  target TEXT,
  requested_url TEXT,
  url TEXT,
  site TEXT,
  batch TEXT,
  labels TEXT,
  article_key TEXT,
  accepted_at TEXT,
  accepted_topic TEXT,
  accepted_partition INTEGER,
  accepted_offset INTEGER,
  settled_at TEXT,
  kind TEXT,
  kind_rank INTEGER NOT NULL DEFAULT 0,
  reason TEXT,
  detail TEXT,
  stage TEXT,
  http_status INTEGER,
  attempts INTEGER,
  fetched_at TEXT,
  traceparent TEXT,
  further_outcomes INTEGER NOT NULL DEFAULT 0,
  conflicts INTEGER NOT NULL DEFAULT 0,
  CHECK ((kind IS NULL) = (kind_rank = 0)),
  CHECK ((kind IS NULL) = (settled_at IS NULL))
) STRICT;

CREATE INDEX ledger_batch_kind ON ledger (batch, kind);
CREATE INDEX ledger_kind_reason ON ledger (kind, reason);
CREATE INDEX ledger_article ON ledger (article_key);
CREATE INDEX ledger_accepted ON ledger (accepted_at, task_id);
CREATE INDEX ledger_open
  ON ledger (accepted_topic, accepted_partition, accepted_offset)
  WHERE kind_rank = 0;

CREATE TABLE dead_letters (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  task_id TEXT,
  stage TEXT,
  reason TEXT,
  detail TEXT,
  target TEXT,
  url TEXT,
  site TEXT,
  batch TEXT,
  labels TEXT,
  topic TEXT NOT NULL,
  partition INTEGER NOT NULL,
  record_offset INTEGER NOT NULL,
  appended_at TEXT NOT NULL,
  died_at TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  value_size INTEGER,
  record BLOB NOT NULL,
  stored_at TEXT NOT NULL,
  UNIQUE (topic, partition, record_offset, appended_at)
) STRICT;

CREATE INDEX dead_letters_task ON dead_letters (task_id);
CREATE INDEX dead_letters_batch_reason ON dead_letters (batch, reason);

CREATE TABLE sink_offsets (
  topic TEXT NOT NULL,
  partition INTEGER NOT NULL,
  next INTEGER,
  epoch INTEGER NOT NULL,
  cluster_id TEXT NOT NULL,
  last_offset INTEGER,
  last_append_time TEXT,
  claimed_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (topic, partition)
) STRICT;

CREATE TABLE suppressed (
  article_key TEXT PRIMARY KEY,
  suppressed_at TEXT NOT NULL,
  who TEXT,
  why TEXT
) STRICT;
