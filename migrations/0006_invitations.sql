-- An invitation is an e-mailed, single-use, expiring offer of a prepared membership. It holds
-- everything that the membership will get; acceptance turns it into rows in one transaction.

create type invitation_state as enum ('draft', 'queued', 'sent', 'bounced', 'opened', 'expired', 'accepted', 'revoked');

create table invitations (
  organisation_id uuid not null,
  id              uuid not null default gen_random_uuid(),
  account_id      uuid not null,
  email           text not null check (char_length(email) between 3 and 254),
  first_name      text check (char_length(first_name) between 1 and 64),
  last_name       text check (char_length(last_name) between 1 and 64),
  display_name    text check (char_length(display_name) between 1 and 64),
  gender          gender not null default 'not_stated',
  language        text not null default 'en',
  role_id         uuid not null,
  live_limit      smallint check (live_limit between 0 and 100),
  deferred_limit  smallint check (deferred_limit between 0 and 100),
  state           invitation_state not null default 'queued',
  token_nonce     bytea not null,         -- the link's token is derived from it with the server's key
  token_hash      bytea not null unique check (octet_length(token_hash) = 32),
  inviter_id      uuid not null references users (id),
  created_at      timestamptz not null,
  sent_at         timestamptz,
  opened_at       timestamptz,
  expires_at      timestamptz not null,
  accepted_at     timestamptz,
  accepted_by     uuid references users (id),
  revoked_at      timestamptz,
  delivery_error  text,
  version         int not null default 1,
  primary key (organisation_id, id),
  foreign key (organisation_id, account_id) references accounts (organisation_id, id),
  foreign key (organisation_id, role_id) references roles (organisation_id, id),
  check ((state = 'accepted') = (accepted_at is not null)),
  check ((state = 'revoked') = (revoked_at is not null))
);
-- One open invitation for an address in an account, however many people press the button at once.
create unique index invitations_open on invitations (organisation_id, account_id, lower(email))
  where state in ('queued', 'sent', 'bounced', 'opened');

create table invitation_departments (
  organisation_id uuid not null,
  invitation_id   uuid not null,
  department_id   uuid not null,
  position        text check (char_length(position) between 1 and 64),
  primary key (organisation_id, invitation_id, department_id),
  foreign key (organisation_id, invitation_id) references invitations (organisation_id, id) on delete cascade,
  foreign key (organisation_id, department_id) references departments (organisation_id, id) on delete cascade
);
create table invitation_queues (
  organisation_id uuid not null,
  invitation_id   uuid not null,
  queue_id        uuid not null,
  primary key (organisation_id, invitation_id, queue_id),
  foreign key (organisation_id, invitation_id) references invitations (organisation_id, id) on delete cascade,
  foreign key (organisation_id, queue_id) references queues (organisation_id, id) on delete cascade
);
create table invitation_sites (
  organisation_id uuid not null,
  invitation_id   uuid not null,
  site_id         uuid not null,
  role_id         uuid not null,
  primary key (organisation_id, invitation_id, site_id),
  foreign key (organisation_id, invitation_id) references invitations (organisation_id, id) on delete cascade,
  foreign key (organisation_id, site_id) references sites (organisation_id, id) on delete cascade,
  foreign key (organisation_id, role_id) references roles (organisation_id, id)
);

-- Mail that is to go out, written in the transaction that wants it sent. No secret is in here: a
-- link's token is derived again from the invitation when the mail is made.
create table mail_outbox (
  id              uuid primary key default gen_random_uuid(),
  organisation_id uuid not null,
  template        text not null,
  to_email        text not null,
  to_name         text not null,
  language        text not null,
  data            jsonb not null,
  created_at      timestamptz not null default clock_timestamp(),
  next_try_at     timestamptz not null default clock_timestamp(),
  tries           int not null default 0,
  claimed_until   timestamptz,
  sent_at         timestamptz,
  failed_at       timestamptz,
  last_error      text
);
create index mail_outbox_due on mail_outbox (next_try_at) where sent_at is null and failed_at is null;

-- Where mail goes when no SMTP server is set: a mailbox page of the running system.
create table mailbox (
  id         uuid primary key default gen_random_uuid(),
  at         timestamptz not null default clock_timestamp(),
  to_email   text not null,
  to_name    text not null,
  subject    text not null,
  html       text not null,
  body       text not null
);
create index mailbox_at on mailbox (at desc);

create table notifications (
  organisation_id uuid not null,
  id              uuid not null default gen_random_uuid(),
  user_id         uuid not null references users (id) on delete cascade,
  kind            text not null,
  data            jsonb not null,
  created_at      timestamptz not null default clock_timestamp(),
  read_at         timestamptz,
  primary key (organisation_id, id)
);
create index notifications_user on notifications (organisation_id, user_id, created_at desc);
