-- How transfers end that nobody takes: taken back, passed on with a reason, over with their chat or
-- with their time; and how the next of a queue or a department is found. The rules of 0012 hold.

-- Transition: the one who is asked says no, and why. Status: as decline_offer; not_found for any other.
create function decline_transfer(p_organisation uuid, p_transfer uuid, p_user uuid, p_reason text)
returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_offer assignments;
begin
  select a.* into v_offer from transfers t
    join assignments a on a.organisation_id = t.organisation_id and a.chat_id = t.chat_id
                      and a.user_id = p_user and a.kind = 'transfer' and a.offered_at >= t.began_at
   where t.organisation_id = p_organisation and t.id = p_transfer
   order by a.offered_at desc limit 1;
  if not found then return tell_outcome(p_organisation, p_user, 'not_found', '{}'); end if;
  v_offer := lock_offer(p_organisation, v_offer.id, p_user);
  if v_offer.state = 'offered' then
    update transfers set reason = p_reason
     where organisation_id = p_organisation and id = p_transfer and outcome is null;
  end if;
  return decline_offer(p_organisation, v_offer.id, p_user);
end
$$;

-- Transition: a transfer is taken back, by the one who holds the chat (`p_holder`) or by somebody
-- above (null). Status: cancelled (also when it was already) | over | not_found | again.
create function cancel_transfer(p_organisation uuid, p_transfer uuid, p_holder uuid, p_actor uuid)
returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now      timestamptz;
  v_seen     routed_chats;
  v_chat     routed_chats;
  v_transfer transfers;
begin
  perform must_be_read_committed();
  select c.* into v_seen from transfers t
    join routed_chats c on c.organisation_id = t.organisation_id and c.chat_id = t.chat_id
   where t.organisation_id = p_organisation and t.id = p_transfer;
  perform lock_operators(p_organisation, array[v_seen.handing_to]);
  v_chat := lock_chat(p_organisation, v_seen.chat_id);
  select * into v_transfer from transfers where organisation_id = p_organisation and id = p_transfer;
  if v_transfer.id is null or (p_holder is not null and p_holder is distinct from v_transfer.from_id) then
    return tell_outcome(p_organisation, p_actor, 'not_found', '{}');
  elsif v_transfer.outcome is not null then
    return tell_outcome(p_organisation, p_actor,
      case v_transfer.outcome when 'taken_back' then 'cancelled' else 'over' end, '{}');
  elsif v_chat.handing_to is distinct from v_seen.handing_to then
    return tell_outcome(p_organisation, p_actor, 'again', '{}');
  end if;
  v_now := date_trunc('milliseconds', routing_now());
  update assignments set state = 'rescinded', ended_at = v_now
   where organisation_id = p_organisation and id = v_chat.handing_id;
  update routed_chats set handing_id = null, handing_to = null
   where organisation_id = p_organisation and chat_id = v_chat.chat_id;
  perform end_transfer(p_organisation, p_transfer, 'taken_back', p_actor, v_now);
  return tell_outcome(p_organisation, p_actor, 'cancelled',
    array[chat_event(p_organisation, v_chat.chat_id, chat_scopes(v_chat), because_of('transfer_taken_back')),
          operator_event(p_organisation, v_chat.handing_to)],
    '{}', array_remove(array[v_chat.handing_to], null));
end
$$;

-- As in 0013. Whoever is asked to take the chat is asked no more; theirs is the second operator's row,
-- locked with the holder's before either is looked at.
alter function end_chat(uuid, uuid, uuid, chat_end, uuid) rename to end_chat_of_holder;
create function end_chat(
  p_organisation uuid, p_chat uuid, p_holder uuid, p_because chat_end, p_actor uuid
) returns routing_outcome
language plpgsql volatile as $$
declare
  v_seen    routed_chats;
  v_chat    routed_chats;
  v_outcome routing_outcome;
  v_now     timestamptz;
