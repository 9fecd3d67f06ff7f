-- Of completed runs, in seconds: how long they took, how long the application expects and how long they might have taken.
-- Runs from before are in none of the three.
ALTER TABLE job_use ADD COLUMN time_used DOUBLE PRECISION DEFAULT 0 NOT NULL;
ALTER TABLE job_use ADD COLUMN time_expected DOUBLE PRECISION DEFAULT 0 NOT NULL;
ALTER TABLE job_use ADD COLUMN time_allowed DOUBLE PRECISION DEFAULT 0 NOT NULL;
