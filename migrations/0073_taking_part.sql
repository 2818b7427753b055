-- What was said of `is_joined` and is now said of `opted_in` (0073_pausing), what an operator's row tells of
-- their shift, and that nobody picks from a queue that is paused for them.

-- A place that was given to somebody who is away waits for them (0025).
create or replace function queue_members_of_suspended() returns trigger
language plpgsql as $$
begin
  new.is_suspended := exists (
      select from operators where organisation_id = new.organisation_id and user_id = new.user_id
        and suspended_at is not null)
    or (select place_standing(new.organisation_id, account_id, new.user_id, null) = 'suspended'
          from queues where organisation_id = new.organisation_id and id = new.queue_id);
  if new.is_suspended and new.opted_in then
    new.rejoins_at := new.joined_at;
    new.opted_in := false;
    new.joined_at := null;
  end if;
  return new;
end
$$;

-- A place begins as paused as the operator's shift and status have it.
create function queue_members_begin_paused() returns trigger
language plpgsql as $$
begin
  -- Nobody changes meanwhile whether the queue keeps shifts.
  perform from queues q
    where q.organisation_id = new.organisation_id and q.id = new.queue_id and exists (
      select from operators o
       where o.organisation_id = new.organisation_id and o.user_id = new.user_id and o.shift_id is not null)
      for share;
  -- An operator who is made by the same statement is not seen yet: they have neither shift nor status.
  select coalesce(bool_and(o.is_on_shift or not q.keeps_shifts), true), coalesce(bool_and(accepts(o, q.kind)), true)
    into new.is_on_shift, new.accepts_kind
    from operators o, queues q
   where o.organisation_id = new.organisation_id and o.user_id = new.user_id
     and q.organisation_id = new.organisation_id and q.id = new.queue_id;
  return new;
end
$$;
create trigger queue_members_begin_paused before insert on queue_members
  for each row execute function queue_members_begin_paused();

-- Of an operator who is locked: each queue as their memberships let them serve it now.
create or replace function follow_places(p_organisation uuid, p_user uuid, p_serves boolean, p_gone_from uuid, OUT o_chats uuid[], OUT o_events jsonb[])
returns record
language plpgsql
as $$
declare
  v_place record;
  v_back  record;
begin
  o_chats := '{}';
  o_events := '{}';
  for v_place in
    select m.queue_id, m.is_suspended, r.scopes, case
             when s.standing = 'serves' and not p_serves then 'suspended'
             else s.standing end as standing
      from queue_members m
      join queue_member_rows r using (organisation_id, queue_id, user_id)
     cross join lateral place_standing(m.organisation_id, r.account_id, m.user_id, p_gone_from) as s (standing)
     where m.organisation_id = p_organisation and m.user_id = p_user
     order by m.queue_id
  loop
    continue when v_place.standing = case when v_place.is_suspended then 'suspended' else 'serves' end;
    if v_place.standing = 'serves' then
      update queue_members m
         set is_suspended = false, rejoins_at = null,
             -- Whoever had joined for a while that is over meanwhile has left.
             opted_in = m.rejoins_at is not null and coalesce(m.opted_in_until > routing_now(), true),
             joined_at = case when coalesce(m.opted_in_until > routing_now(), true) then m.rejoins_at end,
             opted_in_until = case when m.opted_in_until > routing_now() then m.opted_in_until end,
             is_on_shift = o.is_on_shift or not q.keeps_shifts, accepts_kind = accepts(o, q.kind)
        from operators o, queues q
       where m.organisation_id = p_organisation and m.user_id = p_user and m.queue_id = v_place.queue_id
         and o.organisation_id = p_organisation and o.user_id = p_user
         and q.organisation_id = p_organisation and q.id = v_place.queue_id;
      o_events := o_events || queue_member_event(p_organisation, v_place.queue_id, p_user);
      continue;
    end if;
    v_back := put_back_all(p_organisation, p_user, v_place.queue_id, true, 'operator_removed');
    o_chats := o_chats || v_back.o_chats;
    o_events := o_events || v_back.o_events;
    if v_place.standing = 'gone' then
      delete from queue_members
       where organisation_id = p_organisation and user_id = p_user and queue_id = v_place.queue_id;
    else
      update queue_members set is_suspended = true, rejoins_at = joined_at, opted_in = false, joined_at = null
       where organisation_id = p_organisation and user_id = p_user and queue_id = v_place.queue_id;
    end if;
    o_events := o_events || event('queue_member', v_place.queue_id || ':' || p_user, '{}', v_place.scopes,
      case when v_place.standing = 'suspended' then queue_member_row(p_organisation, v_place.queue_id, p_user) end, null);
  end loop;
