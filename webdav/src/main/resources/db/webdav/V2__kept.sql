-- What was deleted (trash) or overwritten (version) and can be restored. The row is written before
-- the thing leaves the tree and names the file KEPT/<id>; a row without its file is forgotten at
-- the next start, unless the thing is found by its inode where a crash left it.

CREATE TABLE dav_kept (
  id VARCHAR(36) PRIMARY KEY,
  home VARCHAR(64) NOT NULL,
  is_version BOOLEAN NOT NULL,
  path VARCHAR(4096) NOT NULL,       -- the key it had
  is_folder BOOLEAN NOT NULL,
  bytes BIGINT NOT NULL,
  saved_at BIGINT NOT NULL,          -- milliseconds since 1970, UTC
  etag VARCHAR(100) NOT NULL,        -- of the file, '' of a folder
  inode BIGINT NOT NULL,
  via VARCHAR(4096) NOT NULL         -- the key under which a MOVE puts it for a moment, else ''
);
CREATE INDEX dav_kept_path ON dav_kept (home, path, saved_at);
