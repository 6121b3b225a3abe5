-- Newer bodies that are less than half of the row's, kept until somebody takes
-- them. Rows that were stored before have no length until they are written
-- again, and take whatever comes.
ALTER TABLE articles ADD COLUMN body_length integer;

CREATE TABLE article_candidates (
  article_key text PRIMARY KEY,
  fetched_at timestamptz NOT NULL,
  parse_generation bigint NOT NULL,
  content_hash text NOT NULL,
  body_length integer NOT NULL,
  record bytea NOT NULL,
  noted_at timestamptz NOT NULL
);
