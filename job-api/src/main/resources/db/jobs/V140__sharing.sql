-- Whose a joined machine is, the group whose policy bounds it, and the rules set for it on a page.

ALTER TABLE join_token ADD COLUMN owner VARCHAR(64);
ALTER TABLE node ADD COLUMN owner VARCHAR(64);
ALTER TABLE node ADD COLUMN node_group VARCHAR(32) DEFAULT 'default' NOT NULL;
ALTER TABLE node ADD COLUMN sharing VARCHAR(8000);
ALTER TABLE node ADD COLUMN sharing_revision BIGINT DEFAULT 0 NOT NULL;

CREATE TABLE pool_policy (
  node_group VARCHAR(32) PRIMARY KEY,
  bounds VARCHAR(8000) NOT NULL
);
