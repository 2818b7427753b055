-- A chat is put to somebody by its queue's strategy, or picked by hand. The rules of 0012 hold here.

-- As in 0037. Whoever is put a chat by a queue that goes round has had their turn in it; a chat that
-- is put to somebody is held for nobody any more.
create or replace function put_to(
  p_chat routed_chats, p_user uuid, p_because jsonb, p_kind assignment_kind default 'route'
) returns jsonb
language plpgsql volatile as $$
declare
  v_now       timestamptz := date_trunc('milliseconds', routing_now());
  v_queue     queues;
  v_is_active boolean;
  v_id        uuid := gen_random_uuid();
begin
  select * into strict v_queue from queues
   where organisation_id = p_chat.organisation_id and id = p_chat.queue_id;
  v_is_active := v_queue.auto_accepts or p_kind = 'pick';
  insert into assignments (organisation_id, id, chat_id, user_id, queue_id, chat_kind, kind, state,
                           offered_at, expires_at, accepted_at, because)
  values (p_chat.organisation_id, v_id, p_chat.chat_id, p_user, p_chat.queue_id, p_chat.kind, p_kind,
          case when v_is_active then 'active' else 'offered' end::assignment_state,
          v_now,
          case when not v_is_active then v_now + v_queue.offer_seconds * interval '1 second' end,
          case when v_is_active then v_now end,
          p_because);
  update routed_chats
     set state = case when v_is_active then 'active' else 'offered' end::chat_state,
         assignment_id = v_id, operator_id = p_user, rings = false, held_for = null, hold_until = null
   where organisation_id = p_chat.organisation_id and chat_id = p_chat.chat_id and state = 'waiting';
  update operators set last_offered_at = v_now
   where organisation_id = p_chat.organisation_id and user_id = p_user;
  if v_queue.strategy = 'round_robin' then
    update queue_members set last_offered_at = v_now
     where organisation_id = p_chat.organisation_id and queue_id = p_chat.queue_id and user_id = p_user;
  end if;
  return chat_event(p_chat.organisation_id, p_chat.chat_id, chat_scopes(p_chat), p_because);
end
$$;

-- As in 0037. `rule` is the strategy that chose.
create or replace function seek_operator(
  p_organisation uuid, p_chat uuid, out o_found text, out o_user uuid, out o_event jsonb
)
language plpgsql volatile as $$
declare
  v_seen      routed_chats;
  v_chat      routed_chats;
  v_queue     queues;
  v_because   jsonb;
begin
  select * into v_seen from routed_chats where organisation_id = p_organisation and chat_id = p_chat;
  o_found := 'not_waiting';
  if v_seen.state is distinct from 'waiting' then return; end if;
  select * into v_queue from queues where organisation_id = p_organisation and id = v_seen.queue_id;

  select min(c.user_id::text) filter (where c.place = 1 and c.ruled_out_by is null)::uuid,
         jsonb_agg(jsonb_build_object('operatorId', c.user_id, 'ruledOutBy',
           case when c.ruled_out_by is null and c.place > 1 then 'later_in_order' else c.ruled_out_by end)
           order by c.place)
    into o_user, v_because
    from candidates(v_seen, v_queue, routing_now()) c;
  o_found := 'nobody';
  if o_user is null then
    o_event := ring(v_seen);
    return;
  end if;
  v_because := jsonb_build_object('chosen', o_user, 'considered', v_because, 'rule',
    case when v_seen.held_for is null then v_queue.strategy::text else 'last_served' end);

  o_found := 'again';
  perform from operators
    where organisation_id = p_organisation and user_id = o_user and is_ready and wrap_up_until is null
      and case when v_queue.is_test then takes_tests else takes_chats end for no key update;
  if not found or not has_room(p_organisation, o_user, v_seen.kind) then return; end if;
  perform from queue_members
    where organisation_id = p_organisation and queue_id = v_seen.queue_id and user_id = o_user
      and is_joined and participates;
  if not found then return; end if;
  select * into v_chat from routed_chats
   where organisation_id = p_organisation and chat_id = p_chat and state = 'waiting' for no key update;
  if not found then
    o_found := 'not_waiting';
    return;
  end if;
  if (v_chat.queue_id, v_chat.held_for) is distinct from (v_seen.queue_id, v_seen.held_for) then return; end if;
  o_found := 'offered';
  o_event := put_to(v_chat, o_user, v_because);
