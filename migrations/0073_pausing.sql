-- What keeps the chats of a queue from somebody who has joined it, without changing what they chose:
-- it is not their shift, or their status is not for its kind of chat. And joining for a while.
--
-- Glossary
--   opted in   has joined the queue, and has not left it: the operator's own choice
--   paused     opted in, and passed by all the same for as long as something lasts
--   joined     opted in and not paused: what routing goes by
--   shift      a calendar (0058) that an operator works by

alter table queue_members rename column is_joined to opted_in;
alter table queue_members
  add column opted_in_until timestamptz,                        -- leaves by itself then; null: stays
  add column is_on_shift boolean not null default true,
  add column accepts_kind boolean not null default true,
  add column is_joined boolean generated always as (opted_in and is_on_shift and accepts_kind) stored not null;
create index queue_members_until on queue_members (opted_in_until) where opted_in_until is not null;

alter table queues add column keeps_shifts boolean not null default false;

alter table operators
  drop constraint operators_check3,                             -- of marks
  add constraint operators_marked_as_they_are
    check (mark is null or availability <> 'offline' and (availability = 'available') = (mark ? 'accepts')),
  add column shift_id uuid,                                     -- null: works at any time
  -- As was told last: tend_shifts keeps them what the calendar says.
  add column is_on_shift boolean not null default true,
  add column shift_turns_at timestamptz,
  add column shift_version int,
  add foreign key (organisation_id, shift_id) references hours (organisation_id, id);
create index operators_shift on operators (organisation_id, shift_id) where shift_id is not null;

-- A status of whoever is available says for which kinds of chats: neither is only what somebody hands over.
alter table statuses
  drop constraint statuses_availability_check,
  add constraint statuses_availability_check check (availability in ('available', 'away', 'busy')),
  add column accepts chat_kind[] check (cardinality(accepts) < 2),
  add check ((availability = 'available') = (accepts is not null));

create or replace function status_mark(p statuses) returns jsonb
language sql stable as $$
  select jsonb_build_object('statusId', p.id, 'icon', p.icon, 'colour', p.colour, 'isPaid', p.is_paid,
                            'maxMinutes', p.max_minutes)
         || case when p.accepts is null then '{}' else jsonb_build_object('accepts', to_jsonb(p.accepts)) end
$$;

-- What is marked goes with the availability that it was chosen for, and ends with it.
create or replace function operators_keep_presence() returns trigger
language plpgsql as $$
begin
  if new.availability <> 'finishing' then new.finish_as := null; end if;
  if new.availability = 'offline' or (new.availability = 'available') is distinct from (new.mark ? 'accepts') then
    new.mark := null;
  end if;
  if new.suspended_at is not null then
    new.held_until := null;
    new.availability_cause := 'chosen';
  end if;
  if new.availability <> 'available' or not new.is_present then new.idle_until := null; end if;
  if new.is_present and not old.is_present and old.grace_until is null then
    insert into operator_activity as a values (new.organisation_id, new.user_id, routing_now())
    on conflict (organisation_id, user_id) do update set active_at = greatest(a.active_at, excluded.active_at);
  end if;
  return new;
end
$$;

create or replace function write_status(p operators, p_status operator_status, p_cause text, p_actor uuid)
returns void language plpgsql as $$
declare
  v_last status_changes;
  v_mark jsonb := case when p_status in ('available', 'away', 'busy') then p.mark end;
begin
  select * into v_last from status_changes
   where organisation_id = p.organisation_id and user_id = p.user_id
   order by at desc limit 1;
  if (v_last.status, v_last.reason, v_last.mark -> 'accepts') is not distinct from (p_status, p.reason, v_mark -> 'accepts') then
    return;
  end if;
  insert into status_changes (organisation_id, user_id, at, status, reason, cause, actor_id, mark)
  values (p.organisation_id, p.user_id, greatest(routing_now(), v_last.at), p_status, p.reason, p_cause, p_actor, v_mark)
  on conflict (organisation_id, user_id, at) do update
    set status = excluded.status, reason = excluded.reason, cause = excluded.cause, actor_id = excluded.actor_id,
        mark = excluded.mark;
end
$$;

-- Whether another status was chosen: of two of the catalogue that are called the same, one may be for
-- other chats.
create function is_another_status(p operators, p_other operators) returns boolean
language sql immutable as $$
  select (p.availability, p.reason, p.mark -> 'accepts')
         is distinct from (p_other.availability, p_other.reason, p_other.mark -> 'accepts')
