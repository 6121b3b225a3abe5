-- compatible-from: 6
-- Which older binaries run with a schema stands in it: they cannot know.
ALTER TABLE schema_migrations ADD COLUMN compatible_from integer;
