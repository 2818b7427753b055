-- A chat that nobody attends rings with everybody outside its queue and goes to the first who takes
-- it. The rules of 0012 hold here.

-- Makes a waiting chat ring, or be silent, as its queue asks for now; the event, if that is new.
create function ring(p_chat routed_chats) returns jsonb
language plpgsql volatile as $$
declare
  v_rings boolean := calls_all(p_chat.organisation_id, p_chat.queue_id);
begin
  update routed_chats set rings = v_rings
   where organisation_id = p_chat.organisation_id and chat_id = p_chat.chat_id
     and state = 'waiting' and rings <> v_rings;
  if not found then return null; end if;
  return chat_event(p_chat.organisation_id, p_chat.chat_id, '{}',
    jsonb_build_object('chosen', null, 'rule', case when v_rings then 'calls_all' else 'attended' end,
                       'considered', '[]'::jsonb));
end
$$;

drop function put_to(routed_chats, uuid, jsonb);

-- As in 0011. A chat that an operator picks is theirs at once: they need not accept it as well.
create function put_to(p_chat routed_chats, p_user uuid, p_because jsonb, p_kind assignment_kind default 'route')
returns jsonb
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
         assignment_id = v_id, operator_id = p_user, rings = false
   where organisation_id = p_chat.organisation_id and chat_id = p_chat.chat_id and state = 'waiting';
  update operators set last_offered_at = v_now
   where organisation_id = p_chat.organisation_id and user_id = p_user;
  return chat_event(p_chat.organisation_id, p_chat.chat_id, chat_scopes(p_chat), p_because);
end
$$;

-- A chat looks for an operator. `o_found`: offered | nobody | not_waiting | again. When it is
-- nobody there may be an event all the same: the chat begins to ring, or ends it.
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
    case when v_queue.strategy = 'least_loaded' then 'least_loaded' else 'longest_idle' end);

  o_found := 'again';
  perform from operators
    where organisation_id = p_organisation and user_id = o_user and is_ready
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
  if v_chat.queue_id <> v_seen.queue_id then return; end if;
  o_found := 'offered';
  o_event := put_to(v_chat, o_user, v_because);
end
$$;

-- Transition: a waiting chat is put to the best operator there is, if there is one; if there is
-- none it rings, where that is what its queue asks for. Status: offered | nobody | not_waiting | again.
create or replace function match_chat(p_organisation uuid, p_chat uuid) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_seek record;
begin
  perform must_be_read_committed();
  v_seek := seek_operator(p_organisation, p_chat);
  return tell_outcome(p_organisation, null, v_seek.o_found,
    array[v_seek.o_event,
          case when v_seek.o_found = 'offered' then operator_event(p_organisation, v_seek.o_user) end],
    case when v_seek.o_found = 'again' then array[p_chat] end);
end
$$;

-- As in 0012. The chat remembers its queue, and whether it is a test.
create or replace function enqueue_chat(p_organisation uuid, p_chat uuid, p_queue uuid, p_priority int default 0)
returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now   timestamptz := date_trunc('milliseconds', routing_now());
  v_chat  record;
  v_queue queues;
  v_state chat_state;
  v_events jsonb[];
  v_seek  record;
