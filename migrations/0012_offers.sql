-- What happens to a chat until it is answered: it comes, is offered, accepted, declined or missed.
--
-- Each function is one transition and, called on its own, one transaction and one round trip: a
-- server that stops in the middle of anything can never leave half of a transition, nor hold a
-- lock. Each may be called twice with the same outcome, since a connection that breaks around a
-- commit leaves its caller in doubt. At most one of them belongs in a transaction, at its end:
-- each ends by taking the log's lock, and must not then wait for an operator's row.
--
-- Status `again`: what was read had changed by the time it was locked; call again, afresh.

-- Transition: a waiting chat is put to the best operator there is, if there is one.
-- Status: offered | nobody | not_waiting | again.
create function match_chat(p_organisation uuid, p_chat uuid) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_seek record;
begin
  perform must_be_read_committed();
  v_seek := seek_operator(p_organisation, p_chat);
  return tell_outcome(p_organisation, null, v_seek.o_found,
    case when v_seek.o_found = 'offered'
         then array[v_seek.o_event, operator_event(p_organisation, v_seek.o_user)]
         else '{}' end,
    case when v_seek.o_found = 'again' then array[p_chat] end);
end
$$;

-- Transition: an operator with room takes what waits. Status: offered | nothing.
create function match_operator(p_organisation uuid, p_user uuid) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_seek record;
begin
  perform must_be_read_committed();
  perform from operators
    where organisation_id = p_organisation and user_id = p_user and is_ready for no key update;
  if not found then
    return tell_outcome(p_organisation, null, 'nothing', '{}');
  end if;
  v_seek := seek_chats(p_organisation, p_user);
  return tell_outcome(p_organisation, null,
    case when v_seek.o_taken > 0 then 'offered' else 'nothing' end,
    case when v_seek.o_taken > 0
         then v_seek.o_events || operator_event(p_organisation, p_user) else '{}' end);
end
$$;

-- A chat whose assignment has come to nothing stands in its queue again, where it stood before.
-- The caller has locked the operator, and nobody changes an assignment without that lock.
create function put_back(p_assignment assignments, p_state assignment_state, p_rule text, p_now timestamptz)
returns jsonb
language plpgsql volatile as $$
declare
  v_chat routed_chats;
  c_cooldown constant interval := interval '30 seconds';
begin
  select * into strict v_chat from routed_chats
   where organisation_id = p_assignment.organisation_id and chat_id = p_assignment.chat_id
     for no key update;
  update assignments set state = p_state, ended_at = p_now
   where organisation_id = p_assignment.organisation_id and id = p_assignment.id
     and state = p_assignment.state;
  if not found then return null; end if;
  update routed_chats set state = 'waiting', assignment_id = null, operator_id = null
   where organisation_id = p_assignment.organisation_id and chat_id = p_assignment.chat_id;
  if p_state in ('declined', 'expired') then
    insert into exclusions (organisation_id, chat_id, user_id, until)
    values (p_assignment.organisation_id, p_assignment.chat_id, p_assignment.user_id, p_now + c_cooldown)
    on conflict (organisation_id, chat_id, user_id) do update set until = excluded.until;
  end if;
  return chat_event(p_assignment.organisation_id, p_assignment.chat_id, chat_scopes(v_chat),
    jsonb_build_object('chosen', null, 'rule', p_rule, 'considered', jsonb_build_array(
      jsonb_build_object('operatorId', p_assignment.user_id, 'ruledOutBy', p_rule))));
end
$$;

-- Puts back what an operator (locked) is offered, in one queue or in all, and with `p_also_active`
-- also what the operator holds. Chats are answered in the order in which they should be matched.
create function put_back_all(
  p_organisation uuid, p_user uuid, p_queue uuid, p_also_active boolean, p_rule text,
  out o_chats uuid[], out o_events jsonb[]
)
language plpgsql volatile as $$
declare
  v_now timestamptz := routing_now();
  v_assignment assignments;
begin
  o_chats := '{}';
  o_events := '{}';
  for v_assignment in
    select a.* from assignments a
      join routed_chats c on c.organisation_id = a.organisation_id and c.chat_id = a.chat_id
     where a.organisation_id = p_organisation and a.user_id = p_user
       and (a.state = 'offered' or (p_also_active and a.state = 'active'))
       and (p_queue is null or a.queue_id = p_queue)
     order by c.due_at, c.chat_id
  loop
    o_events := o_events || put_back(v_assignment,
      case when v_assignment.state = 'active' then 'ended' else 'rescinded' end::assignment_state,
      p_rule, v_now);
    o_chats := o_chats || v_assignment.chat_id;
  end loop;
end
$$;

