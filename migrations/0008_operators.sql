-- Operators: what each one has declared, what their connections say, and how many chats they hold.
--
-- Glossary
--   operator      a user who may be given chats in an organisation: (organisation_id, user_id)
--   availability  what the operator declares; survives restarts and lost connections
--   present       at least one connection is open on a server whose lease is live
--   grace         the time after the last connection broke in which the operator keeps their chats
--   ready         available, present and answering: may be offered a chat (if there is room)
--   limit         how many chats of a kind the operator may hold or be offered at once
--
-- Three facts are kept apart, because mixing them is how other systems lose chats: a broken
-- connection never changes what a person declared, and a declaration never claims a connection.
--
-- Every command that concerns an operator begins by locking the operator's row. The order of locks
-- is the same everywhere, so that no two commands can wait for each other:
--   operators (ascending user id) > routed_chats > assignments > operator_loads > chats > the log.
-- Locks are FOR NO KEY UPDATE: FOR UPDATE would also stop those who merely refer to the row.
--
-- Hot tables (updated many times a minute) leave half of each page free, so that an update stays
-- on its page and touches no index, and are vacuumed early. They refer only to cold tables: a
-- foreign key to a hot table would lock its row on every insert.

create type availability as enum ('available', 'busy', 'away', 'offline');

-- A server process. It renews its lease every few seconds; once the lease has run out, every
-- connection it held counts as broken. A server that comes back too late must register again, with
-- the next epoch, and what it held under the old epoch stays broken.
create table nodes (
  id          uuid primary key,
  name        text not null,
  epoch       int not null default 1,
  started_at  timestamptz not null,
  lease_until timestamptz not null
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);

-- One open socket of one user (an operator with three tabs has three).
create table connections (
  id              uuid primary key,
  organisation_id uuid not null,
  user_id         uuid not null,
  session_id      uuid,
  node_id         uuid not null,
  node_epoch      int not null,
  connected_at    timestamptz not null,
  gone_at         timestamptz
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
create index connections_of_user on connections (organisation_id, user_id) where gone_at is null;
create index connections_of_node on connections (node_id) where gone_at is null;
create index connections_gone on connections (gone_at) where gone_at is not null;

create table operators (
  organisation_id     uuid not null,
  user_id             uuid not null references users (id),
  availability        availability not null default 'offline',
  reason              text check (char_length(reason) between 1 and 100),
  availability_since  timestamptz not null,
  availability_set_by uuid,                 -- null: the operator
  is_present          boolean not null default false,
  grace_until         timestamptz,          -- not null: the last connection broke just now
  connection_since    timestamptz not null,
  missed_in_row       smallint not null default 0 check (missed_in_row >= 0),
  is_not_answering    boolean not null default false,
  is_ready            boolean not null generated always as
                        (availability = 'available' and is_present and not is_not_answering) stored,
  last_offered_at     timestamptz,          -- the longest idle is the one with the smallest; null first
  primary key (organisation_id, user_id),
  foreign key (organisation_id, organisation_id) references accounts (organisation_id, id),
  check (not is_present or grace_until is null)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
create index operators_ready on operators (organisation_id, user_id) where is_ready;
create index operators_in_grace on operators (grace_until) where grace_until is not null;

-- The limit, kept by the database: `used` counts the chats of a kind that are held or offered, and
-- the check refuses one too many, whatever the code does. Counting first and assigning afterwards,
-- as most systems do, goes over the limit as soon as two chats arrive at once.
--
-- `over` is what an operator holds above a limit that was lowered: those chats stay, no new one
-- comes until there is room under the new limit.
create table operator_loads (
  organisation_id uuid not null,
  user_id         uuid not null references users (id),
  kind            chat_kind not null,
  chat_limit      smallint not null check (chat_limit between 0 and 100),
  used            smallint not null default 0 check (used >= 0),
  over            smallint not null default 0 check (over >= 0),
  version         int not null default 1,
  set_by          uuid,
  set_at          timestamptz not null,
  primary key (organisation_id, user_id, kind),
  constraint operator_loads_within_limit check (used <= chat_limit + over)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);

-- `used` is moved by the trigger on assignments (0009) and by nothing else, and `over` follows by
-- itself, so neither can drift from what they count. The depth tells who is asking: 1 is a
-- statement of ours, 2 is a statement within another trigger.
create function operator_loads_are_counted() returns trigger
language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    if old.used > 0 then
      raise exception 'an operator with chats keeps the load row' using errcode = 'check_violation';
    end if;
    return old;
  end if;
  if tg_op = 'INSERT' then
    new.used := 0;
    new.over := 0;
    return new;
  end if;
  if new.used <> old.used and pg_trigger_depth() < 2 then
    raise exception 'only assignments move a load' using errcode = 'insufficient_privilege';
  end if;
  new.over := case
    when new.chat_limit <> old.chat_limit then greatest(0, new.used - new.chat_limit)
    when new.used <> old.used then greatest(0, least(old.over, new.used - new.chat_limit))
    else old.over
  end;
  return new;
end
$$;
create trigger operator_loads_are_counted before insert or update or delete on operator_loads
  for each row execute function operator_loads_are_counted();
