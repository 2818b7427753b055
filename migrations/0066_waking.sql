-- How a parked chat goes on: its visitor writes, its operator takes it back, comes back to what they
-- owe or never does, or nobody writes for so long that it ends. The rules of 0012 hold here.
--
-- The message that wakes a chat is committed first and the chat is woken after that, as matching is:
-- operators are locked before chats. A crash in between is found by the sweep, for the message has
-- left its mark (0065).

create index routed_chats_owed on routed_chats (organisation_id, parked_for) where state = 'parked' and parked_owes;
create index routed_chats_parked_at on routed_chats (parked_at) where state = 'parked';

-- Whether an operator (locked) may be given a parked chat of theirs, above their limit or not. It was
-- theirs before: whether they still serve its queue is not asked, as it is not of what they hold.
create function may_go_on(p_chat routed_chats) returns boolean
language sql volatile as $$
  select exists (
    select from operators o
     where o.organisation_id = p_chat.organisation_id and o.user_id = p_chat.parked_for and o.is_ready
       and is_for(o, p_chat.queue_id))
$$;

-- The same within their limit, and not while they finish another chat.
create function may_have_back(p_chat routed_chats) returns boolean
language sql volatile as $$
  select may_go_on(p_chat) and has_room(p_chat, p_chat.parked_for) and exists (
    select from operators
     where organisation_id = p_chat.organisation_id and user_id = p_chat.parked_for and wrap_up_until is null)
$$;

-- Why a parked chat does not sleep on; null while it does.
--   spoken    its visitor has written
--   returned  an answer is owed, and whoever went is back
--   kept_over an answer is owed, and nobody is to be expected to give it: they are an operator no more,
--             they have not come for as long as the queue keeps it, or it would end without an answer
create function why_wake(p_chat routed_chats, p_now timestamptz) returns text
language sql volatile as $$
  select case
    when exists (select from chats
                  where organisation_id = p_chat.organisation_id and id = p_chat.chat_id and wakes) then 'spoken'
    when not p_chat.parked_owes then null
    when p_chat.parked_because = 'gone' and may_have_back(p_chat) then 'returned'
    when not exists (select from operators o
                      where o.organisation_id = p_chat.organisation_id and o.user_id = p_chat.parked_for
                        and o.suspended_at is null) then 'kept_over'
    when p_chat.parked_because = 'gone' and p_chat.parked_at + q.keep_hours * interval '1 hour' <= p_now then 'kept_over'
    when p_chat.parked_at + q.close_parked_days * interval '24 hours' <= p_now then 'kept_over'
  end
  from queues q where q.organisation_id = p_chat.organisation_id and q.id = p_chat.queue_id
$$;

-- Parked chats that are to be woken now.
create function waking_chats(p_now timestamptz) returns table (organisation_id uuid, chat_id uuid)
language sql volatile as $$
  select r.organisation_id, r.chat_id from chats c
    join routed_chats r on r.organisation_id = c.organisation_id and r.chat_id = c.id and r.state = 'parked'
   where c.wakes
  union
  select r.organisation_id, r.chat_id from routed_chats r
   where r.state = 'parked' and r.parked_owes and why_wake(r, p_now) is not null
$$;

-- Gives a parked chat to its operator, both of them locked: it is theirs at once, without a ring.
create function go_on(p_chat routed_chats, p_kind assignment_kind, p_rule text, p_now timestamptz) returns jsonb
language plpgsql volatile as $$
declare
  v_now  timestamptz := date_trunc('milliseconds', p_now);
  v_id   uuid := gen_random_uuid();
  v_user uuid := p_chat.parked_for;
  v_because jsonb := because_of(p_rule, v_user,
    jsonb_build_array(jsonb_build_object('operatorId', v_user, 'ruledOutBy', null)));
begin
  insert into assignments (organisation_id, id, chat_id, user_id, queue_id, chat_kind, kind, state,
                           offered_at, accepted_at, because)
  values (p_chat.organisation_id, v_id, p_chat.chat_id, v_user, p_chat.queue_id, p_chat.kind, p_kind, 'active',
          v_now, v_now, v_because);
  update routed_chats set state = 'active', assignment_id = v_id, operator_id = v_user
   where organisation_id = p_chat.organisation_id and chat_id = p_chat.chat_id;
  update operators set last_offered_at = v_now where organisation_id = p_chat.organisation_id and user_id = v_user;
  update chats set wakes = false where organisation_id = p_chat.organisation_id and id = p_chat.chat_id and wakes;
  return chat_event(p_chat.organisation_id, p_chat.chat_id, chat_scopes(p_chat), v_because);
