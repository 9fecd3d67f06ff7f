-- What decides the results of a deterministic application's job (ResultKey): SHA-256, 64 hex digits. Null for others, and
-- for those of before.
ALTER TABLE job ADD COLUMN result_key CHAR(64);
CREATE INDEX job_result_key ON job (result_key);