begin
  select * into v_seen from routed_chats where organisation_id = p_organisation and chat_id = p_chat;
  perform lock_operators(p_organisation, array[v_seen.operator_id, v_seen.handing_to]);
  v_chat := lock_chat(p_organisation, p_chat);
  if v_chat.handing_to is distinct from v_seen.handing_to or v_chat.operator_id is distinct from v_seen.operator_id then
    return tell_outcome(p_organisation, p_actor, 'again', '{}');
  end if;
  v_outcome := end_chat_of_holder(p_organisation, p_chat, p_holder, p_because, p_actor);
  if v_outcome.status <> 'closed' or v_chat.state <> 'active' then return v_outcome; end if;
  v_now := date_trunc('milliseconds', routing_now());
  perform end_transfer(p_organisation, v_chat.transfer_id, 'chat_ended', p_actor, v_now);
  if v_chat.handing_to is null then return v_outcome; end if;
  update assignments set state = 'rescinded', ended_at = v_now
   where organisation_id = p_organisation and id = v_chat.handing_id and state = 'offered';
  -- The log's lock is ours already, and the operator's row as well: this waits for nobody.
  v_outcome.seq := append_events(p_organisation, p_actor,
    jsonb_build_array(operator_event(p_organisation, v_chat.handing_to)));
  v_outcome.match_operators := v_outcome.match_operators || v_chat.handing_to;
  return v_outcome;
end
$$;

-- A chat that is handed to a queue or a department looks for the next to ask. `o_found` as for
-- seek_operator (0011).
create function seek_taker(
  p_organisation uuid, p_chat uuid, out o_found text, out o_user uuid, out o_event jsonb
)
language plpgsql volatile as $$
declare
  v_now        timestamptz := routing_now();
  v_chat       routed_chats;
  v_transfer   transfers;
  v_considered jsonb;
begin
  select * into v_chat from routed_chats where organisation_id = p_organisation and chat_id = p_chat;
  v_transfer := transfer_under_way(v_chat);
  o_found := 'not_waiting';
  if v_transfer.id is null or v_chat.handing_id is not null or v_transfer.ends_at <= v_now
     or is_target_closed(v_transfer) then
    return;
  end if;
  select (array_agg(c.user_id order by c.place) filter (where c.has_room))[1],
         jsonb_agg(jsonb_build_object('operatorId', c.user_id, 'ruledOutBy',
           case when not c.has_room then 'at_limit' end) order by c.has_room desc, c.place)
    into o_user, v_considered
    from (select * from transfer_candidates(v_transfer, v_chat, v_now) order by has_room desc, place limit 20) c;
  o_found := 'nobody';
  if o_user is null then return; end if;
  select jsonb_agg(case when e.one ->> 'operatorId' = o_user::text or e.one ->> 'ruledOutBy' is not null then e.one
                        else e.one || '{"ruledOutBy": "later_in_order"}' end order by e.ordinality)
    into v_considered from jsonb_array_elements(v_considered) with ordinality e (one, ordinality);

  o_found := 'again';
  perform lock_operators(p_organisation, array[o_user]);
  v_chat := lock_chat(p_organisation, p_chat);
  v_transfer := transfer_under_way(v_chat);
  if v_transfer.id is null or v_chat.handing_id is not null then
    o_found := 'not_waiting';
    return;
  end if;
  perform from transfer_candidates(v_transfer, v_chat, v_now) c where c.user_id = o_user and c.has_room;
  if not found then return; end if;
  o_found := 'offered';
  o_event := hand_to(v_transfer, v_chat, o_user, v_considered, v_now);
end
$$;

-- As in 0037; a chat that is held looks for who takes it, if it is handed on.
alter function match_chat(uuid, uuid) rename to match_waiting_chat;
create function match_chat(p_organisation uuid, p_chat uuid) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_seek record;
begin
  perform must_be_read_committed();
  perform from routed_chats where organisation_id = p_organisation and chat_id = p_chat and state = 'active';
  if not found then return match_waiting_chat(p_organisation, p_chat); end if;
  v_seek := seek_taker(p_organisation, p_chat);
  return tell_outcome(p_organisation, null, v_seek.o_found,
    array[v_seek.o_event,
          case when v_seek.o_found = 'offered' then operator_event(p_organisation, v_seek.o_user) end],
    case when v_seek.o_found = 'again' then array[p_chat] end);
end
$$;

-- Transfers that look for somebody, and who could be asked now; with `p_user` only those that could be
-- put to that operator. In the order in which chats are served.
create function sought_transfers(p_organisation uuid default null, p_user uuid default null)
returns table (organisation_id uuid, chat_id uuid, user_id uuid, due_at timestamptz)
language sql volatile as $$
  select c.organisation_id, c.chat_id, k.user_id, c.due_at
    from transfers t
    join routed_chats c on c.organisation_id = t.organisation_id and c.transfer_id = t.id and c.chat_id = t.chat_id
                       and c.handing_id is null and c.state = 'active'
   cross join lateral transfer_candidates(t, c, routing_now()) k
   where t.outcome is null and t.ends_at > routing_now() and t.to_kind <> 'operator'
     and (p_organisation is null or t.organisation_id = p_organisation)
     and not is_target_closed(t) and k.has_room and (p_user is null or k.user_id = p_user)
   order by c.due_at, c.chat_id
