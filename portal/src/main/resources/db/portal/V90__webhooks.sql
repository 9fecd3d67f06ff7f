-- Addresses that are told of people's jobs' ends. Times are milliseconds since 1970-01-01T00:00Z.
create table webhook (
  id bigint generated always as identity primary key,
  account bigint not null references account on delete cascade,
  url varchar(2000) not null, -- may hold a secret of the receiver's: never logged
  secret varchar(100) not null, -- of the signature: whsec_ and base64
  kinds varchar(100) not null, -- of ends, space separated
  created_at bigint not null,
  failures int default 0 not null, -- tries without an answer of success, in a row
  rests_until bigint default 0 not null,
  off_at bigint, -- null: on
  off_why varchar(300) -- null: its owner switched it off
);
create index webhook_account on webhook (account);

create table webhook_delivery (
  id bigint generated always as identity primary key,
  webhook bigint not null references webhook on delete cascade,
  event varchar(64) not null, -- the same at every try: webhook-id
  type varchar(40) not null,
  body varchar(6000) not null,
  created_at bigint not null,
  next_at bigint, -- of the next try; null: there is none
  attempts int default 0 not null,
  tried_at bigint,
  took_millis int,
  status int, -- of the last answer
  problem varchar(300) -- null: it was delivered, or not yet tried
);
create index webhook_delivery_due on webhook_delivery (next_at);
create index webhook_delivery_of on webhook_delivery (webhook, next_at);
