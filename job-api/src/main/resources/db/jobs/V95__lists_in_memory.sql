-- Lists are filtered in memory (JobIndex): a change of a job's state writes no index for them.
DROP INDEX job_mine;
DROP INDEX job_all;

-- Somebody's last job of an application.
CREATE INDEX job_app ON job (owner, app, id);
