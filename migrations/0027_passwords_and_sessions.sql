-- What a password and a session are worth: until when, once or often, and where an account says so.

alter table users
  add column password_used_at     timestamptz,  -- of a temporary one: it has let in once, and never will again
  add column must_change_password boolean not null default false;

alter table sessions
  add column confirmed_at         timestamptz,  -- when the password was last entered after signing in
  add column must_change_password boolean not null default false,
  add column place                text;         -- the network that the address is in

alter table accounts
  add column session_idle_minutes smallint check (session_idle_minutes between 5 and 60),  -- null: as above
  add column session_hours        smallint check (session_hours between 1 and 12);

-- The memberships that give something: active, of an account that nobody has closed, nor one above it.
create view open_memberships as
select m.organisation_id, m.id, m.account_id, m.user_id, m.created_at
  from memberships m
 where m.status = 'active'
   and not exists (
     select from unnest(account_path(m.organisation_id, m.account_id)) as above (id)
       join accounts a on a.organisation_id = m.organisation_id and a.id = above.id
      where not a.is_active);

-- How long the user's sessions last in the organisation: as the strictest says of all accounts that
-- they work in, and of those above. No row: they do not work there.
create function session_terms(p_organisation uuid, p_user uuid, out idle_minutes int, out hours int)
  returns setof record
language sql stable as $$
  select coalesce(min(t.idle_minutes), 60), coalesce(min(t.hours), 12)
    from (
      select min(a.session_idle_minutes) as idle_minutes, min(a.session_hours) as hours
        from memberships m
       cross join lateral unnest(account_path(m.organisation_id, m.account_id)) as above (id)
        join accounts a on a.organisation_id = m.organisation_id and a.id = above.id
       where m.organisation_id = p_organisation and m.user_id = p_user and m.status = 'active'
       group by m.id
      having bool_and(a.is_active)) t
  having count(*) > 0
$$;

-- Sessions that nobody has ended, with the moment at which each ends, and at which it would have been
-- idle for too long.
create view held_sessions as
select s.id, s.token_hash, s.user_id, s.organisation_id, s.created_at, s.last_active_at,
       s.ip, s.user_agent, s.place, s.must_change_password,
       greatest(s.created_at, s.confirmed_at) as confirmed_at,
       least(s.expires_at, s.created_at + make_interval(hours => t.hours)) as ends_at,
       s.last_active_at + make_interval(mins => t.idle_minutes) as idle_at
  from sessions s
 cross join lateral session_terms(s.organisation_id, s.user_id) t
 where s.ended_at is null;

-- Links to choose a new password. The token is made from the nonce when the mail goes out.
create table password_resets (
  id              uuid primary key default gen_random_uuid(),
  organisation_id uuid not null,
  user_id         uuid not null references users (id) on delete cascade,
  token_nonce     bytea not null check (octet_length(token_nonce) = 16),
  token_hash      bytea not null unique check (octet_length(token_hash) = 32),
  requested_by    uuid,         -- null: by whoever says to have forgotten theirs
  created_at      timestamptz not null,
  expires_at      timestamptz not null,
  used_at         timestamptz,
  foreign key (organisation_id, organisation_id) references accounts (organisation_id, id)
);
create index password_resets_user on password_resets (user_id);

-- Who says to have forgotten a password, as typed: whether there is such a user is looked at later,
-- so that the answer and its time tell nothing.
create table forgotten_passwords (
  id    uuid primary key default gen_random_uuid(),
  login text not null check (octet_length(login) between 1 and 1024),
  at    timestamptz not null
);
