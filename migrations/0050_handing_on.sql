-- A chat is handed on: it is put to somebody, taken, passed on, missed, or taken back. The rules of
-- 0012 hold: one transition, one transaction; operators first (ascending), the log last; to be called
-- twice without harm.
--
-- Only taking touches two operators, for only then does the chat leave one for the other; that is why
-- it locks both before it looks. Whatever ends a handing otherwise touches the one who was asked.

-- A transfer is over.
create function end_transfer(p_organisation uuid, p_transfer uuid, p_outcome text, p_by uuid, p_now timestamptz)
returns void
language sql volatile as $$
  update transfers
     set outcome = p_outcome, ended_at = p_now, ended_by_id = p_by, ended_by_name = full_name(p_by)
   where organisation_id = p_organisation and id = p_transfer and outcome is null
$$;

create function transfer_under_way(p_chat routed_chats) returns transfers
language plpgsql stable as $$
declare
  v_transfer transfers;
begin
  select * into v_transfer from transfers
   where organisation_id = p_chat.organisation_id and id = p_chat.transfer_id and outcome is null;
  return v_transfer;
end
$$;

-- Puts a chat that is handed on (locked, as is the operator, and both were looked at again) to
-- somebody. The trigger on assignments takes the room, and the check on the load refuses one too many.
create function hand_to(
  p_transfer transfers, p_chat routed_chats, p_user uuid, p_considered jsonb, p_now timestamptz
) returns jsonb
language plpgsql volatile as $$
declare
  v_now     timestamptz := date_trunc('milliseconds', p_now);
  v_taken   routed_chats := chat_as_taken(p_transfer, p_chat);
  v_id      uuid := gen_random_uuid();
  v_because jsonb := because_of('transfer', p_user, p_considered);
begin
  insert into assignments (organisation_id, id, chat_id, user_id, queue_id, chat_kind, kind, state,
                           offered_at, expires_at, because)
  select p_chat.organisation_id, v_id, p_chat.chat_id, p_user, v_taken.queue_id, v_taken.kind, 'transfer', 'offered',
         v_now, v_now + q.offer_seconds * interval '1 second', v_because
    from queues q where q.organisation_id = p_chat.organisation_id and q.id = v_taken.queue_id;
  update routed_chats set handing_id = v_id, handing_to = p_user
   where organisation_id = p_chat.organisation_id and chat_id = p_chat.chat_id;
  update operators set last_offered_at = v_now
   where organisation_id = p_chat.organisation_id and user_id = p_user;
  return chat_event(p_chat.organisation_id, p_chat.chat_id, chat_scopes(p_chat), v_because);
end
$$;

-- Why a person in person may not be asked; null when they may.
create function why_not_hand_to(p_operator operators, p_chat routed_chats, p_user uuid) returns text
language sql volatile as $$
  select case
    when p_operator.user_id is null or not is_for(p_operator, p_chat.queue_id) then 'not_found'
    when not p_operator.is_ready then 'not_ready'
    when not has_room(p_chat.organisation_id, p_user, p_chat.kind) then 'at_limit'
  end
$$;

-- Transition: a chat is handed on, by its holder, or by somebody above (`p_holder` null), whom the
-- bound on transfers does not bind. To a person it is put at once; in a queue or a department somebody
-- is looked for after the commit.
-- Status: begun (also when asked twice) | not_found | not_holder | same (whoever has it already) |
-- under_way | too_many | not_ready | at_limit | again.
create function begin_transfer(
  p_organisation uuid, p_transfer uuid, p_chat uuid, p_holder uuid, p_actor uuid,
  p_to_kind text, p_to uuid, p_to_name text, p_note text
) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now      timestamptz;
  v_chat     routed_chats;
  v_operator operators;
  v_transfer transfers;
  v_rules    record;
  v_no       text;
  v_event    jsonb;
  v_person   uuid := case when p_to_kind = 'operator' then p_to end;
