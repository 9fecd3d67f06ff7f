-- Which file or folder a share is of, so that it is found again where another program moved it: its
-- inode and birth in nanoseconds since 1970. Filled in for older shares by the next look at the home.
alter table share add column inode bigint;
alter table share add column born bigint;
