-- Visitors, their chats and what is written in them. The row that routing locks and moves is a
-- separate, narrow one (0009): were it this row, every message would lock it, and a search for the
-- next waiting chat that skips locked rows would pass over the head of the queue.

create table visitors (
  organisation_id uuid not null,
  id              uuid not null default gen_random_uuid(),
  site_id         uuid not null,
  token_hash      bytea not null unique check (octet_length(token_hash) = 32),
  name            text check (char_length(name) between 1 and 64),
  email           text check (char_length(email) between 3 and 254),
  language        text not null default 'en',
  is_test         boolean not null default false,
  created_at      timestamptz not null default clock_timestamp(),
  last_seen_at    timestamptz not null default clock_timestamp(),
  expires_at      timestamptz not null,
  primary key (organisation_id, id),
  foreign key (organisation_id, site_id) references sites (organisation_id, id)
);

create type chat_author as enum ('visitor', 'operator', 'system');
create type chat_end as enum ('operator', 'visitor', 'abandoned', 'supervisor', 'expired');

create table chats (
  organisation_id uuid not null,
  id              uuid not null,            -- made by the visitor's browser: a retry is the same chat
  account_id      uuid not null,
  site_id         uuid not null,
  visitor_id      uuid not null,
  kind            chat_kind not null,
  page_url        text check (octet_length(page_url) <= 2048),
  created_at      timestamptz not null default clock_timestamp(),
  message_seq     int not null default 0,   -- the seq of the newest message
  closed_at       timestamptz,
  closed_because  chat_end,
  primary key (organisation_id, id),
  unique (id),
  foreign key (organisation_id, account_id) references accounts (organisation_id, id),
  foreign key (organisation_id, site_id) references sites (organisation_id, id),
  foreign key (organisation_id, visitor_id) references visitors (organisation_id, id),
  check ((closed_at is null) = (closed_because is null))
);
create index chats_visitor on chats (organisation_id, visitor_id, created_at desc);

-- seq is gapless per chat and given in commit order: the chat's row is locked while it is taken.
create table messages (
  organisation_id uuid not null,
  chat_id         uuid not null,
  seq             int not null check (seq > 0),
  client_id       uuid not null,            -- made by the writer: a retry is the same message
  author          chat_author not null,
  author_id       uuid,                     -- the operator's user id or the visitor's id
  body            text not null check (octet_length(body) between 1 and 16384),
  at              timestamptz not null default clock_timestamp(),
  primary key (organisation_id, chat_id, seq),
  unique nulls not distinct (organisation_id, chat_id, author, author_id, client_id),
  foreign key (organisation_id, chat_id) references chats (organisation_id, id)
);
