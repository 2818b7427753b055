-- A site is a place where visitors chat from; a queue is a line of chats that operators serve.

create type chat_kind as enum ('live', 'deferred');
create type queue_strategy as enum (
  'longest_idle', 'least_loaded', 'round_robin', 'fewest_today', 'priority_tiers', 'ring_all', 'manual_pick'
);

create table queues (
  organisation_id uuid not null,
  id              uuid not null default gen_random_uuid(),
  account_id      uuid not null,
  name            text not null check (char_length(name) between 1 and 64),
  kind            chat_kind not null default 'live',
  strategy        queue_strategy not null default 'longest_idle',
  offer_seconds   smallint not null default 20 check (offer_seconds between 5 and 300),
  auto_accepts    boolean not null default false,
  wrap_up_seconds smallint not null default 0 check (wrap_up_seconds between 0 and 3600),
  priority        smallint not null default 0 check (priority between 0 and 9),
  target_seconds  int not null default 60 check (target_seconds between 5 and 86400),
  max_waiting     int check (max_waiting > 0),
  is_test         boolean not null default false,
  is_active       boolean not null default true,
  created_at      timestamptz not null default now(),
  version         int not null default 1,
  primary key (organisation_id, id),
  foreign key (organisation_id, account_id) references accounts (organisation_id, id)
);
create unique index queues_name on queues (organisation_id, account_id, lower(name));

create table sites (
  organisation_id     uuid not null,
  id                  uuid not null default gen_random_uuid(),
  account_id          uuid not null,
  queue_id            uuid not null,
  name                text not null check (char_length(name) between 1 and 64),
  key                 text not null unique check (key ~ '^[a-z0-9]{20}$'),
  allowed_origins     text[] not null default '{}',
  colour              text not null default '#0b7285' check (colour ~ '^#[0-9a-f]{6}$'),
  language            text not null default 'en',
  welcome             text check (char_length(welcome) <= 500),
  shows_operator_card boolean not null default true,
  is_active           boolean not null default true,
  created_at          timestamptz not null default now(),
  version             int not null default 1,
  primary key (organisation_id, id),
  foreign key (organisation_id, account_id) references accounts (organisation_id, id),
  foreign key (organisation_id, queue_id) references queues (organisation_id, id)
);

-- How a user appears on one site; what is null comes from the membership.
create table site_profiles (
  organisation_id uuid not null,
  site_id         uuid not null,
  user_id         uuid not null references users (id),
  display_name    text check (char_length(display_name) between 1 and 64),
  description     text check (char_length(description) <= 500),
  shows_photo     boolean,
  version         int not null default 1,
  primary key (organisation_id, site_id, user_id),
  foreign key (organisation_id, site_id) references sites (organisation_id, id)
);

-- A role given to a user in exactly one scope: an account and all below it, a department, or a site.
create table grants (
  organisation_id uuid not null,
  id              uuid not null default gen_random_uuid(),
  user_id         uuid not null references users (id),
  role_id         uuid not null,
  account_id      uuid,
  department_id   uuid,
  site_id         uuid,
  granted_by      uuid,
  created_at      timestamptz not null default now(),
  primary key (organisation_id, id),
  unique nulls not distinct (organisation_id, user_id, role_id, account_id, department_id, site_id),
  foreign key (organisation_id, role_id) references roles (organisation_id, id),
  foreign key (organisation_id, account_id) references accounts (organisation_id, id),
  foreign key (organisation_id, department_id) references departments (organisation_id, id),
  foreign key (organisation_id, site_id) references sites (organisation_id, id),
  check (num_nonnulls(account_id, department_id, site_id) = 1)
);
create index grants_user on grants (user_id, organisation_id);
