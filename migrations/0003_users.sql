-- A user is one person's login, the same in every account. A membership is that person's place in
-- one account. A grant gives a role in a scope: an account and all below, a department or a site.

create type gender as enum ('female', 'male', 'other', 'not_stated');
create type password_state as enum ('none', 'chosen', 'temporary');
create type membership_status as enum ('invited', 'active', 'blocked', 'archived');

create table users (
  id                  uuid primary key default gen_random_uuid(),
  login               text not null unique check (octet_length(login) between 1 and 254),
  email               text not null check (char_length(email) between 3 and 254),
  first_name          text not null check (char_length(first_name) between 1 and 64),
  last_name           text not null check (char_length(last_name) between 1 and 64),
  gender              gender not null default 'not_stated',
  mobile              text check (mobile ~ '^\+[1-9][0-9]{6,14}$'),
  language            text not null default 'en',
  password_hash       text,
  password_state      password_state not null default 'none',
  password_expires_at timestamptz,
  password_changed_at timestamptz,
  photo_id            uuid,
  created_at          timestamptz not null default now(),
  version             int not null default 1,
  check ((password_state = 'none') = (password_hash is null))
);
create unique index users_email on users (lower(email));

-- A login never changes once it is made: people and other systems hold on to it.
create function users_login_is_fixed() returns trigger
language plpgsql as $$
begin
  raise exception 'a login cannot be changed' using errcode = 'check_violation', constraint = 'users_login_is_fixed';
end
$$;
create trigger users_login_is_fixed before update of login on users
  for each row when (old.login is distinct from new.login) execute function users_login_is_fixed();

-- A photo in three square sizes, already upright, cropped and without metadata.
create table photos (
  id         uuid primary key default gen_random_uuid(),
  user_id    uuid not null references users (id) on delete cascade,
  created_at timestamptz not null default now()
);
create table photo_files (
  photo_id uuid not null references photos (id) on delete cascade,
  pixels   smallint not null check (pixels in (48, 96, 256)),
  webp     bytea not null check (octet_length(webp) <= 65536),
  primary key (photo_id, pixels)
);
alter table users add foreign key (photo_id) references photos (id) on delete set null;

create table roles (
  organisation_id uuid not null,
  id              uuid not null default gen_random_uuid(),
  key             text not null check (key ~ '^[a-z][a-z0-9_]{0,31}$'),
  name            text not null check (char_length(name) between 1 and 64),
  is_built_in     boolean not null default false,
  permissions     text[],         -- null for a built-in role: the code says what it may
  version         int not null default 1,
  primary key (organisation_id, id),
  unique (organisation_id, key),
  foreign key (organisation_id, organisation_id) references accounts (organisation_id, id),
  check (is_built_in = (permissions is null))
);

create table departments (
  organisation_id uuid not null,
  id              uuid not null default gen_random_uuid(),
  account_id      uuid not null,
  name            text not null check (char_length(name) between 1 and 64),
  created_at      timestamptz not null default now(),
  version         int not null default 1,
  primary key (organisation_id, id),
  foreign key (organisation_id, account_id) references accounts (organisation_id, id)
);
create unique index departments_name on departments (organisation_id, account_id, lower(name));

-- The agents who report to one supervisor. The group fixes its agents' department; the second key
-- lets a membership repeat the department and the database refuse a mismatch.
create table supervisor_groups (
  organisation_id    uuid not null,
  id                 uuid not null default gen_random_uuid(),
  department_id      uuid not null,
  supervisor_user_id uuid not null references users (id),
  name               text not null check (char_length(name) between 1 and 64),
  version            int not null default 1,
  primary key (organisation_id, id),
  unique (organisation_id, id, department_id),
  foreign key (organisation_id, department_id) references departments (organisation_id, id)
);

create table memberships (
  organisation_id       uuid not null,
  id                    uuid not null default gen_random_uuid(),
  account_id            uuid not null,
  user_id               uuid not null references users (id),
  status                membership_status not null default 'active',
  display_name          text check (char_length(display_name) between 1 and 64),
  alias                 text check (char_length(alias) between 1 and 64),
  description           text check (char_length(description) <= 500),
  shows_photo           boolean not null default true,
  supervisor_group_id   uuid,
  primary_department_id uuid,
  created_at            timestamptz not null default now(),
  blocked_at            timestamptz,
  archived_at           timestamptz,
  version               int not null default 1,
  primary key (organisation_id, id),
  unique (organisation_id, account_id, user_id),
  foreign key (organisation_id, account_id) references accounts (organisation_id, id),
  foreign key (organisation_id, supervisor_group_id, primary_department_id)
    references supervisor_groups (organisation_id, id, department_id) on update cascade,
  check ((status = 'archived') = (archived_at is not null)),
  check ((status = 'blocked') = (blocked_at is not null)),
  check ((supervisor_group_id is null) = (primary_department_id is null))
);
create index memberships_user on memberships (user_id);

create table department_members (
  organisation_id uuid not null,
  department_id   uuid not null,
  membership_id   uuid not null,
  position        text check (char_length(position) between 1 and 64),
  primary key (organisation_id, department_id, membership_id),
  foreign key (organisation_id, department_id) references departments (organisation_id, id),
  foreign key (organisation_id, membership_id) references memberships (organisation_id, id) on delete cascade
);
create index department_members_membership on department_members (organisation_id, membership_id);

create table skills (
  organisation_id uuid not null,
  id              uuid not null default gen_random_uuid(),
  account_id      uuid not null,
  name            text not null check (char_length(name) between 1 and 64),
  version         int not null default 1,
  primary key (organisation_id, id),
  foreign key (organisation_id, account_id) references accounts (organisation_id, id)
);
create unique index skills_name on skills (organisation_id, account_id, lower(name));

create table user_skills (
  organisation_id uuid not null,
  user_id         uuid not null references users (id),
  skill_id        uuid not null,
  level           smallint not null check (level between 1 and 5),
  primary key (organisation_id, user_id, skill_id),
  foreign key (organisation_id, skill_id) references skills (organisation_id, id)
);
