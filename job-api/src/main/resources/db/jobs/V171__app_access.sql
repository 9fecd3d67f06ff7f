-- Who may see, run and publish an application. One without a row is everybody's, as all were before.

CREATE TABLE app_access (
  app VARCHAR(64) PRIMARY KEY,
  stage VARCHAR(10) NOT NULL,      -- draft, group, everyone
  version INT NOT NULL,            -- grows with every change
  changed_by VARCHAR(64) NOT NULL,
  changed_at BIGINT NOT NULL
);

CREATE TABLE app_person (
  app VARCHAR(64) NOT NULL,
  kind VARCHAR(6) NOT NULL,        -- author, user, group
  name VARCHAR(64) NOT NULL,
  number BIGINT NOT NULL,          -- of a group: a later one of the same name is another; else 0
  PRIMARY KEY (app, kind, name)
);
