-- The pool's authority: requests that wait or were decided, and what its signer's log tells of
-- certificates. Times are milliseconds since 1970-01-01T00:00Z; digests are SHA-256 in hexadecimal.
create table certificate_request (
  id bigint generated always as identity primary key,
  digest varchar(64) not null unique, -- of the request
  csr varbinary(8192) not null,
  name varchar(64) not null, -- the virtual address
  fingerprint varchar(64) not null, -- digest of the public key
  words varchar(64) not null,
  strength varchar(20) not null,
  contact varchar(200) not null,
  remote varchar(64) not null, -- where it was asked from
  proven boolean not null, -- from that very address, over the overlay
  asked_at bigint not null,
  seen_at bigint not null,
  state varchar(8) not null check (state in ('waiting', 'approved', 'issued', 'denied')),
  note varchar(400),
  decided_by varchar(64),
  decided_at bigint,
  serial varchar(40)
);
create index certificate_request_state on certificate_request (state, id);

create table certificate (
  serial varchar(40) primary key,
  line bigint not null unique, -- of the signer's log
  profile varchar(8) not null,
  name varchar(253) not null,
  fingerprint varchar(64) not null,
  der varbinary(8192) not null,
  issued_at bigint not null,
  until_at bigint not null,
  issued_by varchar(64) not null,
  request varchar(200) not null,
  revoked_at bigint,
  revoked_by varchar(64),
  reason int
);
create index certificate_name on certificate (name);

-- The last line of the signer's log that this portal has seen: a log that does not go on from it
-- was altered, or is an older one.
create table certificate_log (
  id int primary key,
  seq bigint not null,
  hash varchar(64) not null
);
