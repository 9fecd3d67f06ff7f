-- What jobs asked for and used, a row for each job and day in which runs of it ended: sums of past_run,
-- kept with it in one transaction. Pages of usage read these alone.

CREATE TABLE job_use (
  on_day INT NOT NULL,             -- days since 1970, UTC
  job BIGINT NOT NULL,
  owner VARCHAR(64) NOT NULL,
  app VARCHAR(64) NOT NULL,
  job_name VARCHAR(200) NOT NULL,
  runs BIGINT NOT NULL,
  completed BIGINT NOT NULL,
  core_seconds DOUBLE PRECISION NOT NULL,      -- cores asked for × run time
  lost_seconds DOUBLE PRECISION NOT NULL,      -- the same of runs that did not complete
  measured_seconds DOUBLE PRECISION NOT NULL,  -- the same of runs whose CPU time is known
  cpu_seconds DOUBLE PRECISION NOT NULL,
  memory_asked DOUBLE PRECISION NOT NULL,      -- bytes × run time of runs whose peak is known
  memory_used DOUBLE PRECISION NOT NULL,       -- the same with the peak
  memory_bytes BIGINT NOT NULL,                -- the most asked for
  peak_memory BIGINT NOT NULL,                 -- the most used, 0 when unknown
  PRIMARY KEY (on_day, job)
);
CREATE INDEX job_use_owner ON job_use (owner, on_day);

INSERT INTO job_use
  SELECT CAST(ended_at / 86400000 AS INT), subjob / 1048576, MAX(owner), MAX(app), MAX(job_name),
    COUNT(*), SUM(CASE state WHEN 'C' THEN 1 ELSE 0 END),
    SUM(wall_seconds * cpus), SUM(CASE state WHEN 'C' THEN 0 ELSE wall_seconds * cpus END),
    SUM(CASE WHEN cpu_seconds IS NULL THEN 0 ELSE wall_seconds * cpus END), SUM(COALESCE(cpu_seconds, 0)),
    SUM(CASE WHEN peak_memory IS NULL THEN 0 ELSE wall_seconds * memory_bytes END),
    SUM(wall_seconds * COALESCE(peak_memory, 0)),
    MAX(memory_bytes), MAX(COALESCE(peak_memory, 0))
  FROM past_run GROUP BY CAST(ended_at / 86400000 AS INT), subjob / 1048576;
