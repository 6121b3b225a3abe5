-- Newer bodies that are less than half of the row's, kept until somebody takes
-- them. Rows that were stored before have no length until they are written
-- again, and take whatever comes.
ALTER TABLE articles ADD COLUMN body_length INTEGER;

CREATE TABLE article_candidates (
  article_key TEXT PRIMARY KEY,
  fetched_at TEXT NOT NULL,
  parse_generation INTEGER NOT NULL,
  content_hash TEXT NOT NULL,
  body_length INTEGER NOT NULL,
  record BLOB NOT NULL,
  noted_at TEXT NOT NULL
) STRICT;
