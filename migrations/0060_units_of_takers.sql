-- Who has room, and who could ever have it, by units as well (0060). Whoever's unit limit is smaller
-- than one chat of a queue can be given none of its chats, however idle they are: for that queue they
-- are not there, as those whose limit for the kind is 0.

-- As in 0036.
create or replace function is_attended(p_organisation uuid, p_queue uuid) returns boolean
language sql stable as $$
  select exists (
    select from queues q
      join queue_members m on m.organisation_id = q.organisation_id and m.queue_id = q.id
                          and m.is_joined and m.participates
      join operators o on o.organisation_id = m.organisation_id and o.user_id = m.user_id and o.is_ready
                      and case when q.is_test then o.takes_tests else o.takes_chats end
      join operator_loads l on l.organisation_id = m.organisation_id and l.user_id = m.user_id
                           and l.kind = q.kind and l.chat_limit > 0
                           and coalesce(o.unit_limit >= q.chat_units, true)
     where q.organisation_id = p_organisation and q.id = p_queue)
$$;

-- As in 0036.
create or replace function is_anybody_else_ready(p_chat routed_chats, p_now timestamptz) returns boolean
language sql stable as $$
  select exists (
    select from queues q
      join queue_members m on m.organisation_id = q.organisation_id and m.queue_id = q.id
                          and m.is_joined and m.participates
      join operators o on o.organisation_id = m.organisation_id and o.user_id = m.user_id and o.is_ready
                      and case when q.is_test then o.takes_tests else o.takes_chats end
      join operator_loads l on l.organisation_id = m.organisation_id and l.user_id = m.user_id
                           and l.kind = q.kind and l.chat_limit > 0
                           and coalesce(o.unit_limit >= q.chat_units, true)
     where q.organisation_id = p_chat.organisation_id and q.id = p_chat.queue_id
       and not exists (
         select from exclusions x
          where x.organisation_id = p_chat.organisation_id and x.chat_id = p_chat.chat_id
            and x.user_id = m.user_id and x.until > p_now)
       and may_have(p_chat, m.user_id, p_now))
$$;

-- As in 0048.
create or replace function serves_now(p_organisation uuid, p_queue uuid, p_user uuid) returns boolean
language sql stable as $$
  select exists (
    select from queues q
      join queue_members m on m.organisation_id = q.organisation_id and m.queue_id = q.id
                          and m.user_id = p_user and m.is_joined and m.participates
      join operators o on o.organisation_id = q.organisation_id and o.user_id = p_user and o.is_ready
                      and case when q.is_test then o.takes_tests else o.takes_chats end
      join operator_loads l on l.organisation_id = q.organisation_id and l.user_id = p_user
                           and l.kind = q.kind and l.chat_limit > 0
                           and coalesce(o.unit_limit >= q.chat_units, true)
     where q.organisation_id = p_organisation and q.id = p_queue and not is_by_hand(q.strategy))
$$;

-- As in 0049.
create or replace function transfer_candidates(p_transfer transfers, p_chat routed_chats, p_now timestamptz)
returns table (user_id uuid, has_room boolean, place bigint)
language sql stable as $$
  with taken as (select (chat_as_taken(p_transfer, p_chat)).*),
  crew as (
    select m.user_id, m.tier
      from queue_members m
     where p_transfer.to_kind = 'queue' and m.organisation_id = p_transfer.organisation_id
       and m.queue_id = p_transfer.to_id and m.is_joined and m.participates and not m.is_suspended
    union
    select m.user_id, 1
      from memberships m
     where p_transfer.to_kind = 'department' and m.organisation_id = p_transfer.organisation_id
       and m.status = 'active'
       and (m.primary_department_id = p_transfer.to_id or exists (
         select from department_members d
          where d.organisation_id = m.organisation_id and d.membership_id = m.id
            and d.department_id = p_transfer.to_id))
  )
  select o.user_id, l.used < l.chat_limit and has_units(o, q),
         row_number() over (order by w.tier, part_taken(l, o), o.last_offered_at nulls first, o.user_id)
    from crew w
    join operators o on o.organisation_id = p_transfer.organisation_id and o.user_id = w.user_id and o.is_ready
                  and o.wrap_up_until is null
   cross join taken c
    join queues q on q.organisation_id = c.organisation_id and q.id = c.queue_id
    join operator_loads l on l.organisation_id = o.organisation_id and l.user_id = o.user_id and l.kind = c.kind
                         and l.chat_limit > 0 and coalesce(o.unit_limit >= q.chat_units, true)
   where o.user_id is distinct from p_chat.operator_id
     and case when q.is_test then o.takes_tests else o.takes_chats end
     and (p_transfer.to_kind = 'department'
          or c.enqueued_at + skill_wait(c.organisation_id, c.queue_id, o.user_id) <= p_now)
     and not exists (
       select from assignments a
        where a.organisation_id = p_chat.organisation_id and a.chat_id = p_chat.chat_id
          and a.user_id = o.user_id and a.kind = 'transfer' and a.offered_at >= p_transfer.began_at
          and a.state in ('declined', 'expired'))
$$;

-- As in 0050.
create or replace function why_not_hand_to(p_operator operators, p_chat routed_chats, p_user uuid) returns text
language sql volatile as $$
  select case
    when p_operator.user_id is null or not is_for(p_operator, p_chat.queue_id) then 'not_found'
    when not p_operator.is_ready then 'not_ready'
    when not has_room(p_chat, p_user) then 'at_limit'
  end