$$;

-- Each change of a status is written down, with its cause and who it was.
create or replace function operators_write_status()
returns trigger
language plpgsql
as $$
begin
  if tg_op = 'DELETE' then
    old.reason := null;
    perform write_status(old, 'offline', 'removed', null);
    return null;
  elsif tg_op = 'INSERT' then
    perform write_status(new, status_of(new), 'began', null);
    return null;
  end if;
  perform write_status(new, status_of(new), case
      when new.suspended_at is not null and old.suspended_at is null then 'suspended'
      when new.suspended_at is null and old.suspended_at is not null then 'restored'
      when is_another_status(new, old) then new.availability_cause
      when new.is_present and not old.is_present then 'connected'
      when old.is_present and not new.is_present then 'connection_lost'
      when new.is_not_answering and not old.is_not_answering then 'missed_offers'
      when old.is_not_answering and not new.is_not_answering then 'answered'
      else 'grace_over'
    end,
    case
      when new.suspended_at is not distinct from old.suspended_at
        and is_another_status(new, old)
        and new.availability_cause <> 'chosen' then null
      when is_another_status(new, old) or new.suspended_at is distinct from old.suspended_at
        then coalesce(new.availability_set_by, new.user_id)
      when old.is_not_answering and not new.is_not_answering then new.user_id
    end);
  return null;
end
$$;

drop trigger operators_status_changes on operators;
create trigger operators_status_changes after update on operators
  for each row when (
    (old.availability, old.reason, old.mark, old.is_present, old.grace_until, old.is_not_answering, old.suspended_at)
    is distinct from
    (new.availability, new.reason, new.mark, new.is_present, new.grace_until, new.is_not_answering, new.suspended_at))
  execute function operators_write_status();

-- Whether an operator's status is for chats of a kind.
create function accepts(p operators, p_kind chat_kind) returns boolean
language sql immutable as $$
  select coalesce(p.mark -> 'accepts' ? p_kind::text, true)
$$;

create or replace view queue_member_rows as
  select m.organisation_id, m.queue_id, m.user_id, q.account_id,
         case when m.is_suspended then '{}'::text[]
              else array['floor:' || q.account_id, 'user:' || m.user_id] end as scopes,
         jsonb_build_object(
           'id', m.queue_id || ':' || m.user_id,
           'queueId', m.queue_id,
           'userId', m.user_id,
           'isJoined', m.opted_in,
           'joinedAt', instant(m.joined_at),
           'joinedUntil', instant(m.opted_in_until),
           'pausedBy', case when not m.is_on_shift then 'shift' when not m.accepts_kind then 'status' end,
           'tier', m.tier,
           'participates', m.participates) as row
    from queue_members m
    join queues q on q.organisation_id = m.organisation_id and q.id = m.queue_id;

create or replace function ruled_out_by(
  p_chat routed_chats, p_queue queues, p_operator operators, p_member queue_members, p_load operator_loads,
  p_has_skills boolean, p_is_excluded boolean
) returns text
language sql stable as $$
  select case
    when p_queue.is_test and not p_operator.takes_tests then 'not_for_tests'
    when not p_queue.is_test and not p_operator.takes_chats then 'tests_only'
    when p_operator.availability <> 'available' then p_operator.availability::text
    when not p_operator.is_present then 'not_connected'
    when p_operator.is_not_answering then 'not_answering'
    when not p_member.participates then 'outside'
    when not p_member.opted_in then 'not_joined'
    when not p_member.is_on_shift then 'off_shift'
    when not p_member.accepts_kind then 'kind_not_accepted'
    when not p_has_skills then 'lacks_skill'
    when p_operator.wrap_up_until is not null then 'wrap_up'
    when p_load.used >= p_load.chat_limit then 'at_limit'
    when not has_units(p_operator, p_queue) then 'units_full'
    when p_member.cools_until is not null then 'cooling_down'
    when is_by_hand(p_queue.strategy) then 'by_hand'
    when p_chat.held_for <> p_operator.user_id then 'held_for_another'
    when p_is_excluded then 'excluded'
  end
$$;

-- Transition: the operator serves a queue, for so many minutes or for good. Status: joined | not_assigned.
drop function join_queue(uuid, uuid, uuid, uuid);
create function join_queue(
  p_organisation uuid, p_queue uuid, p_user uuid, p_actor uuid default null, p_minutes int default null
) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now   timestamptz := date_trunc('milliseconds', routing_now());
  v_until timestamptz := v_now + p_minutes * interval '1 minute';
