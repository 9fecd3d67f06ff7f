-- Whether a machine is the portal's own: what runs on others is sealed there.

ALTER TABLE join_token ADD COLUMN own BOOLEAN DEFAULT FALSE NOT NULL;
ALTER TABLE node ADD COLUMN own BOOLEAN DEFAULT FALSE NOT NULL;