end
$$;

-- The operators of a sandbox: of each line so many, like those who serve the queue it stands for.
create or replace function man_sandbox(p_organisation uuid, p_sandbox uuid, p_lines jsonb, p_now timestamp with time zone)
returns void
language plpgsql
as $$
begin
  create temporary table sandbox_crew on commit drop as
  select l."queueId" as queue_id, l."limit" as most, gen_random_uuid() as user_id,
         row_number() over () as n, m.user_id as stands_for, coalesce(m.tier, 1) as tier,
         coalesce(m.participates, true) as participates
    from jsonb_to_recordset(p_lines) as l ("queueId" uuid, operators int, "limit" int)
   cross join lateral generate_series(1, l.operators) as i
    left join (
      select s.*, row_number() over (partition by s.queue_id order by s.tier, s.user_id) as at,
             count(*) over (partition by s.queue_id) as members
        from queue_members s where s.organisation_id = p_organisation) m
      on m.queue_id = l."queueId" and m.at = (i - 1) % m.members + 1;
  insert into users (id, login, email, first_name, last_name)
  select c.user_id, p_sandbox || '.' || c.n || '.sandbox', c.user_id || '@sandbox.invalid', 'Operator', c.n::text
    from sandbox_crew c;
  insert into operators (organisation_id, user_id, availability, availability_since, connection_since, takes_tests)
  select p_sandbox, c.user_id, 'available', p_now, p_now, true from sandbox_crew c;
  insert into operator_loads (organisation_id, user_id, kind, chat_limit, set_at)
  select p_sandbox, c.user_id, k.kind, c.most, p_now
    from sandbox_crew c cross join unnest(enum_range(null::chat_kind)) as k (kind);
  insert into queue_members (organisation_id, queue_id, user_id, tier, participates, opted_in, joined_at)
  select p_sandbox, sandbox_id(p_sandbox, c.queue_id), c.user_id, c.tier, c.participates,
         c.participates, case when c.participates then p_now end
    from sandbox_crew c;
  insert into user_skills (organisation_id, user_id, skill_id, level)
  select p_sandbox, c.user_id, s.id, u.level
    from sandbox_crew c
    join user_skills u on u.organisation_id = p_organisation and u.user_id = c.stands_for
    join skills s on s.organisation_id = p_sandbox and s.id = sandbox_id(p_sandbox, u.skill_id);
  drop table sandbox_crew;
end
$$;

-- Transition: an operator takes one of those who wait in a queue that is served by hand.
-- Status: picked | not_found gone not_ready not_joined paused lacks_skill at_limit.
create or replace function pick_chat(p_organisation uuid, p_chat uuid, p_user uuid)
returns routing_outcome
language plpgsql
set search_path = public
as $$
declare
  v_operator operators;
  v_chat     routed_chats;
  v_member   queue_members;
  v_no       text;
  v_event    jsonb;
begin
  perform must_be_read_committed();
  select * into v_operator from operators
   where organisation_id = p_organisation and user_id = p_user for no key update;
  select * into v_chat from routed_chats
   where organisation_id = p_organisation and chat_id = p_chat for no key update;
  if v_chat.state = 'active' and v_chat.operator_id = p_user then
    return tell_outcome(p_organisation, p_user, 'picked', '{}', p_detail => jsonb_build_object('chatId', p_chat));
  end if;
  select m.* into v_member from queue_members m
    join queues q on q.organisation_id = m.organisation_id and q.id = m.queue_id
                 and is_by_hand(q.strategy)
   where m.organisation_id = p_organisation and m.queue_id = v_chat.queue_id and m.user_id = p_user
     and not m.is_suspended;
  v_no := case
    when v_operator.user_id is null or v_member.user_id is null then 'not_found'
    when v_chat.state <> 'waiting' then 'gone'
    when not is_for(v_operator, v_chat.queue_id) then 'not_found'
    when not v_operator.is_ready then 'not_ready'
    when not (v_member.opted_in and v_member.participates) then 'not_joined'
    when not v_member.is_joined then 'paused'
    when not may_have(v_chat, p_user, routing_now()) then 'lacks_skill'
    when not has_room(v_chat, p_user) then 'at_limit'
  end;
  if v_no is not null then return tell_outcome(p_organisation, p_user, v_no, '{}'); end if;
  v_event := put_to(v_chat, p_user, jsonb_build_object('chosen', p_user, 'rule', 'picked',
    'considered', bystanders(v_chat, p_user, routing_now())), 'pick');
  perform has_answered(p_organisation, p_user);
  return tell_outcome(p_organisation, p_user, 'picked',
    array[v_event, operator_event(p_organisation, p_user)],
    p_detail => jsonb_build_object('chatId', p_chat));
