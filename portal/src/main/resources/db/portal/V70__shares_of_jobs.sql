-- The windows of a job have longer names: job-17-0.
alter table desktop_share alter column desktop varchar(32);
