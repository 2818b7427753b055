-- Sessions, and the memory of failed tries. A session's token is never stored: only its SHA-256.

create table sessions (
  id              uuid primary key default gen_random_uuid(),
  token_hash      bytea not null unique check (octet_length(token_hash) = 32),
  user_id         uuid not null references users (id) on delete cascade,
  organisation_id uuid not null,
  created_at      timestamptz not null,
  last_active_at  timestamptz not null,
  expires_at      timestamptz not null,   -- the end, whatever the user does
  ended_at        timestamptz,
  ended_because   text,
  ip              text,
  user_agent      text check (char_length(user_agent) <= 300),
  foreign key (organisation_id, organisation_id) references accounts (organisation_id, id)
);
create index sessions_user on sessions (user_id) where ended_at is null;

-- A browser that has signed in before; it is spared the delay that others' failed tries cause.
create table known_devices (
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  user_id    uuid not null references users (id) on delete cascade,
  created_at timestamptz not null,
  expires_at timestamptz not null
);

-- Failures counted by key ('user:<id>', 'ip:<address or /64>'); survives restarts.
create table throttles (
  key           text primary key,
  failures      int not null,
  window_start  timestamptz not null,
  blocked_until timestamptz
);

create table password_history (
  user_id       uuid not null references users (id) on delete cascade,
  password_hash text not null,
  replaced_at   timestamptz not null,
  primary key (user_id, replaced_at)
);

-- Addresses from which an account's people, or one user, may work. An empty list does not restrict.
create table ip_ranges (
  organisation_id uuid not null,
  id              uuid not null default gen_random_uuid(),
  account_id      uuid,
  user_id         uuid references users (id) on delete cascade,
  range           cidr not null,
  note            text check (char_length(note) <= 100),
  primary key (organisation_id, id),
  foreign key (organisation_id, account_id) references accounts (organisation_id, id),
  check (num_nonnulls(account_id, user_id) = 1)
);
