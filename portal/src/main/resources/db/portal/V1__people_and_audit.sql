-- Times are milliseconds since 1970-01-01T00:00Z; hashes are SHA-256.
create table setting (
  name varchar(64) primary key,
  text varchar(4000) not null
);

create table account (
  id bigint generated always as identity primary key,
  name varchar(32) not null unique,
  full_name varchar(200),
  email varchar(254),
  reason varchar(1000),
  status varchar(10) not null check (status in ('active', 'waiting', 'disabled')),
  password varchar(255) not null, -- Argon2id, as $argon2id$v=19$m=…,t=…,p=…$salt$hash
  created_at bigint not null,
  last_login_at bigint
);

-- Names of removed accounts: jobs and files still carry them, so they are never given away again.
create table retired_name (name varchar(32) primary key);

create table account_role (
  account bigint not null references account on delete cascade,
  role varchar(16) not null,
  primary key (account, role)
);

create table session (
  hash binary(32) primary key,
  account bigint not null references account on delete cascade,
  created_at bigint not null,
  used_at bigint not null
);
create index session_account on session (account);

create table token (
  id bigint generated always as identity primary key,
  hash binary(32) not null unique,
  account bigint not null references account on delete cascade,
  name varchar(100) not null,
  scopes varchar(100) not null, -- space separated
  created_at bigint not null,
  expires_at bigint not null,
  used_at bigint
);
create index token_account on token (account);

create table people_group (
  id bigint generated always as identity primary key,
  name varchar(32) not null unique
);
create table people_group_member (
  people_group bigint not null references people_group on delete cascade,
  account bigint not null references account on delete cascade,
  primary key (people_group, account)
);

create table audit (
  id bigint generated always as identity primary key,
  at bigint not null,
  actor varchar(64) not null,
  action varchar(64) not null,
  subject varchar(255),
  detail varchar(1000),
  address varchar(64)
);
create index audit_actor on audit (actor, id);
create index audit_action on audit (action, id);