begin
  perform must_be_read_committed();
  if v_person is not null then
    select * into v_operator from operators
     where organisation_id = p_organisation and user_id = v_person for no key update;
  end if;
  v_chat := lock_chat(p_organisation, p_chat);
  select * into v_transfer from transfers where organisation_id = p_organisation and id = p_transfer;
  if found then
    return tell_outcome(p_organisation, p_actor,
      case when (v_transfer.chat_id, v_transfer.by_id) = (p_chat, p_actor) then 'begun' else 'not_found' end, '{}');
  end if;
  select a.transfers_most as most, a.transfer_seconds as seconds, (
           select count(*) from transfers t
            where t.organisation_id = p_organisation and t.chat_id = p_chat and t.outcome = 'taken'
              and t.by_id = t.from_id) as times
    into v_rules from accounts a where a.organisation_id = p_organisation and a.id = p_organisation;
  v_transfer := transfer_under_way(v_chat);
  v_no := case
    when v_chat.chat_id is null then 'not_found'
    when v_chat.state <> 'active' or v_chat.operator_id <> coalesce(p_holder, v_chat.operator_id) then 'not_holder'
    when v_transfer.id is not null then 'under_way'
    when v_person = v_chat.operator_id then 'same'
    when p_holder is not null and v_rules.times >= v_rules.most then 'too_many'
    when v_person is not null then why_not_hand_to(v_operator, v_chat, v_person)
  end;
  if v_no is not null then return tell_outcome(p_organisation, p_actor, v_no, '{}'); end if;

  v_now := date_trunc('milliseconds', routing_now());
  insert into transfers (organisation_id, id, chat_id, from_id, from_name, by_id, by_name,
                         to_kind, to_id, to_name, note, began_at, ends_at)
  select p_organisation, p_transfer, p_chat, v_chat.operator_id, full_name(v_chat.operator_id), p_actor,
         full_name(p_actor), p_to_kind, p_to, p_to_name, p_note, v_now,
         v_now + case when v_person is null then v_rules.seconds else q.offer_seconds end * interval '1 second'
    from queues q where q.organisation_id = p_organisation and q.id = v_chat.queue_id
  returning * into v_transfer;
  update routed_chats set transfer_id = p_transfer where organisation_id = p_organisation and chat_id = p_chat;
  if v_person is null then
    return tell_outcome(p_organisation, p_actor, 'begun',
      array[chat_event(p_organisation, p_chat, chat_scopes(v_chat), because_of('transfer_begun'))], array[p_chat]);
  end if;
  -- In a statement of its own: what a row looks like is asked as of where the statement began.
  v_event := hand_to(v_transfer, v_chat, v_person,
    jsonb_build_array(jsonb_build_object('operatorId', v_person, 'ruledOutBy', null)), v_now);
  return tell_outcome(p_organisation, p_actor, 'begun', array[v_event, operator_event(p_organisation, v_person)]);
end
$$;

-- A handing has come to nothing: the operator (locked) passed it on, missed it, or is there no more.
-- A person was asked in person, so that is the end of it; of a queue or a department the next is
-- asked, after the commit, as long as there is anybody left to ask.
create function drop_handing(
  p_chat routed_chats, p_assignment assignments, p_state assignment_state, p_rule text, p_now timestamptz
) returns jsonb
language plpgsql volatile as $$
declare
  v_transfer transfers := transfer_under_way(p_chat);
  v_word     text := case p_rule when 'declined' then 'declined' when 'missed' then 'missed'
                       when 'operator_removed' then 'removed' else 'unavailable' end;
  v_outcome  text;
begin
  -- Whoever was asked in person was not asked as somebody of a queue.
  if p_rule = 'not_joined' and v_transfer.to_kind <> 'queue' then return null; end if;
  update assignments set state = p_state, ended_at = p_now
   where organisation_id = p_assignment.organisation_id and id = p_assignment.id and state = 'offered';
  if not found then return null; end if;
  update routed_chats set handing_id = null, handing_to = null
   where organisation_id = p_chat.organisation_id and chat_id = p_chat.chat_id;
  v_outcome := case
    when v_transfer.to_kind = 'operator' then v_word
    when is_target_closed(v_transfer) then 'queue_closed'
    when v_transfer.ends_at <= p_now then 'nobody'
    when not exists (select from transfer_candidates(v_transfer, p_chat, p_now)) then v_word
  end;
  if v_outcome is not null then
    perform end_transfer(p_chat.organisation_id, v_transfer.id, v_outcome, p_assignment.user_id, p_now);
  end if;
  return chat_event(p_chat.organisation_id, p_chat.chat_id, chat_scopes(p_chat),
    because_of('transfer_' || v_word, null, jsonb_build_array(
      jsonb_build_object('operatorId', p_assignment.user_id, 'ruledOutBy', p_rule))));
end
$$;

-- The holder (locked) is gone while the chat is handed on. If somebody is being asked, it is simply
-- offered to them from now on, and nobody's load moves but the holder's. If not, it waits, in the queue
-- that it was meant for, with the time that it has.
create function let_go(p_chat routed_chats, p_assignment assignments, p_state assignment_state, p_rule text,
                       p_now timestamptz) returns jsonb
language plpgsql volatile as $$
declare
  v_transfer transfers := transfer_under_way(p_chat);
  v_handing  uuid := p_chat.handing_id;
  v_taken    routed_chats := chat_as_taken(v_transfer, p_chat);