begin
  perform lock_operator(p_organisation, p_user);
  update queue_members m
     set opted_in = true, opted_in_until = v_until,
         joined_at = case when m.opted_in then m.joined_at else v_now end,
         is_on_shift = o.is_on_shift or not q.keeps_shifts, accepts_kind = accepts(o, q.kind)
    from operators o, queues q
   where m.organisation_id = p_organisation and m.queue_id = p_queue and m.user_id = p_user and not m.is_suspended
     and (not m.opted_in or m.opted_in_until is distinct from v_until)
     and o.organisation_id = p_organisation and o.user_id = p_user
     and q.organisation_id = p_organisation and q.id = p_queue;
  if found then
    return tell_outcome(p_organisation, coalesce(p_actor, p_user), 'joined',
      array[queue_member_event(p_organisation, p_queue, p_user), operator_event(p_organisation, p_user)],
      '{}', array[p_user]);
  end if;
  perform from queue_members
    where organisation_id = p_organisation and queue_id = p_queue and user_id = p_user and not is_suspended;
  return tell_outcome(p_organisation, p_user, case when found then 'joined' else 'not_assigned' end, '{}');
end
$$;

-- Transition: the operator serves a queue no longer; what rings goes to somebody else, what is held is
-- kept. Status: left | not_assigned.
create or replace function leave_queue(
  p_organisation uuid, p_queue uuid, p_user uuid, p_actor uuid default null
) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_left record;
begin
  perform lock_operator(p_organisation, p_user);
  v_left := leave(p_organisation, p_queue, p_user);
  if v_left.o_has_left then
    return tell_outcome(p_organisation, coalesce(p_actor, p_user), 'left',
      v_left.o_events || operator_event(p_organisation, p_user), v_left.o_chats, array[p_user]);
  end if;
  perform from queue_members where organisation_id = p_organisation and queue_id = p_queue and user_id = p_user;
  return tell_outcome(p_organisation, p_user, case when found then 'left' else 'not_assigned' end, '{}');
end
$$;

-- The leaving itself, of an operator who is locked.
create function leave(
  p_organisation uuid, p_queue uuid, p_user uuid, out o_has_left boolean, out o_chats uuid[], out o_events jsonb[]
)
language plpgsql as $$
begin
  update queue_members set opted_in = false, opted_in_until = null, joined_at = null
   where organisation_id = p_organisation and queue_id = p_queue and user_id = p_user and opted_in;
  o_has_left := found;
  if not o_has_left then return; end if;
  select b.* into o_chats, o_events from put_back_all(p_organisation, p_user, p_queue, false, 'not_joined') b;
  o_events := o_events || queue_member_event(p_organisation, p_queue, p_user);
end
$$;

-- Transition: of one organisation, whoever joined a queue for a while that is over leaves it.
-- Status: left | nothing (call until nothing).
create function expire_joins(p_most int default 100) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now    timestamptz := routing_now();
  v_organisation uuid;
  v_users  uuid[];
  v_member record;
  v_left   record;
  v_gone   uuid[] := '{}';
  v_chats  uuid[] := '{}';
  v_events jsonb[] := '{}';
begin
  perform must_be_read_committed();
  v_organisation := first_unswept(array(
    select distinct m.organisation_id from queue_members m where m.opted_in and m.opted_in_until <= v_now));
  if v_organisation is null then return tell_outcome(null, null, 'nothing', '{}'); end if;
  v_users := array(
    select distinct m.user_id from queue_members m
     where m.organisation_id = v_organisation and m.opted_in and m.opted_in_until <= v_now order by 1 limit p_most);
  perform lock_operators(v_organisation, v_users);
  for v_member in
    select m.queue_id, m.user_id from queue_members m
     where m.organisation_id = v_organisation and m.user_id = any (v_users)
       and m.opted_in and m.opted_in_until <= v_now
     order by m.user_id, m.queue_id
  loop
    v_left := leave(v_organisation, v_member.queue_id, v_member.user_id);
    v_chats := v_chats || v_left.o_chats;
    v_events := v_events || v_left.o_events;
    if not v_member.user_id = any (v_gone) then v_gone := v_gone || v_member.user_id; end if;
  end loop;
  return tell_outcome(v_organisation, null, case when v_gone = '{}' then 'nothing' else 'left' end,
    v_events || array(select operator_event(v_organisation, u) from unnest(v_gone) u), v_chats, v_gone);
end
$$;
