-- What finds articles that say the same, what pages opt out of, and their AMP
-- form. Rows that were stored before have NULL until they are parsed again.
ALTER TABLE articles ADD COLUMN amp_url text;
ALTER TABLE articles ADD COLUMN usage jsonb;
ALTER TABLE articles ADD COLUMN text_sha256 text COLLATE "C";
ALTER TABLE articles ADD COLUMN simhash bigint;
ALTER TABLE articles ADD COLUMN simhash_band_0 integer;
ALTER TABLE articles ADD COLUMN simhash_band_1 integer;
ALTER TABLE articles ADD COLUMN simhash_band_2 integer;
ALTER TABLE articles ADD COLUMN simhash_band_3 integer;

CREATE INDEX articles_text_sha256 ON articles (text_sha256);
CREATE INDEX articles_simhash_band_0 ON articles (simhash_band_0);
CREATE INDEX articles_simhash_band_1 ON articles (simhash_band_1);
CREATE INDEX articles_simhash_band_2 ON articles (simhash_band_2);
CREATE INDEX articles_simhash_band_3 ON articles (simhash_band_3);