end
$$;

-- As in 0011; whoever wraps up takes nothing.
create or replace function seek_chats(p_organisation uuid, p_user uuid, out o_taken int, out o_events jsonb[])
language plpgsql volatile as $$
declare
  v_now      timestamptz;
  v_id       uuid;
  v_chat     routed_chats;
  v_is_taken boolean;
  v_seen     int;
  v_most     int := 8;
begin
  o_taken := 0;
  o_events := '{}';
  loop
    perform from operators
      where organisation_id = p_organisation and user_id = p_user and is_ready and wrap_up_until is null;
    exit when not found;
    v_now := routing_now();
    v_is_taken := false;
    v_seen := 0;
    for v_id in select heads(p_organisation, p_user, v_now, v_most) loop
      v_seen := v_seen + 1;
      select * into v_chat from routed_chats
       where organisation_id = p_organisation and chat_id = v_id and state = 'waiting'
         and (held_for is null or held_for = p_user)
         for no key update skip locked;
      continue when not found;
      o_events := o_events || put_to(v_chat, p_user, jsonb_build_object('chosen', p_user,
        'rule', 'longest_waiting', 'considered', bystanders(v_chat, p_user, v_now)));
      o_taken := o_taken + 1;
      v_is_taken := true;
      exit;
    end loop;
    exit when not v_is_taken and v_seen < v_most;
    v_most := case when v_is_taken then 8 else v_most * 4 end;
  end loop;
end
$$;

-- Transition: an operator who has joined a queue by hand picks one of its waiting chats, whichever
-- they like. It is theirs at once. Of two who pick the same the first is in time; whoever has it
-- already has asked twice. The check on loads stands behind `at_limit`.
-- Status: picked | gone | at_limit | not_ready | not_joined | lacks_skill | not_found (no such chat
-- in a queue by hand that they are assigned to). Detail: {chatId}.
create function pick_chat(p_organisation uuid, p_chat uuid, p_user uuid) returns routing_outcome
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
                 and q.strategy = 'manual_pick'
   where m.organisation_id = p_organisation and m.queue_id = v_chat.queue_id and m.user_id = p_user
     and not m.is_suspended;
  v_no := case
    when v_operator.user_id is null or v_member.user_id is null then 'not_found'
    when v_chat.state <> 'waiting' then 'gone'
    when not is_for(v_operator, v_chat.queue_id) then 'not_found'
    when not v_operator.is_ready then 'not_ready'
    when not (v_member.is_joined and v_member.participates) then 'not_joined'
    when not may_have(v_chat, p_user, routing_now()) then 'lacks_skill'
    when not has_room(p_organisation, p_user, v_chat.kind) then 'at_limit'
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

-- Transition: somebody serves a queue on another level, set by one who saw level `p_was`. Which level
-- they are on does not change what they hold. Status: set | stale | not_found. Detail: {tier}, the
-- level that stands, and when it was set, `before`.
create function set_tier(
  p_organisation uuid, p_queue uuid, p_user uuid, p_tier int, p_was int, p_actor uuid
) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_before int;
  v_is_new boolean;
begin
  perform lock_operator(p_organisation, p_user);
  select tier into v_before from queue_members
   where organisation_id = p_organisation and queue_id = p_queue and user_id = p_user and not is_suspended;
  if not found then return tell_outcome(p_organisation, p_actor, 'not_found', '{}'); end if;
  -- Whoever sets what stands already has asked twice.
  if v_before not in (p_was, p_tier) then
    return tell_outcome(p_organisation, p_actor, 'stale', '{}',
      p_detail => jsonb_build_object('tier', v_before, 'before', null));
  end if;
  update queue_members set tier = p_tier
   where organisation_id = p_organisation and queue_id = p_queue and user_id = p_user and tier <> p_tier;
  v_is_new := found;
  return tell_outcome(p_organisation, p_actor, 'set',
    array[case when v_is_new then queue_member_event(p_organisation, p_queue, p_user) end],
    p_detail => jsonb_build_object('tier', p_tier, 'before', case when v_is_new then v_before end));
end
$$;
