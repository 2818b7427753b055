-- What happens to offers that nobody answers, and to a chat at its end. The rules of 0012 hold here.

-- Chooses an organisation that has work of some sort and that no other server is sweeping now.
-- One organisation a call, because a transaction may hold only one log's lock.
create function first_unswept(p_organisations uuid[]) returns uuid
language plpgsql volatile as $$
declare
  v_organisation uuid;
begin
  foreach v_organisation in array p_organisations loop
    if pg_try_advisory_xact_lock(44, hashtext(v_organisation::text)) then return v_organisation; end if;
  end loop;
  return null;
end
$$;

-- Transition: offers of one organisation that nobody answered in time are put back, up to
-- `p_most`. Three missed in a row: the operator is not answering, and is offered nothing until
-- they say that they are available. Status: expired | nothing (call until it is nothing).
create function expire_offers(p_most int default 100) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  c_bound constant int := 3;
  v_now timestamptz := routing_now();
  v_organisation uuid;
  v_due uuid[];
  v_operators uuid[];
  v_offer assignments;
  v_event jsonb;
  v_events jsonb[] := '{}';
  v_chats uuid[] := '{}';
begin
  perform must_be_read_committed();
  v_organisation := first_unswept(array(
    select distinct organisation_id from assignments where state = 'offered' and expires_at <= v_now));
  if v_organisation is null then
    return tell_outcome(null, null, 'nothing', '{}');
  end if;
  select array_agg(d.id), array_agg(distinct d.user_id order by d.user_id) into v_due, v_operators
    from (select id, user_id from assignments
           where organisation_id = v_organisation and state = 'offered' and expires_at <= v_now
           order by expires_at, chat_id limit p_most) d;
  perform from operators where organisation_id = v_organisation and user_id = any (v_operators)
    order by user_id for no key update;
  for v_offer in
    select a.* from assignments a
      join routed_chats c on c.organisation_id = a.organisation_id and c.chat_id = a.chat_id
     where a.organisation_id = v_organisation and a.id = any (v_due) and a.state = 'offered'
     order by c.due_at, c.chat_id
  loop
    v_event := put_back(v_offer, 'expired', 'missed', v_now);
    continue when v_event is null;
    update operators set missed_in_row = missed_in_row + 1, is_not_answering = missed_in_row + 1 >= c_bound
     where organisation_id = v_organisation and user_id = v_offer.user_id;
    v_events := v_events || v_event;
    v_chats := v_chats || v_offer.chat_id;
  end loop;
  if cardinality(v_chats) = 0 then
    return tell_outcome(v_organisation, null, 'nothing', '{}');
  end if;
  return tell_outcome(v_organisation, null, 'expired',
    v_events || array(select operator_event(v_organisation, u) from unnest(v_operators) u),
    v_chats, v_operators);
end
$$;

-- A chat ends, whatever state it is in. With `p_holder` only if that operator holds it. An operator
-- who gets room by it takes the next chat in the same transaction: one commit for two transitions.
create function end_chat(
  p_organisation uuid, p_chat uuid, p_holder uuid, p_because chat_end, p_actor uuid
) returns routing_outcome
language plpgsql volatile as $$
declare
  v_now    timestamptz;
  v_seen   routed_chats;
  v_chat   routed_chats;
  v_because chat_end := p_because;
  v_seek   record;
  v_events jsonb[];
begin
  select * into v_seen from routed_chats where organisation_id = p_organisation and chat_id = p_chat;
  if not found then
    return tell_outcome(p_organisation, p_actor, case
      when exists (select from chats where organisation_id = p_organisation and id = p_chat and closed_at is not null)
      then 'closed' else 'not_found' end, '{}');
  end if;
  if v_seen.operator_id is not null then
    perform from operators
      where organisation_id = p_organisation and user_id = v_seen.operator_id for no key update;
  end if;
  select * into v_chat from routed_chats
   where organisation_id = p_organisation and chat_id = p_chat for no key update;
  if v_chat.state = 'closed' then return tell_outcome(p_organisation, p_actor, 'closed', '{}'); end if;
  if v_chat.operator_id is distinct from v_seen.operator_id then
    return tell_outcome(p_organisation, p_actor, 'again', '{}');
  end if;
  if p_holder is not null and (v_chat.state <> 'active' or v_chat.operator_id <> p_holder) then
    return tell_outcome(p_organisation, p_actor, 'not_holder', '{}');
  end if;
  if p_because = 'abandoned' and v_chat.state = 'active' then v_because := 'visitor'; end if;

  v_now := date_trunc('milliseconds', routing_now());
  update assignments
     set state = case when state = 'active' then 'ended' else 'rescinded' end::assignment_state, ended_at = v_now
   where organisation_id = p_organisation and id = v_chat.assignment_id and state in ('offered', 'active');
  update routed_chats set state = 'closed', assignment_id = null, operator_id = null, closed_at = v_now
   where organisation_id = p_organisation and chat_id = p_chat;
  delete from exclusions where organisation_id = p_organisation and chat_id = p_chat;
  v_events := array[chat_event(p_organisation, p_chat, chat_scopes(v_chat),
    jsonb_build_object('chosen', null, 'rule', 'closed_' || v_because, 'considered', '[]'::jsonb))];
  if v_chat.operator_id is not null then
    v_seek := seek_chats(p_organisation, v_chat.operator_id);
    v_events := v_events || v_seek.o_events || operator_event(p_organisation, v_chat.operator_id);
  end if;
  update chats set closed_at = v_now, closed_because = v_because
   where organisation_id = p_organisation and id = p_chat and closed_at is null;
  return tell_outcome(p_organisation, p_actor, 'closed', v_events, '{}',
    case when v_chat.operator_id is not null then array[v_chat.operator_id] end);
end
$$;

-- Transition: a chat is closed. `p_holder`: the operator who closes it and must hold it; null for a
-- supervisor or a rule. Status: closed | not_holder | not_found | again.
create function close_chat(
  p_organisation uuid, p_chat uuid, p_holder uuid, p_because chat_end, p_actor uuid default null
) returns routing_outcome
language plpgsql volatile set search_path = public as $$
begin
  perform must_be_read_committed();
  return end_chat(p_organisation, p_chat, p_holder, p_because, coalesce(p_actor, p_holder));
end
$$;

-- Transition: the visitor has left: `abandoned` if nobody had answered, else ended by the visitor.
-- Status: closed | not_found | again.
create function abandon_chat(p_organisation uuid, p_chat uuid) returns routing_outcome
language plpgsql volatile set search_path = public as $$
begin
  perform must_be_read_committed();
  return end_chat(p_organisation, p_chat, null, 'abandoned', null);
end
$$;