end
$$;

-- An operator as they are told.
create or replace function operator_shown(p operators, OUT account_ids uuid[], OUT scopes text[], OUT shown jsonb)
returns record
language plpgsql stable
as $$
declare
  v_user       record;
  v_teams      uuid[];
  v_department text;
  v_loads      jsonb;
  v_joined     uuid[];
  v_wrap_up    jsonb;
  v_shift      jsonb;
begin
  -- The team knows a colleague by name; what visitors see is the membership's to say.
  select first_name || ' ' || last_name as name, photo_id into v_user from users where id = p.user_id;
  select coalesce(array_agg(distinct m.account_id order by m.account_id), '{}'),
         coalesce(array_agg(distinct t.id order by t.id) filter (where t.id is not null), '{}')
    into account_ids, v_teams
    from memberships m
    left join department_members dm on dm.organisation_id = m.organisation_id and dm.membership_id = m.id
   cross join lateral unnest(array[m.supervisor_group_id, m.primary_department_id, dm.department_id]) t (id)
   where m.organisation_id = p.organisation_id and m.user_id = p.user_id and m.status = 'active';
  if v_teams <> '{}' then
    select d.name into v_department
      from memberships m
      left join department_members dm on dm.organisation_id = m.organisation_id and dm.membership_id = m.id
      join departments d on d.organisation_id = m.organisation_id
                        and d.id in (m.primary_department_id, dm.department_id)
     where m.organisation_id = p.organisation_id and m.user_id = p.user_id and m.status = 'active'
     order by d.id is distinct from m.primary_department_id, d.name, d.id
     limit 1;
  end if;
  select jsonb_object_agg(kind, jsonb_build_object('used', used, 'limit', chat_limit, 'version', version))
    into v_loads
    from operator_loads
   where organisation_id = p.organisation_id and user_id = p.user_id;
  v_joined := array(
    select queue_id from queue_members
     where organisation_id = p.organisation_id and user_id = p.user_id and is_joined
     order by queue_id);
  perform from assignments
    where organisation_id = p.organisation_id and user_id = p.user_id and wraps_until is not null limit 1;
  if found or p.wrap_up_until is not null then
    v_wrap_up := wrap_up_row(p.organisation_id, p.user_id, p.wrap_up_until);
  end if;
  if p.shift_id is not null then
    select jsonb_build_object('name', h.name, 'isOn', p.is_on_shift, 'turnsAt', instant(p.shift_turns_at))
      into v_shift from hours h where h.organisation_id = p.organisation_id and h.id = p.shift_id;
  end if;
  scopes := array(select 'floor:' || a from unnest(account_ids) a)
         || array(select s || i from unnest(array['team:', 'floor:']) s, unnest(v_teams) i)
         || ('user:' || p.user_id);
  shown := jsonb_build_object(
    'id', p.user_id,
    'accountIds', to_jsonb(account_ids),
    'name', v_user.name,
    'photo', '/files/photos/' || v_user.photo_id || '/96',
    'department', v_department,
    'availability', p.availability,
    'reason', p.reason,
    'since', instant(p.availability_since),
    'setBy', case when p.availability_set_by is not null then full_name(p.availability_set_by) end,
    'connection', case when p.is_present then 'connected'
                       when p.grace_until is not null then 'reconnecting'
                       else 'disconnected' end,
    'connectionSince', instant(p.connection_since),
    'missed', p.missed_in_row,
    'isNotAnswering', p.is_not_answering,
    'live', v_loads -> 'live',
    'deferred', v_loads -> 'deferred',
    'joined', to_jsonb(v_joined),
    'takesChats', p.takes_chats,
    'takesTests', p.takes_tests,
    'wrapUp', v_wrap_up,
    'units', jsonb_build_object('used', p.units_used, 'limit', p.unit_limit, 'version', p.unit_version),
    'finishAs', p.finish_as,
    'cause', p.availability_cause,
    'heldUntil', instant(p.held_until),
    'idleUntil', instant(p.idle_until),
    'mark', p.mark,
    'shift', v_shift);
end
$$;

select plan_transitions_by_key();