-- Transition: a chat enters a queue and looks for an operator at once. The `chats` row is there
-- already, usually made in the same transaction. `p_priority` (0-9) adds to the queue's own.
-- Status: offered | active | waiting | already | closed | queue_full | not_found.
-- On queue_full and not_found nothing was done.
create function enqueue_chat(p_organisation uuid, p_chat uuid, p_queue uuid, p_priority int default 0)
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
  if v_queue.max_waiting <= (select count(*) from routed_chats
      where organisation_id = p_organisation and queue_id = p_queue and state = 'waiting') then
    return tell_outcome(p_organisation, null, 'queue_full', '{}');
  end if;

  insert into routed_chats (organisation_id, chat_id, account_id, queue_id, site_id, kind, priority,
                            enqueued_at, due_at, visitor_name)
  values (p_organisation, p_chat, v_chat.account_id, p_queue, v_chat.site_id, v_queue.kind,
          v_queue.priority + p_priority, v_now, due_at(v_now, v_queue.priority + p_priority), v_chat.name)
  on conflict (organisation_id, chat_id) do nothing;
  if not found then
    return tell_outcome(p_organisation, null, 'already', '{}', array[p_chat]);
  end if;
  v_events := array[chat_event(p_organisation, p_chat, '{}', null)];
  v_seek := seek_operator(p_organisation, p_chat);
  if v_seek.o_found = 'offered' then
    v_events := v_events || v_seek.o_event || operator_event(p_organisation, v_seek.o_user);
  end if;
  select state into v_state from routed_chats where organisation_id = p_organisation and chat_id = p_chat;
  return tell_outcome(p_organisation, null, v_state::text, v_events,
    case when v_state = 'waiting' then array[p_chat] end);
end
$$;

-- Locks the operator of an assignment, then the assignment's chat; answers the assignment as it is
-- under the lock, or nothing when there is none of that user's by that id.
create function lock_offer(p_organisation uuid, p_assignment uuid, p_user uuid) returns assignments
language plpgsql volatile as $$
declare
  v_assignment assignments;
begin
  perform from operators where organisation_id = p_organisation and user_id = p_user for no key update;
  select * into v_assignment from assignments
   where organisation_id = p_organisation and id = p_assignment and user_id = p_user;
  if found then
    perform from routed_chats
      where organisation_id = p_organisation and chat_id = v_assignment.chat_id for no key update;
  end if;
  return v_assignment;
end
$$;

-- Whoever answers an offer, either way, is answering: missed offers are forgotten. Tells whether
-- that changed the operator's row.
create function has_answered(p_organisation uuid, p_user uuid) returns boolean
language plpgsql volatile as $$
begin
  update operators set missed_in_row = 0, is_not_answering = false
   where organisation_id = p_organisation and user_id = p_user and (missed_in_row > 0 or is_not_answering);
  return found;
end
$$;

-- Transition: the operator takes the chat. The deadline is the database's: an answer that comes
-- after it is too late even if nobody has swept the offer away yet. Accepting twice (two tabs, a
-- retry) is accepting once. Status: accepted | gone | not_found. Detail: {chatId}.
create function accept_offer(p_organisation uuid, p_assignment uuid, p_user uuid) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now    timestamptz;
  v_offer  assignments;
  v_chat   routed_chats;
  v_events jsonb[];
  v_was_silent boolean;
  v_detail jsonb;
begin
  perform must_be_read_committed();
  v_offer := lock_offer(p_organisation, p_assignment, p_user);
  v_now := date_trunc('milliseconds', routing_now());
  if v_offer.id is null then return tell_outcome(p_organisation, p_user, 'not_found', '{}'); end if;
  v_detail := jsonb_build_object('chatId', v_offer.chat_id);
  if v_offer.state = 'active' then
    return tell_outcome(p_organisation, p_user, 'accepted', '{}', p_detail => v_detail);
  end if;
  if v_offer.state <> 'offered' or v_offer.expires_at <= v_now then
    return tell_outcome(p_organisation, p_user, 'gone', '{}', p_detail => v_detail);
  end if;
  select * into strict v_chat from routed_chats
   where organisation_id = p_organisation and chat_id = v_offer.chat_id;
  update assignments set state = 'active', accepted_at = v_now
   where organisation_id = p_organisation and id = p_assignment and state = 'offered';
  update routed_chats set state = 'active'
   where organisation_id = p_organisation and chat_id = v_offer.chat_id and state = 'offered';
  v_events := array[chat_event(p_organisation, v_offer.chat_id, chat_scopes(v_chat), v_offer.because)];
  v_was_silent := has_answered(p_organisation, p_user);
  if v_was_silent then v_events := v_events || operator_event(p_organisation, p_user); end if;
  return tell_outcome(p_organisation, p_user, 'accepted', v_events, '{}',
    case when v_was_silent then array[p_user] end, v_detail);
end
$$;

-- Transition: the operator passes the chat on. Status: declined | gone | not_found. Detail: {chatId}.
create function decline_offer(p_organisation uuid, p_assignment uuid, p_user uuid) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_offer assignments;
  v_event jsonb;
  v_detail jsonb;
begin
  perform must_be_read_committed();
  v_offer := lock_offer(p_organisation, p_assignment, p_user);
  if v_offer.id is null then return tell_outcome(p_organisation, p_user, 'not_found', '{}'); end if;
  v_detail := jsonb_build_object('chatId', v_offer.chat_id);
  if v_offer.state <> 'offered' then
    return tell_outcome(p_organisation, p_user,
      case when v_offer.state = 'declined' then 'declined' else 'gone' end, '{}', p_detail => v_detail);
  end if;
  v_event := put_back(v_offer, 'declined', 'declined', routing_now());
  perform has_answered(p_organisation, p_user);
  return tell_outcome(p_organisation, p_user, 'declined',
    array[v_event, operator_event(p_organisation, p_user)],
    array[v_offer.chat_id], array[p_user], v_detail);
end
$$;