$$;

-- As in 0037.
create or replace function take_chat(p_organisation uuid, p_chat uuid, p_user uuid) returns routing_outcome
language plpgsql volatile set search_path = public as $$
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
    return tell_outcome(p_organisation, p_user, 'taken', '{}', p_detail => jsonb_build_object('chatId', p_chat));
  end if;
  select * into v_member from queue_members
   where organisation_id = p_organisation and queue_id = v_chat.queue_id and user_id = p_user
     and not is_suspended;
  v_no := case
    when v_operator.user_id is null or v_member.user_id is null then 'not_found'
    when v_chat.state <> 'waiting' or not v_chat.rings or v_member.participates then 'gone'
    when not is_for(v_operator, v_chat.queue_id) then 'gone'
    when not v_operator.is_ready then 'not_ready'
    when not has_room(v_chat, p_user) then 'at_limit'
  end;
  -- Whoever looked for a chat meanwhile passed over this one, for it was locked: it is looked at again.
  if v_no is not null then
    return tell_outcome(p_organisation, p_user, v_no, '{}', case when v_chat.state = 'waiting' then array[p_chat] end);
  end if;
  v_event := put_to(v_chat, p_user, jsonb_build_object('chosen', p_user, 'rule', 'rang_together',
    'considered', jsonb_build_array(jsonb_build_object('operatorId', p_user, 'ruledOutBy', null))), 'pick');
  perform has_answered(p_organisation, p_user);
  return tell_outcome(p_organisation, p_user, 'taken',
    array[v_event, operator_event(p_organisation, p_user)],
    p_detail => jsonb_build_object('chatId', p_chat));
end
$$;

-- As in 0045.
create or replace function pick_chat(p_organisation uuid, p_chat uuid, p_user uuid) returns routing_outcome
language plpgsql volatile set search_path = public as $$
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
    when not (v_member.is_joined and v_member.participates) then 'not_joined'
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

-- As in 0052.
create or replace function assign_chat(
  p_organisation uuid, p_transfer uuid, p_chat uuid, p_user uuid, p_actor uuid, p_note text, p_over_limit boolean
) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now      timestamptz;
  v_seen     routed_chats;
  v_chat     routed_chats;
  v_operator operators;
  v_no       text;
  v_is_over  boolean;
  v_id       uuid := gen_random_uuid();
  v_because  jsonb := because_of('assigned', p_user,
    jsonb_build_array(jsonb_build_object('operatorId', p_user, 'ruledOutBy', null)));
  v_others   uuid[];
begin
  select * into v_seen from routed_chats where organisation_id = p_organisation and chat_id = p_chat;
  perform lock_operators(p_organisation, array[v_seen.operator_id, v_seen.handing_to, p_user]);
  v_chat := lock_chat(p_organisation, p_chat);
  select * into v_operator from operators where organisation_id = p_organisation and user_id = p_user;
  v_no := coalesce(why_not_give(v_chat, p_transfer, v_seen, p_actor), case
    when v_operator.user_id is null or v_operator.suspended_at is not null
      or not is_for(v_operator, v_chat.queue_id) then 'not_found'
    when v_chat.state = 'active' and v_chat.operator_id = p_user then 'same'
    when not v_operator.is_present then 'not_ready'
  end);
  if v_no is not null then return tell_outcome(p_organisation, p_actor, v_no, '{}'); end if;

  v_now := date_trunc('milliseconds', routing_now());
  v_others := array(select distinct u from unnest(array[v_chat.operator_id, v_chat.handing_to]) u
                     where u <> p_user order by u);
  -- Whoever is being offered this very chat has the room for it.
  if not p_over_limit and p_user is distinct from v_chat.operator_id and p_user is distinct from v_chat.handing_to
     and not has_room(v_chat, p_user) then
    return tell_outcome(p_organisation, p_actor, 'at_limit', '{}');
  end if;
  perform take_from_all(v_chat, 'assigned', p_actor, v_now);
  v_is_over := not has_room(v_chat, p_user);
  update routed_chats
     set handing_id = null, handing_to = null, rings = false, held_for = null, hold_until = null
   where organisation_id = p_organisation and chat_id = p_chat;
  insert into assignments (organisation_id, id, chat_id, user_id, queue_id, chat_kind, kind, state,
                           offered_at, accepted_at, because)
  values (p_organisation, v_id, p_chat, p_user, v_chat.queue_id, v_chat.kind, 'forced', 'active', v_now, v_now, v_because);
  update routed_chats set state = 'active', assignment_id = v_id, operator_id = p_user
   where organisation_id = p_organisation and chat_id = p_chat;
  update operators set last_offered_at = v_now where organisation_id = p_organisation and user_id = p_user;
  perform keep_transfer(v_chat, p_transfer, p_actor, 'operator', p_user, full_name(p_user), p_note, 'assigned', v_now);
  return tell_outcome(p_organisation, p_actor, 'done',
    array[chat_event(p_organisation, p_chat, chat_scopes(v_chat), v_because),
          operator_event(p_organisation, p_user) || case when v_is_over then '{"because": {"rule": "forced"}}'::jsonb
                                                         else '{}' end]
      || array(select operator_event(p_organisation, u) from unnest(v_others) u),
    '{}', v_others, jsonb_build_object('over', v_is_over));
end
$$;
