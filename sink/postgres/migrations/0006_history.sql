-- Former contents of articles, where store.history asks for them.
CREATE TABLE article_versions (
  article_key text NOT NULL,
  fetched_at timestamptz NOT NULL,
  parse_generation bigint NOT NULL,
  content_hash text NOT NULL,
  headline text,
  body_length integer,
  record bytea NOT NULL,
  replaced_at timestamptz NOT NULL,
  PRIMARY KEY (article_key, fetched_at)
);
