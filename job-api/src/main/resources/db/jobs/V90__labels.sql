-- What people write on their jobs, and how they look for them; settings of forms that they keep.

ALTER TABLE job ADD COLUMN note VARCHAR(4000);
ALTER TABLE job ADD COLUMN archived BOOLEAN DEFAULT FALSE NOT NULL;

CREATE TABLE job_tag (
  job BIGINT NOT NULL,
  tag VARCHAR(40) NOT NULL,
  PRIMARY KEY (job, tag)
);
CREATE INDEX job_tag_tag ON job_tag (tag, job);

-- Everything that the list of jobs can be filtered by, so that a filter reads no row of the table.
CREATE INDEX job_mine ON job (owner, id DESC, state, app, archived, submitted_at, started_at, ended_at, failed, combinations, chunks, name);
CREATE INDEX job_all ON job (id DESC, owner, state, app, archived, submitted_at, started_at, ended_at, failed, combinations, chunks, name);

CREATE TABLE saved_settings (
  owner VARCHAR(64) NOT NULL,
  app VARCHAR(64) NOT NULL,
  name VARCHAR(80) NOT NULL,
  request CLOB NOT NULL,           -- a JobRequest
  version INT NOT NULL,            -- grows with every change
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (owner, app, name)
);

CREATE TABLE saved_view (
  owner VARCHAR(64) NOT NULL,
  name VARCHAR(80) NOT NULL,
  query VARCHAR(1000) NOT NULL,
  PRIMARY KEY (owner, name)
);