$$;

-- An operator (locked) is asked to take what is handed on and is due before the moment given. A chat
-- that somebody has locked is passed over: they look again after their commit.
create function seek_handed_on(p_organisation uuid, p_user uuid, p_before timestamptz, out o_taken int, out o_events jsonb[])
language plpgsql volatile as $$
declare
  v_id       uuid;
  v_chat     routed_chats;
  v_transfer transfers;
begin
  o_taken := 0;
  o_events := '{}';
  for v_id in
    select s.chat_id from sought_transfers(p_organisation, p_user) s where s.due_at <= p_before
  loop
    select * into v_chat from routed_chats
     where organisation_id = p_organisation and chat_id = v_id and handing_id is null and state = 'active'
       for no key update skip locked;
    continue when not found;
    v_transfer := transfer_under_way(v_chat);
    perform from transfer_candidates(v_transfer, v_chat, routing_now()) c where c.user_id = p_user and c.has_room;
    continue when not found;
    o_events := o_events || hand_to(v_transfer, v_chat, p_user,
      jsonb_build_array(jsonb_build_object('operatorId', p_user, 'ruledOutBy', null)), routing_now());
    o_taken := o_taken + 1;
  end loop;
end
$$;

-- As in 0011. What is handed on stands in line by the same due_at as what waits: what is due before
-- the first who waits comes before the line, the rest behind it.
alter function seek_chats(uuid, uuid) rename to seek_waiting_chats;
create function seek_chats(p_organisation uuid, p_user uuid, out o_taken int, out o_events jsonb[])
language plpgsql volatile as $$
declare
  v_first timestamptz;
  v_ahead record;
  v_line  record;
  v_rest  record;
begin
  perform from transfers where organisation_id = p_organisation and outcome is null limit 1;
  if not found then
    select * into o_taken, o_events from seek_waiting_chats(p_organisation, p_user);
    return;
  end if;
  select min(c.due_at) into v_first from heads(p_organisation, p_user, routing_now(), 1) h (chat_id)
    join routed_chats c on c.organisation_id = p_organisation and c.chat_id = h.chat_id;
  v_ahead := seek_handed_on(p_organisation, p_user, coalesce(v_first, 'infinity'));
  v_line := seek_waiting_chats(p_organisation, p_user);
  v_rest := seek_handed_on(p_organisation, p_user, 'infinity');
  o_taken := v_ahead.o_taken + v_line.o_taken + v_rest.o_taken;
  o_events := v_ahead.o_events || v_line.o_events || v_rest.o_events;
end
$$;

-- Transition: transfers of one organisation whose time is over, or whose queue takes no more chats,
-- end; up to `p_most`. Whoever is being asked may still answer. Status: ended | nothing (call until it
-- is nothing).
create function tend_transfers(p_most int default 100) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now    timestamptz := date_trunc('milliseconds', routing_now());
  v_organisation uuid;
  v_chat   routed_chats;
  v_transfer transfers;
  v_events jsonb[] := '{}';
begin
  perform must_be_read_committed();
  v_organisation := first_unswept(array(select distinct o.organisation_id from ending_transfers(v_now) o));
  if v_organisation is null then return tell_outcome(null, null, 'nothing', '{}'); end if;
  for v_chat in
    select c.* from routed_chats c
     where c.organisation_id = v_organisation and c.state = 'active' and c.handing_id is null
       and c.transfer_id in (select e.id from ending_transfers(v_now) e where e.organisation_id = v_organisation)
     order by c.chat_id limit p_most for no key update skip locked
  loop
    v_transfer := transfer_under_way(v_chat);
    continue when v_transfer.id is null;
    perform end_transfer(v_organisation, v_transfer.id,
      case when is_target_closed(v_transfer) then 'queue_closed' else 'nobody' end, null, v_now);
    v_events := v_events || chat_event(v_organisation, v_chat.chat_id, chat_scopes(v_chat),
                                       because_of('transfer_nobody'));
  end loop;
  return tell_outcome(v_organisation, null, case when v_events = '{}' then 'nothing' else 'ended' end, v_events);
end
$$;

create function ending_transfers(p_now timestamptz) returns table (organisation_id uuid, id uuid)
language sql stable as $$
  select t.organisation_id, t.id
    from transfers t
    join routed_chats c on c.organisation_id = t.organisation_id and c.transfer_id = t.id and c.handing_id is null
   where t.outcome is null and t.to_kind <> 'operator' and (t.ends_at <= p_now or is_target_closed(t))
$$;
