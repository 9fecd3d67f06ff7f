-- When a desktop was last used and how long its owner wants it longer, where an administrator has set that they end.
create table desktop_life (
  desktop varchar(16) primary key,
  seen_at bigint not null,
  used_at bigint not null,
  extended_to bigint not null
);
