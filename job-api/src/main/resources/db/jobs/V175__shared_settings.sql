-- The group that settings are shared with: its number, which is never given twice; 0 for none.
ALTER TABLE saved_settings ADD COLUMN shared_with BIGINT DEFAULT 0 NOT NULL;
CREATE INDEX saved_shared ON saved_settings (app, shared_with);
