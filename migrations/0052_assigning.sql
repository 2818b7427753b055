-- Somebody above gives a chat to a person outright, or moves one that waits to another queue. The rules
-- of 0012 hold.

-- As in 0008; and a forced assignment makes its own room. A limit is never gone over by chance: it takes
-- an assignment of the kind `forced`, and what it added stays marked in `over` until it is gone.
create or replace function operator_loads_are_counted() returns trigger
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
    when new.over = old.over + 1 and pg_trigger_depth() >= 2 then new.over
    else old.over
  end;
  return new;
end
$$;

create function assignments_make_room() returns trigger
language plpgsql as $$
begin
  update operator_loads set over = over + 1
   where organisation_id = new.organisation_id and user_id = new.user_id and kind = new.chat_kind
     and used >= chat_limit;
  return new;
end
$$;
create trigger assignments_make_room before insert on assignments for each row
  when (new.kind = 'forced' and new.state in ('offered', 'active')) execute function assignments_make_room();

-- What stands of a chat is over: the holding or the offer, and the transfer with its handing. All its
-- operators and the chat itself are locked.
create function take_from_all(p_chat routed_chats, p_outcome text, p_actor uuid, p_now timestamptz) returns void
language plpgsql volatile as $$
begin
  update assignments
     set state = case when state = 'active' then 'ended' else 'rescinded' end::assignment_state, ended_at = p_now
   where organisation_id = p_chat.organisation_id and id in (p_chat.assignment_id, p_chat.handing_id)
     and state in ('offered', 'active');
  perform end_transfer(p_chat.organisation_id, p_chat.transfer_id, p_outcome, p_actor, p_now);
end
$$;

-- Keeps what was done as a transfer that is over, and makes it the chat's last.
create function keep_transfer(
  p_chat routed_chats, p_transfer uuid, p_actor uuid, p_to_kind text, p_to uuid, p_to_name text, p_note text,
  p_outcome text, p_now timestamptz
) returns void
language plpgsql volatile as $$
begin
  insert into transfers (organisation_id, id, chat_id, from_id, from_name, by_id, by_name, to_kind, to_id, to_name,
                         note, began_at, ends_at, outcome, ended_at, ended_by_id, ended_by_name)
  values (p_chat.organisation_id, p_transfer, p_chat.chat_id,
          case when p_chat.state = 'active' then p_chat.operator_id end,
          case when p_chat.state = 'active' then full_name(p_chat.operator_id) end,
          p_actor, full_name(p_actor), p_to_kind, p_to, p_to_name, p_note, p_now, p_now, p_outcome, p_now,
          p_actor, full_name(p_actor));
  update routed_chats set transfer_id = p_transfer
   where organisation_id = p_chat.organisation_id and chat_id = p_chat.chat_id;
end
$$;

-- What a request to give or move a chat finds: null, or the status with which it ends at once.
create function why_not_give(p_chat routed_chats, p_transfer uuid, p_seen routed_chats, p_actor uuid) returns text
language plpgsql stable as $$
declare
  v_done transfers;
begin
  select * into v_done from transfers where organisation_id = p_chat.organisation_id and id = p_transfer;
  return case
    when (v_done.chat_id, v_done.by_id) = (p_chat.chat_id, p_actor) then 'done'
    when v_done.id is not null or p_chat.chat_id is null then 'not_found'
    when p_chat.state = 'closed' then 'closed'
    when (p_chat.operator_id, p_chat.handing_to) is distinct from (p_seen.operator_id, p_seen.handing_to) then 'again'
  end;
end
$$;

-- Transition: somebody above gives a chat, waiting or held, to a person: it is theirs at once.
-- `p_over_limit`: also when they have as many as they may.
-- Status: done (also when asked twice) | not_found | closed | same | not_ready | at_limit | again.
-- Detail: {over}: by how many the person is above the limit now, or null.
create function assign_chat(
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
     and not has_room(p_organisation, p_user, v_chat.kind) then
    return tell_outcome(p_organisation, p_actor, 'at_limit', '{}');
  end if;
  perform take_from_all(v_chat, 'assigned', p_actor, v_now);
  v_is_over := not has_room(p_organisation, p_user, v_chat.kind);
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

-- Transition: a chat that nobody holds is moved to another queue, where it stands by the time that it
-- has. Status: done (also when asked twice) | not_found | closed | held (hand it on instead) | same | again.
create function move_chat(
  p_organisation uuid, p_transfer uuid, p_chat uuid, p_queue uuid, p_actor uuid, p_note text
) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now   timestamptz;
  v_seen  routed_chats;
  v_chat  routed_chats;
  v_queue queues;
  v_no    text;
begin
  select * into v_seen from routed_chats where organisation_id = p_organisation and chat_id = p_chat;
  perform lock_operators(p_organisation, array[v_seen.operator_id, v_seen.handing_to]);
  v_chat := lock_chat(p_organisation, p_chat);
  select * into v_queue from queues where organisation_id = p_organisation and id = p_queue and is_active;
  v_no := coalesce(why_not_give(v_chat, p_transfer, v_seen, p_actor), case
    when v_queue.id is null then 'not_found'
    when v_chat.state = 'active' then 'held'
    when v_chat.queue_id = p_queue then 'same'
  end);
  if v_no is not null then return tell_outcome(p_organisation, p_actor, v_no, '{}'); end if;

  v_now := date_trunc('milliseconds', routing_now());
  perform take_from_all(v_chat, 'moved', p_actor, v_now);
  update routed_chats
     set state = 'waiting', assignment_id = null, operator_id = null, queue_id = p_queue, kind = v_queue.kind,
         rings = calls_all(p_organisation, p_queue), held_for = null, hold_until = null
   where organisation_id = p_organisation and chat_id = p_chat;
  perform keep_transfer(v_chat, p_transfer, p_actor, 'queue', p_queue, v_queue.name, p_note, 'moved', v_now);
  update chats set queue_id = p_queue where organisation_id = p_organisation and id = p_chat;
  return tell_outcome(p_organisation, p_actor, 'done',
    array[chat_event(p_organisation, p_chat, chat_scopes(v_chat), because_of('moved')),
          case when v_chat.operator_id is not null then operator_event(p_organisation, v_chat.operator_id) end],
    array[p_chat], array_remove(array[v_chat.operator_id], null));
end
$$;
