-- Where people are told of their jobs' ends by mail. Times are milliseconds since 1970-01-01T00:00Z; hashes are SHA-256.
create table mail_address (
  account bigint primary key references account on delete cascade,
  address varchar(254) not null,
  choice varchar(6) not null check (choice in ('none', 'failed', 'all')),
  confirmed_at bigint, -- null: nothing is sent there but its code
  code binary(32),
  code_at bigint default 0 not null,
  codes int default 0 not null, -- sent within a day
  tries int default 0 not null, -- wrong ones of this code
  sent_at bigint default 0 not null, -- the last digest
  retry_at bigint default 0 not null,
  failures int default 0 not null, -- of the mail server, in a row
  problem varchar(300), -- why the server took no mail for it
  more int default 0 not null -- ends that the next digest only counts
);

-- What the next digest tells.
create table mail_line (
  id bigint generated always as identity primary key,
  account bigint not null references mail_address on delete cascade,
  laid_at bigint not null,
  line varchar(1000) not null,
  failed boolean not null
);
create index mail_line_account on mail_line (account);