end
$$;

-- Puts a parked chat (locked) into its queue's line, where it stood: its due_at is what it was. How long
-- it waits is counted anew. With `p_holds` it waits for its operator alone, as long as the queue's
-- target allows.
create function wait_again(p_chat routed_chats, p_holds boolean, p_rule text, p_now timestamptz) returns jsonb
language plpgsql volatile as $$
declare
  v_now timestamptz := date_trunc('milliseconds', p_now);
  v_target int := (select target_seconds from queues
                    where organisation_id = p_chat.organisation_id and id = p_chat.queue_id);
begin
  update routed_chats
     set state = 'waiting', enqueued_at = v_now, rings = calls_all(organisation_id, queue_id),
         held_for = case when p_holds then p_chat.parked_for end,
         hold_until = case when p_holds then v_now + v_target * interval '1 second' end
   where organisation_id = p_chat.organisation_id and chat_id = p_chat.chat_id;
  update chats set wakes = false where organisation_id = p_chat.organisation_id and id = p_chat.chat_id and wakes;
  return chat_event(p_chat.organisation_id, p_chat.chat_id, chat_scopes(p_chat),
    because_of(p_rule, null, case when p_chat.parked_for is null then '[]' else jsonb_build_array(
      jsonb_build_object('operatorId', p_chat.parked_for, 'ruledOutBy', p_rule)) end));
end
$$;

-- Transition: a parked chat whose visitor has written, or to whom an answer is owed, goes on: with its
-- operator if they are there and have room, else as its queue says.
-- Status: woken (its operator has it) | waits | asleep (it need not wake) | not_parked | again.
create function wake_chat(p_organisation uuid, p_chat uuid) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now   timestamptz := routing_now();
  v_seen  routed_chats;
  v_chat  routed_chats;
  v_queue queues;
  v_why   text;
  v_goes  text;
  v_is_over boolean;
  v_event jsonb;
begin
  select * into v_seen from routed_chats where organisation_id = p_organisation and chat_id = p_chat;
  if v_seen.state is distinct from 'parked' then return tell_outcome(p_organisation, null, 'not_parked', '{}'); end if;
  perform lock_operators(p_organisation, array[v_seen.parked_for]);
  v_chat := lock_chat(p_organisation, p_chat);
  if v_chat.state <> 'parked' then return tell_outcome(p_organisation, null, 'not_parked', '{}'); end if;
  if v_chat.parked_for is distinct from v_seen.parked_for then
    return tell_outcome(p_organisation, null, 'again', '{}');
  end if;
  v_why := why_wake(v_chat, v_now);
  if v_why is null then return tell_outcome(p_organisation, null, 'asleep', '{}'); end if;

  select * into strict v_queue from queues where organisation_id = p_organisation and id = v_chat.queue_id;
  v_is_over := not has_room(v_chat, v_chat.parked_for);
  v_goes := case
    when v_why = 'kept_over' then 'kept_over'
    when may_have_back(v_chat) then case v_why when 'spoken' then 'woken' else v_why end
    when v_queue.wake_to = 'over' and may_go_on(v_chat) then 'woken_over'
    when v_queue.wake_to = 'front' and serves_now(p_organisation, v_chat.queue_id, v_chat.parked_for)
      and skill_wait(p_organisation, v_chat.queue_id, v_chat.parked_for) = interval '0' then 'woken_waits'
    else 'woken_queued'
  end;
  if v_goes in ('woken', 'returned', 'woken_over') then
    v_event := go_on(v_chat, case when v_is_over then 'forced' else 'route' end::assignment_kind, v_goes, v_now);
    return tell_outcome(p_organisation, null, 'woken',
      array[v_event, operator_event(p_organisation, v_chat.parked_for)
        || case when v_is_over then '{"because": {"rule": "forced"}}'::jsonb else '{}' end]);
  end if;
  v_event := wait_again(v_chat, v_goes = 'woken_waits', v_goes, v_now);
  return tell_outcome(p_organisation, null, 'waits', array[v_event], array[p_chat]);
end
$$;

