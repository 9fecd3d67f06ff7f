-- What people let others see. Times are milliseconds since 1970-01-01T00:00Z; hashes are SHA-256.
create table share (
  id bigint generated always as identity primary key,
  owner bigint not null references account on delete cascade,
  path varchar(3600) not null, -- beneath the owner's home, names joined by slashes, none at either end
  kind varchar(6) not null check (kind in ('link', 'person', 'group')),
  rights varchar(6) not null check (rights in ('read', 'write', 'upload')),
  account bigint references account on delete cascade,
  people_group bigint references people_group on delete cascade,
  hash binary(32) unique, -- of a link's secret
  password varchar(255), -- Argon2id, of a link that asks for one
  created_at bigint not null,
  expires_at bigint,
  uses bigint default 0 not null,
  used_at bigint
);
create index share_owner on share (owner);
create index share_account on share (account);
create index share_group on share (people_group);
