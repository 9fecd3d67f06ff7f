-- Submissions that a client may send twice (Idempotency-Key), for a day.
CREATE TABLE submission_key (
  owner VARCHAR(64) NOT NULL,
  word VARCHAR(100) NOT NULL,
  digest CHAR(64) NOT NULL,        -- SHA-256 of the request
  job BIGINT NOT NULL,
  at_millis BIGINT NOT NULL,
  PRIMARY KEY (owner, word)
);
CREATE INDEX submission_key_at ON submission_key (at_millis);
