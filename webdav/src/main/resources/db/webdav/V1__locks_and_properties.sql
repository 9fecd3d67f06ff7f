-- Locks and dead properties. A path is its key: '/' for the home, '/a/b/' for others, so that all
-- that lies beneath begins with it. Times are milliseconds since 1970, UTC.

CREATE TABLE dav_lock (
  home VARCHAR(64) NOT NULL,
  path VARCHAR(4096) NOT NULL,
  token VARCHAR(64) PRIMARY KEY,
  exclusive BOOLEAN NOT NULL,
  deep BOOLEAN NOT NULL,             -- Depth: infinity, else 0
  owner_xml VARCHAR(8192) NOT NULL,  -- the DAV:owner element as sent, '' when there was none
  principal VARCHAR(64) NOT NULL,
  seconds BIGINT NOT NULL,           -- the timeout granted
  expires_at BIGINT NOT NULL
);
CREATE INDEX dav_lock_home ON dav_lock (home);

CREATE TABLE dav_property (
  home VARCHAR(64) NOT NULL,
  path VARCHAR(4096) NOT NULL,
  namespace VARCHAR(1024) NOT NULL,  -- '' for none
  name VARCHAR(1024) NOT NULL,
  element CLOB NOT NULL,             -- the whole element with every namespace it needs
  PRIMARY KEY (home, path, namespace, name)
);

-- A MOVE or COPY whose properties still have to follow: written before the rename, gone after it.
CREATE TABLE dav_intent (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  home VARCHAR(64) NOT NULL,
  source VARCHAR(4096) NOT NULL,
  target VARCHAR(4096) NOT NULL,
  is_move BOOLEAN NOT NULL,
  whole BOOLEAN NOT NULL,            -- false: a folder copied without what it holds
  inode BIGINT NOT NULL              -- what the target is once the rename was made
);