-- Transition: an operator takes back a chat that is parked for them; it is theirs at once.
-- Status: taken (also when they have it) | gone | not_ready (not there) | at_limit | not_found.
create function take_back_chat(p_organisation uuid, p_chat uuid, p_user uuid) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_operator operators;
  v_chat     routed_chats;
  v_no       text;
  v_event    jsonb;
  v_was_silent boolean;
begin
  perform lock_operators(p_organisation, array[p_user]);
  select * into v_operator from operators where organisation_id = p_organisation and user_id = p_user;
  v_chat := lock_chat(p_organisation, p_chat);
  if v_chat.state = 'active' and v_chat.operator_id = p_user then
    return tell_outcome(p_organisation, p_user, 'taken', '{}');
  end if;
  v_no := case
    when v_operator.user_id is null or not exists (
      select from assignments
       where organisation_id = p_organisation and chat_id = p_chat and user_id = p_user and accepted_at is not null)
      then 'not_found'
    when v_chat.state is distinct from 'parked' or v_chat.parked_for is distinct from p_user then 'gone'
    when not v_operator.is_present then 'not_ready'
    when not has_room(v_chat, p_user) then 'at_limit'
  end;
  if v_no is not null then return tell_outcome(p_organisation, p_user, v_no, '{}'); end if;
  v_event := go_on(v_chat, 'pick', 'taken_back', routing_now());
  v_was_silent := has_answered(p_organisation, p_user);
  return tell_outcome(p_organisation, p_user, 'taken', array[v_event, operator_event(p_organisation, p_user)], '{}',
    case when v_was_silent then array[p_user] end);
end
$$;

-- Parked chats in which nobody has written for so long that they end.
create function slept_out(p_now timestamptz) returns table (organisation_id uuid, chat_id uuid)
language sql stable as $$
  select c.organisation_id, c.chat_id from routed_chats c
    join queues q on q.organisation_id = c.organisation_id and q.id = c.queue_id
    join chats v on v.organisation_id = c.organisation_id and v.id = c.chat_id and not v.wakes
   where c.state = 'parked' and not c.parked_owes
     and c.parked_at + q.close_parked_days * interval '24 hours' <= p_now
$$;

-- Transition: such a chat ends. Whoever writes at this moment has locked the chat's row: the later of
-- the two sees the earlier. Status: closed | nothing.
create function close_slept_out(p_organisation uuid, p_chat uuid) returns routing_outcome
language plpgsql volatile set search_path = public as $$
begin
  perform must_be_read_committed();
  perform lock_chat(p_organisation, p_chat);
  perform from chats where organisation_id = p_organisation and id = p_chat for no key update;
  perform from slept_out(routing_now()) s where s.organisation_id = p_organisation and s.chat_id = p_chat;
  if not found then return tell_outcome(p_organisation, null, 'nothing', '{}'); end if;
  return end_chat(p_organisation, p_chat, null, 'expired', null);
end
$$;

-- As in 0013. A chat that was parked was answered: nobody has been let down who leaves it.
create or replace function abandon_chat(p_organisation uuid, p_chat uuid) returns routing_outcome
language plpgsql volatile set search_path = public as $$
begin
  perform must_be_read_committed();
  perform from routed_chats where organisation_id = p_organisation and chat_id = p_chat and state = 'parked';
  return end_chat(p_organisation, p_chat, null, case when found then 'visitor' else 'abandoned' end::chat_end, null);
end
$$;

-- As in 0046: what was parked for whoever is an operator no more stays parked, for nobody.
alter function unmake_operator(uuid, uuid) rename to unmake_operator_with_chats;
create function unmake_operator(
  p_organisation uuid, p_user uuid, out o_chats uuid[], out o_events jsonb[]
)
language plpgsql volatile as $$
declare
  v_chat   routed_chats;
  v_events jsonb[] := '{}';
begin
  for v_chat in
    select * from routed_chats where organisation_id = p_organisation and parked_for = p_user and state = 'parked'
     order by chat_id for no key update
  loop
    update routed_chats set parked_for = null where organisation_id = p_organisation and chat_id = v_chat.chat_id;
    v_events := v_events || chat_event(p_organisation, v_chat.chat_id, chat_scopes(v_chat),
      because_of('operator_removed', null, jsonb_build_array(
        jsonb_build_object('operatorId', p_user, 'ruledOutBy', 'operator_removed'))));
  end loop;
  select u.o_chats, u.o_events into o_chats, o_events from unmake_operator_with_chats(p_organisation, p_user) u;
  o_events := v_events || o_events;
end
$$;
