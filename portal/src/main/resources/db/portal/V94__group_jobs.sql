-- What a group's members see of one another's jobs: null, nothing. Times are milliseconds since 1970-01-01T00:00Z; only
-- jobs submitted after both the group's time and the time at which their owner became a member are shown.
alter table people_group add column jobs_listed_since bigint;
alter table people_group add column jobs_read_since bigint;
alter table people_group_member add column since bigint default 0 not null;
