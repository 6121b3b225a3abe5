-- Former contents of articles, where store.history asks for them.
CREATE TABLE article_versions (
  article_key TEXT NOT NULL,
  fetched_at TEXT NOT NULL,
  parse_generation INTEGER NOT NULL,
  content_hash TEXT NOT NULL,
  headline TEXT,
  body_length INTEGER,
  record BLOB NOT NULL,
  replaced_at TEXT NOT NULL,
  PRIMARY KEY (article_key, fetched_at)
) STRICT;
