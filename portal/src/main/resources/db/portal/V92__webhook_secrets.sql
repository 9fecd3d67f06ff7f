-- Secrets of webhooks that were changed: messages are signed with them beside the present one until then.
create table webhook_old_secret (
  webhook bigint not null references webhook on delete cascade,
  secret varchar(100) not null, -- whsec_ and base64
  until bigint not null -- milliseconds since 1970-01-01T00:00Z
);
create index webhook_old_secret_of on webhook_old_secret (webhook, until);
