-- What is to be told of jobs' ends: a row made in the transaction of the end, gone once it was taken.
CREATE TABLE job_end (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event CHAR(36) NOT NULL,         -- names this end for ever, also outside
  job BIGINT NOT NULL,
  owner VARCHAR(64) NOT NULL,
  name VARCHAR(200) NOT NULL,
  app VARCHAR(200) NOT NULL,       -- its title
  kind VARCHAR(12) NOT NULL,
  at BIGINT NOT NULL
);
