-- Links by which a person lets others watch or use one of his desktops.
create table desktop_share (
  id bigint generated always as identity primary key,
  hash binary(32) not null unique,
  desktop varchar(16) not null,
  owner varchar(32) not null,
  name varchar(100) not null,
  control boolean not null,
  created_at bigint not null,
  expires_at bigint not null
);
create index desktop_share_desktop on desktop_share (desktop);
