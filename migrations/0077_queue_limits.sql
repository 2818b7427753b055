-- A limit of a queue's own: how many of its chats one operator holds at once, whatever their own limits
-- leave them.
--
-- Glossary
--   held limit   how many chats of a queue one operator may hold or be offered; null: as many as their
--                own limits allow. What somebody may hold of a queue's chats is the smallest of their
--                limit of the kind, what their units leave, and this
--
-- It is kept as the limits of people are (0008 and 0060): the check on the counter is the law, a trigger
-- moves the counter, and whatever is above a limit that was lowered, or was forced, is marked. The counter
-- stands in the row of operator and queue, beside a copy of the queue's limit, so that the check can see
-- both. A queue without such a limit counts nothing. Whoever is given one of its chats without being a
-- member is not limited by it.

alter table queues add column held_limit smallint check (held_limit between 1 and 100);

alter table queue_members
  add column held_limit smallint,
  add column held smallint not null default 0 check (held >= 0),
  add column held_over smallint not null default 0 check (held_over >= 0),
  add constraint queue_members_within_limit check (held <= held_limit + held_over);

-- The chats of a queue that take a slot of the operator's.
create function chats_held(p_organisation uuid, p_queue uuid, p_user uuid) returns bigint
language sql volatile as $$
  select count(*) from (
    select from assignments
     where organisation_id = p_organisation and user_id = p_user and queue_id = p_queue
       and state in ('offered', 'active')
    union all
    select from assignments
     where organisation_id = p_organisation and user_id = p_user and queue_id = p_queue
       and wraps_until is not null) held
$$;

-- Whoever changes a queue's limit holds lock 51 of it, and whoever comes to the queue waits for them, but
-- not for long, and is told to come again: they may hold the log's lock, and so each could wait for the
-- other.
create function wait_for_limit_of(p_queue uuid) returns void
language plpgsql set lock_timeout = '400ms' as $$
begin
  perform pg_advisory_xact_lock_shared(51, hashtext(p_queue::text));
end
$$;

-- Whoever comes to a queue that limits, or is in one that begins to, is counted from that moment on. The
-- operator's row is locked, so nothing comes or goes while the first count is made; after that only the
-- trigger on assignments moves it.
create function queue_members_hold_chats() returns trigger
language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    new.held := 0;
    new.held_over := 0;
    -- Asked for once more they are a member already, whose row stays as it is.
    perform from queue_members
      where organisation_id = new.organisation_id and queue_id = new.queue_id and user_id = new.user_id;
    if found then return new; end if;
    perform wait_for_limit_of(new.queue_id);
    select held_limit into new.held_limit from queues
     where organisation_id = new.organisation_id and id = new.queue_id;
    if new.held_limit is null then return new; end if;
    perform from operators
      where organisation_id = new.organisation_id and user_id = new.user_id for no key update;
  elsif new.held_limit is not distinct from old.held_limit then
    if new.held <> old.held then
      if pg_trigger_depth() < 2 then
        raise exception 'only assignments move a load' using errcode = 'insufficient_privilege';
      end if;
      new.held_over := greatest(0, least(old.held_over, new.held - new.held_limit));
    elsif pg_trigger_depth() < 2 then
      new.held_over := old.held_over;
    end if;
    return new;
  elsif pg_trigger_depth() < 2 then
    raise exception 'only the queue says how many of its chats one holds' using errcode = 'insufficient_privilege';
  end if;
  new.held := case when new.held_limit is null then 0
                   else chats_held(new.organisation_id, new.queue_id, new.user_id) end;
  new.held_over := greatest(0, coalesce(new.held - new.held_limit, 0));
  return new;
end
$$;
create trigger queue_members_hold_chats before insert or update of held_limit, held, held_over on queue_members
  for each row execute function queue_members_hold_chats();

-- Nobody comes to the queue, and nobody of it is given a chat or rid of one, until the transaction ends.
-- Whoever comes is kept out first: one more operator could not be locked in the order of all.
create function lock_people_of(p_organisation uuid, p_queue uuid) returns void
language plpgsql as $$
begin
  perform pg_advisory_xact_lock(51, hashtext(p_queue::text));
  perform lock_operators(p_organisation, array(
    select user_id from queue_members where organisation_id = p_organisation and queue_id = p_queue));
end
$$;

create function queues_limit_what_is_held() returns trigger
language plpgsql as $$
begin
  perform lock_people_of(new.organisation_id, new.id);
  update queue_members set held_limit = new.held_limit
   where organisation_id = new.organisation_id and queue_id = new.id;
  return null;
end
$$;
create trigger queues_limit_what_is_held after update of held_limit on queues for each row
  when (new.held_limit is distinct from old.held_limit)
  execute function queues_limit_what_is_held();

-- As in 0060; an assignment is its queue's for good, too, for that is whose limit it counts against.
drop trigger assignments_keep_their_subject on assignments;
create trigger assignments_keep_their_subject before update on assignments for each row
  when ((old.organisation_id, old.id, old.chat_id, old.user_id, old.queue_id, old.chat_kind, old.units)
        is distinct from
        (new.organisation_id, new.id, new.chat_id, new.user_id, new.queue_id, new.chat_kind, new.units))
  execute function assignments_keep_their_subject();