begin
  perform must_be_read_committed();
  select c.account_id, c.site_id, c.closed_at, v.name into v_chat
    from chats c join visitors v on v.organisation_id = c.organisation_id and v.id = c.visitor_id
   where c.organisation_id = p_organisation and c.id = p_chat;
  if not found then return tell_outcome(p_organisation, null, 'not_found', '{}'); end if;
  if v_chat.closed_at is not null then return tell_outcome(p_organisation, null, 'closed', '{}'); end if;
  select * into v_queue from queues where organisation_id = p_organisation and id = p_queue;
  if not found then return tell_outcome(p_organisation, null, 'not_found', '{}'); end if;
  select state into v_state from routed_chats where organisation_id = p_organisation and chat_id = p_chat;
  if found then
    return tell_outcome(p_organisation, null, 'already', '{}',
      case when v_state = 'waiting' then array[p_chat] end);
  end if;
  if is_line_full(v_queue) then return tell_outcome(p_organisation, null, 'queue_full', '{}'); end if;

  insert into routed_chats (organisation_id, chat_id, account_id, queue_id, site_id, kind, priority,
                            enqueued_at, due_at, visitor_name, rings)
  values (p_organisation, p_chat, v_chat.account_id, p_queue, v_chat.site_id, v_queue.kind,
          v_queue.priority + p_priority, v_now, due_at(v_now, v_queue.priority + p_priority), v_chat.name,
          calls_all(p_organisation, p_queue))
  on conflict (organisation_id, chat_id) do nothing;
  if not found then
    return tell_outcome(p_organisation, null, 'already', '{}', array[p_chat]);
  end if;
  v_events := array[chat_event(p_organisation, p_chat, '{}', null)];
  v_seek := seek_operator(p_organisation, p_chat);
  v_events := v_events || v_seek.o_event;
  if v_seek.o_found = 'offered' then
    v_events := v_events || operator_event(p_organisation, v_seek.o_user);
  end if;
  update chats set queue_id = p_queue, is_test = v_queue.is_test
   where organisation_id = p_organisation and id = p_chat;
  select state into v_state from routed_chats where organisation_id = p_organisation and chat_id = p_chat;
  return tell_outcome(p_organisation, null, v_state::text, v_events,
    case when v_state = 'waiting' then array[p_chat] end);
end
$$;

-- Transition: chats of one organisation begin to ring, or end it, because somebody came to attend
-- their queue or the last one went; up to `p_most`. A chat that somebody has locked is on its way
-- to an operator, or is looked at again. Status: rung | nothing (call until it is nothing).
create function tend_rings(p_most int default 100) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_organisation uuid;
  v_chat   routed_chats;
  v_events jsonb[] := '{}';
begin
  perform must_be_read_committed();
  v_organisation := first_unswept(array(select distinct w.organisation_id from wrongly_ringing() w));
  if v_organisation is null then return tell_outcome(null, null, 'nothing', '{}'); end if;
  for v_chat in
    select c.* from routed_chats c
     where c.organisation_id = v_organisation and c.state = 'waiting'
       and c.chat_id in (select w.chat_id from wrongly_ringing(v_organisation) w)
     order by c.due_at, c.chat_id limit p_most for no key update skip locked
  loop
    v_events := v_events || ring(v_chat);
  end loop;
  return tell_outcome(v_organisation, null,
    case when cardinality(array_remove(v_events, null)) = 0 then 'nothing' else 'rung' end, v_events);
end
$$;

-- Waiting chats that ring though they should not, or the other way round. Looks only at queues that
-- somebody is outside of, and at chats that ring.
create function wrongly_ringing(p_organisation uuid default null)
returns table (organisation_id uuid, chat_id uuid)
language sql stable as $$
  with line as materialized (
    select m.organisation_id, m.queue_id from queue_members m
     where not m.participates and (p_organisation is null or m.organisation_id = p_organisation)
    union
    select c.organisation_id, c.queue_id from routed_chats c
     where c.state = 'waiting' and c.rings and (p_organisation is null or c.organisation_id = p_organisation)
  ),
  wanted as materialized (
    select l.organisation_id, l.queue_id, calls_all(l.organisation_id, l.queue_id) as rings
      from line l
     where exists (
       select from routed_chats c
        where c.organisation_id = l.organisation_id and c.queue_id = l.queue_id and c.state = 'waiting')
  )
  select c.organisation_id, c.chat_id
    from wanted w
    join routed_chats c on c.organisation_id = w.organisation_id and c.queue_id = w.queue_id
                       and c.state = 'waiting' and c.rings <> w.rings
$$;

-- Transition: an operator outside the queue takes a chat that rings. Of several who do the first is
-- in time; whoever has it already has asked twice.
-- Status: taken | gone | at_limit | not_ready | not_found. Detail: {chatId}.
create function take_chat(p_organisation uuid, p_chat uuid, p_user uuid) returns routing_outcome
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
    when not has_room(p_organisation, p_user, v_chat.kind) then 'at_limit'
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

create function is_for(p_operator operators, p_queue uuid) returns boolean
language sql stable as $$
  select case when is_test then p_operator.takes_tests else p_operator.takes_chats end
    from queues where organisation_id = p_operator.organisation_id and id = p_queue
$$;
