-- Rules that people wrote, by which requests are approved without one; who approved what where more
-- than one must. Times are milliseconds since 1970-01-01T00:00Z; digests are SHA-256 in hexadecimal.
create table certificate_rule (
  id bigint generated always as identity primary key,
  name varchar(64) not null,
  token varchar(64) unique, -- digest of its join token; null: it has none
  network varchar(18) not null, -- addresses that it may approve
  days int not null, -- a certificate's life
  most int not null, -- approvals in all
  daily int not null, -- approvals within 24 hours
  ends_at bigint not null,
  made_by varchar(64) not null,
  made_at bigint not null,
  ended_by varchar(64),
  ended_at bigint
);

create table certificate_rule_use (
  rule bigint not null references certificate_rule,
  digest varchar(64) not null, -- of the request
  name varchar(64) not null, -- the virtual address
  at bigint not null,
  primary key (rule, digest)
);

-- Of a request or of a rule.
create table certificate_approval (
  request bigint references certificate_request on delete cascade,
  rule bigint references certificate_rule,
  approved_by varchar(64) not null,
  note varchar(400) not null,
  at bigint not null,
  unique (request, approved_by),
  unique (rule, approved_by),
  check (request is null or rule is null)
);
