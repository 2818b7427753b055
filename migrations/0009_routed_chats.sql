-- Who serves which queue, which chats wait there, and who was given what.
--
-- Glossary
--   member      an operator whom an administrator let serve a queue; `joined`: serving it now
--   routed chat a chat's place in routing; its text and its visitor are elsewhere (0007)
--   assignment  one chat put to one operator: offered first, then active, then over in some way
--   exclusion   an operator who has just declined or missed a chat is not offered it again at once
--   due_at      the sort key of a queue: the moment of arrival, moved ahead by priority

create type chat_state as enum ('waiting', 'offered', 'active', 'closed');
create type assignment_kind as enum ('route', 'transfer', 'pick', 'forced');
create type assignment_state as enum ('offered', 'active', 'ended', 'declined', 'expired', 'rescinded');

create table queue_members (
  organisation_id uuid not null,
  queue_id        uuid not null,
  user_id         uuid not null references users (id),
  tier            smallint not null default 1 check (tier between 1 and 9),
  is_joined       boolean not null default false,
  joined_at       timestamptz,
  primary key (organisation_id, queue_id, user_id),
  foreign key (organisation_id, queue_id) references queues (organisation_id, id),
  check (is_joined = (joined_at is not null))
);
create index queue_members_user on queue_members (organisation_id, user_id);

-- Moving a chat ahead by priority, instead of sorting by priority first, is what keeps the line
-- honest: a chat of priority p can be overtaken only by one of priority p' that came within
-- (p' - p) minutes after it. Nobody starves, no job re-sorts, and a chat that comes back to the
-- queue (declined, missed, its operator gone) stands where it stood, because due_at is kept.
create function due_at(p_enqueued_at timestamptz, p_priority int) returns timestamptz
language sql immutable as $$
  select p_enqueued_at - p_priority * interval '1 minute'
$$;

create table routed_chats (
  organisation_id uuid not null,
  chat_id         uuid not null,
  account_id      uuid not null,
  queue_id        uuid not null,
  site_id         uuid not null,
  kind            chat_kind not null,
  state           chat_state not null default 'waiting',
  priority        smallint not null check (priority between 0 and 18),
  enqueued_at     timestamptz not null,
  due_at          timestamptz not null,
  assignment_id   uuid,                 -- the offer or the holding that stands now
  operator_id     uuid,                 -- whose it is
  visitor_name    text,
  closed_at       timestamptz,
  primary key (organisation_id, chat_id),
  foreign key (organisation_id, account_id) references accounts (organisation_id, id),
  foreign key (organisation_id, queue_id) references queues (organisation_id, id),
  check ((state in ('offered', 'active')) = (assignment_id is not null)),
  check ((assignment_id is null) = (operator_id is null)),
  check ((state = 'closed') = (closed_at is not null))
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
-- The line itself: the head of a queue is its first entry, however long the line is.
create index routed_chats_waiting on routed_chats (organisation_id, queue_id, due_at, chat_id)
  where state = 'waiting';
create index routed_chats_of_operator on routed_chats (organisation_id, operator_id)
  where operator_id is not null;
create index routed_chats_open on routed_chats (organisation_id, account_id) where state <> 'closed';
create index routed_chats_closed on routed_chats (closed_at) where state = 'closed';

create table assignments (
  organisation_id uuid not null,
  id              uuid not null default gen_random_uuid(),
  chat_id         uuid not null,
  user_id         uuid not null,        -- the operator
  queue_id        uuid not null,
  chat_kind       chat_kind not null,
  kind            assignment_kind not null default 'route',
  state           assignment_state not null,
  offered_at      timestamptz not null,
  expires_at      timestamptz,
  accepted_at     timestamptz,
  ended_at        timestamptz,
  because         jsonb not null,       -- who was considered, and what ruled each one out
  primary key (organisation_id, id),
  check (state <> 'offered' or expires_at is not null),
  check (state <> 'active' or accepted_at is not null),
  check ((state in ('offered', 'active')) = (ended_at is null))
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
-- A chat has one owner and one offer at most: the last line of defence against giving it twice.
create unique index assignments_one_owner on assignments (organisation_id, chat_id) where state = 'active';
create unique index assignments_one_offer on assignments (organisation_id, chat_id) where state = 'offered';
create index assignments_due on assignments (expires_at) where state = 'offered';
create index assignments_live on assignments (organisation_id, user_id) where state in ('offered', 'active');
create index assignments_of_chat on assignments (organisation_id, chat_id, offered_at);

-- An assignment that is offered or active counts; any other does not. This is the only thing that
-- moves operator_loads.used, so a load is always the number of live assignments, and one too many
-- breaks the check there and with it the whole transaction.
create function assignments_move_loads() returns trigger
language plpgsql as $$
declare
  v_row assignments := case when tg_op = 'DELETE' then old else new end;
  v_by  int := 0;
begin
  if tg_op <> 'DELETE' and new.state in ('offered', 'active') then v_by := v_by + 1; end if;
  if tg_op <> 'INSERT' and old.state in ('offered', 'active') then v_by := v_by - 1; end if;
  if v_by <> 0 then
    update operator_loads set used = used + v_by
     where organisation_id = v_row.organisation_id and user_id = v_row.user_id and kind = v_row.chat_kind;
    if not found then
      raise exception 'only an operator can be assigned a chat' using errcode = 'foreign_key_violation';
    end if;
  end if;
  return null;
end
$$;
create trigger assignments_move_loads after insert or delete or update of state on assignments
  for each row execute function assignments_move_loads();

-- What an assignment is about never changes: the counter above relies on it.
create function assignments_keep_their_subject() returns trigger
language plpgsql as $$
begin
  raise exception 'an assignment keeps its chat and its operator' using errcode = 'check_violation';
end
$$;
create trigger assignments_keep_their_subject before update on assignments for each row
  when ((old.organisation_id, old.id, old.chat_id, old.user_id, old.chat_kind)
        is distinct from (new.organisation_id, new.id, new.chat_id, new.user_id, new.chat_kind))
  execute function assignments_keep_their_subject();

create table exclusions (
  organisation_id uuid not null,
  chat_id         uuid not null,
  user_id         uuid not null,
  until           timestamptz not null,
  primary key (organisation_id, chat_id, user_id)
);