begin
  perform end_transfer(p_chat.organisation_id, v_transfer.id, 'sender_gone', p_assignment.user_id, p_now);
  update routed_chats set queue_id = v_taken.queue_id, kind = v_taken.kind
   where organisation_id = p_chat.organisation_id and chat_id = p_chat.chat_id;
  update chats set queue_id = v_taken.queue_id
   where organisation_id = p_chat.organisation_id and id = p_chat.chat_id and queue_id <> v_taken.queue_id;
  if v_handing is null then return put_back_in_queue(p_assignment, p_state, p_rule, p_now); end if;
  update assignments set state = p_state, ended_at = p_now
   where organisation_id = p_assignment.organisation_id and id = p_assignment.id and state = 'active';
  update routed_chats set state = 'offered', assignment_id = v_handing, operator_id = p_chat.handing_to
   where organisation_id = p_chat.organisation_id and chat_id = p_chat.chat_id;
  return chat_event(p_chat.organisation_id, p_chat.chat_id, chat_scopes(p_chat),
    because_of('transfer_sender_gone', p_chat.handing_to, jsonb_build_array(
      jsonb_build_object('operatorId', p_assignment.user_id, 'ruledOutBy', p_rule))));
end
$$;

-- As in 0012, and where the chat is handed on it depends on whose assignment has come to nothing.
alter function put_back(assignments, assignment_state, text, timestamptz) rename to put_back_in_queue;
create function put_back(p_assignment assignments, p_state assignment_state, p_rule text, p_now timestamptz)
returns jsonb
language plpgsql volatile as $$
declare
  v_chat routed_chats := lock_chat(p_assignment.organisation_id, p_assignment.chat_id);
  v_now  timestamptz := date_trunc('milliseconds', p_now);
begin
  if v_chat.handing_id = p_assignment.id then
    return drop_handing(v_chat, p_assignment, p_state, p_rule, v_now);
  elsif v_chat.assignment_id = p_assignment.id and (transfer_under_way(v_chat)).id is not null then
    return let_go(v_chat, p_assignment, p_state, p_rule, v_now);
  end if;
  return put_back_in_queue(p_assignment, p_state, p_rule, p_now);
end
$$;

-- Transition: whoever is asked takes the chat; it leaves the one and is the other's in one moment, so
-- that at no time it has two owners or none. Status: as accept_offer (0012), or again.
create function take_handing(p_organisation uuid, p_offer assignments) returns routing_outcome
language plpgsql volatile as $$
declare
  v_user   uuid := p_offer.user_id;
  v_from   uuid;
  v_now    timestamptz;
  v_chat   routed_chats;
  v_detail jsonb := jsonb_build_object('chatId', p_offer.chat_id);
  v_was_silent boolean;
begin
  select operator_id into v_from from routed_chats
   where organisation_id = p_organisation and chat_id = p_offer.chat_id;
  perform lock_operators(p_organisation, array[v_from, v_user]);
  v_chat := lock_chat(p_organisation, p_offer.chat_id);
  -- Ended meanwhile, or nobody else's any more, or another's: look afresh.
  if v_chat.handing_id is distinct from p_offer.id or v_chat.operator_id <> v_from then
    return tell_outcome(p_organisation, v_user, 'again', '{}', p_detail => v_detail);
  end if;
  v_now := date_trunc('milliseconds', routing_now());
  if p_offer.expires_at <= v_now then
    return tell_outcome(p_organisation, v_user, 'gone', '{}', p_detail => v_detail);
  end if;
  -- The old owner goes before the new one comes: the index allows one at a time.
  update assignments set state = 'ended', ended_at = v_now
   where organisation_id = p_organisation and id = v_chat.assignment_id;
  update assignments set state = 'active', accepted_at = v_now
   where organisation_id = p_organisation and id = p_offer.id;
  update routed_chats
     set assignment_id = p_offer.id, operator_id = v_user, queue_id = p_offer.queue_id, kind = p_offer.chat_kind,
         handing_id = null, handing_to = null
   where organisation_id = p_organisation and chat_id = p_offer.chat_id;
  perform end_transfer(p_organisation, v_chat.transfer_id, 'taken', v_user, v_now);
  v_was_silent := has_answered(p_organisation, v_user);
  update chats set queue_id = p_offer.queue_id
   where organisation_id = p_organisation and id = p_offer.chat_id and queue_id <> p_offer.queue_id;
  return tell_outcome(p_organisation, v_user, 'accepted',
    array[chat_event(p_organisation, p_offer.chat_id, chat_scopes(v_chat), p_offer.because),
          operator_event(p_organisation, v_from),
          case when v_was_silent then operator_event(p_organisation, v_user) end],
    '{}', array[v_from] || case when v_was_silent then array[v_user] end, v_detail);
end
$$;

-- As in 0012; a chat that a colleague holds and hands on is taken from them.
alter function accept_offer(uuid, uuid, uuid) rename to accept_from_queue;
create function accept_offer(p_organisation uuid, p_assignment uuid, p_user uuid) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_offer assignments;
begin
  perform must_be_read_committed();
  select a.* into v_offer from assignments a
    join routed_chats c on c.organisation_id = a.organisation_id and c.chat_id = a.chat_id and c.handing_id = a.id
   where a.organisation_id = p_organisation and a.id = p_assignment and a.user_id = p_user;
  if found then return take_handing(p_organisation, v_offer); end if;
  return accept_from_queue(p_organisation, p_assignment, p_user);
end
$$;