-- As in 0060, and counts for the queue where that limits.
create or replace function assignments_move_loads() returns trigger
language plpgsql volatile as $$
declare
  v_row assignments := case when tg_op = 'DELETE' then old else new end;
  v_by  int := 0;
  v_unit_limit int;
  v_today date;
begin
  if tg_op <> 'DELETE' then v_by := v_by + takes_slot(new.state, new.wraps_until); end if;
  if tg_op <> 'INSERT' then v_by := v_by - takes_slot(old.state, old.wraps_until); end if;
  if v_by <> 0 then
    select unit_limit into v_unit_limit from operators
     where organisation_id = v_row.organisation_id and user_id = v_row.user_id for no key update;
    update operator_loads set used = used + v_by
     where organisation_id = v_row.organisation_id and user_id = v_row.user_id and kind = v_row.chat_kind;
    if not found then
      raise exception 'only an operator can be assigned a chat' using errcode = 'foreign_key_violation';
    end if;
    if v_unit_limit is not null then
      update operators set units_used = units_used + v_by * v_row.units
       where organisation_id = v_row.organisation_id and user_id = v_row.user_id;
    end if;
    -- Nothing is written where the queue has no such limit. The operator is locked: what is read is true.
    update queue_members set held = held + v_by
     where organisation_id = v_row.organisation_id and queue_id = v_row.queue_id and user_id = v_row.user_id
       and held_limit is not null;
  end if;
  if v_row.state = 'active' and (tg_op = 'INSERT' or tg_op = 'UPDATE' and old.state <> 'active') then
    v_today := day_of(v_row.organisation_id, routing_now());
    update operators
       set taken_today = case when taken_on = v_today then taken_today + 1 else 1 end, taken_on = v_today
     where organisation_id = v_row.organisation_id and user_id = v_row.user_id;
  end if;
  return null;
end
$$;

-- As in 0060: what is forced makes its own room, in its queue as well.
create or replace function assignments_make_room() returns trigger
language plpgsql volatile as $$
begin
  update operator_loads set over = over + 1
   where organisation_id = new.organisation_id and user_id = new.user_id and kind = new.chat_kind
     and used >= chat_limit;
  update operators set units_over = units_used + new.units - unit_limit
   where organisation_id = new.organisation_id and user_id = new.user_id
     and units_used + new.units > unit_limit;
  update queue_members set held_over = held + 1 - held_limit
   where organisation_id = new.organisation_id and queue_id = new.queue_id and user_id = new.user_id
     and held + 1 > held_limit;
  return new;
end
$$;

-- Whether the queue lets one of its members hold one more of its chats.
create function may_hold_more(p_member queue_members) returns boolean
language sql stable as $$
  select p_member.held_limit is null or p_member.held < p_member.held_limit
$$;

-- As in 0060. The chat is in the queue whose limit counts.
create or replace function has_room(p_chat routed_chats, p_user uuid) returns boolean
language sql volatile as $$
  select exists (
    select from queues q
      join operators o on o.organisation_id = q.organisation_id and o.user_id = p_user and has_units(o, q)
      join operator_loads l on l.organisation_id = q.organisation_id and l.user_id = p_user
                           and l.kind = p_chat.kind and l.used < l.chat_limit
      left join queue_members m on m.organisation_id = q.organisation_id and m.queue_id = q.id and m.user_id = p_user
     where q.organisation_id = p_chat.organisation_id and q.id = p_chat.queue_id and may_hold_more(m))
$$;

-- Which of the limits is in the way of one more chat; null when there is room, as has_room has it.
create function why_no_room(p_chat routed_chats, p_user uuid) returns text
language sql volatile as $$
  select case
      when l.used >= l.chat_limit then 'at_limit'
      when not has_units(o, q) then 'units_full'
      when not may_hold_more(m) then 'at_queue_limit'
    end
    from queues q
    join operators o on o.organisation_id = q.organisation_id and o.user_id = p_user
    join operator_loads l on l.organisation_id = q.organisation_id and l.user_id = p_user and l.kind = p_chat.kind
    left join queue_members m on m.organisation_id = q.organisation_id and m.queue_id = q.id and m.user_id = p_user
   where q.organisation_id = p_chat.organisation_id and q.id = p_chat.queue_id
$$;

-- As in 0070.
create or replace function may_take_more(p_organisation uuid, p_user uuid) returns boolean
language sql volatile as $$
  select exists (
    select from operator_loads l
     where l.organisation_id = p_organisation and l.user_id = p_user and l.used < l.chat_limit
       and (exists (
              select from queue_members m
                join queues q on q.organisation_id = m.organisation_id and q.id = m.queue_id and q.kind = l.kind
               where m.organisation_id = p_organisation and m.user_id = p_user and m.is_joined
                 and may_hold_more(m))
            or exists (select from transfers t where t.organisation_id = p_organisation and t.outcome is null)))
$$;
