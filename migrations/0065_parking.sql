-- How a deferred chat comes to be parked: nobody has written for as long as its queue says, its
-- operator sets it aside, or its operator is gone. The rules of 0012 hold here.
--
-- Whether the visitor has the last word is asked with the chat's row locked, which everybody who
-- writes in it locks as well: of a message and a parking that meet, the later sees the earlier.

alter table routed_chats
  add check ((state = 'parked') = (parked_at is not null)),
  add check ((parked_at is null) = (parked_because is null)),
  add check (parked_at is not null or parked_for is null and not parked_owes),
  add check (state <> 'parked' or kind = 'deferred');
create index routed_chats_deferred on routed_chats (organisation_id, queue_id)
  where state = 'active' and kind = 'deferred';
create index routed_chats_parked on routed_chats (organisation_id, parked_for) where state = 'parked';

-- Whatever takes a chat from where it was parked ends the parking, whoever does it.
create function routed_chats_end_parking() returns trigger
language plpgsql as $$
begin
  new.parked_for := null;
  new.parked_at := null;
  new.parked_because := null;
  new.parked_owes := false;
  return new;
end
$$;
create trigger routed_chats_end_parking before update of state on routed_chats for each row
  when (old.state = 'parked' and new.state <> 'parked') execute function routed_chats_end_parking();

-- A visitor who writes in a parked chat wakes it. The one who writes has locked the chat's row, so no
-- parking can be under way.
create function messages_wake() returns trigger
language plpgsql as $$
begin
  update chats c set wakes = true
   where c.organisation_id = new.organisation_id and c.id = new.chat_id and not c.wakes
     and exists (
       select from routed_chats r
        where r.organisation_id = c.organisation_id and r.chat_id = c.id and r.state = 'parked');
  return null;
end
$$;
create trigger messages_wake after insert on messages for each row
  when (new.author = 'visitor') execute function messages_wake();

-- A parked chat is its floor's and its operator's to see; its queue has nothing to do with it.
alter function chat_scopes(routed_chats) rename to chat_scopes_of_others;
create function chat_scopes(p_chat routed_chats) returns text[]
language sql immutable as $$
  select case
    when p_chat.state <> 'parked' then chat_scopes_of_others(p_chat)
    when p_chat.parked_for is null then array['floor:' || p_chat.account_id]
    else array['floor:' || p_chat.account_id, 'user:' || p_chat.parked_for]
  end
$$;

alter view chat_rows rename to chat_rows_without_parking;
create view chat_rows as
select r.organisation_id, r.chat_id, r.account_id, r.queue_id, r.operator_id, r.state, r.due_at,
       r.row || jsonb_build_object('parked', case when c.state = 'parked' then jsonb_build_object(
         'operatorId', c.parked_for,
         'at', instant(c.parked_at),
         'because', c.parked_because,
         'isOwed', c.parked_owes) end) as row,
       r.handing_to, c.parked_for
  from routed_chats c
  join chat_rows_without_parking r on r.organisation_id = c.organisation_id and r.chat_id = c.chat_id;

-- When an operator had the last word in a chat; null while the visitor has it.
create function answered_at(p_organisation uuid, p_chat uuid) returns timestamptz
language sql stable as $$
  select case when author = 'operator' then at end from messages
   where organisation_id = p_organisation and chat_id = p_chat and author <> 'system'
   order by seq desc limit 1
$$;

-- Sets an active chat aside, of which the operator and the chat are locked.
create function set_aside(p_chat routed_chats, p_because parked_because, p_now timestamptz) returns jsonb
language plpgsql volatile as $$
declare
  v_now timestamptz := date_trunc('milliseconds', p_now);
begin
  update chats set wakes = false where organisation_id = p_chat.organisation_id and id = p_chat.chat_id;
  update assignments set state = 'ended', ended_at = v_now
   where organisation_id = p_chat.organisation_id and id = p_chat.assignment_id and state = 'active';
  update routed_chats
     set state = 'parked', assignment_id = null, operator_id = null, parked_for = p_chat.operator_id,
         parked_at = v_now, parked_because = p_because,
         parked_owes = answered_at(p_chat.organisation_id, p_chat.chat_id) is null
   where organisation_id = p_chat.organisation_id and chat_id = p_chat.chat_id;
  return chat_event(p_chat.organisation_id, p_chat.chat_id, chat_scopes(p_chat),
    because_of('parked_' || p_because, null, jsonb_build_array(
      jsonb_build_object('operatorId', p_chat.operator_id, 'ruledOutBy', 'parked_' || p_because))));
end
$$;

-- When an active chat has been quiet for as long as its queue says; null: it never has. Whoever has
-- just been given it, or taken it back, has as long to write.
create function parks_at(p_chat routed_chats) returns timestamptz
language sql stable as $$
  select greatest(w.at, a.accepted_at) + q.park_after_minutes * interval '1 minute'
    from queues q
    join assignments a on a.organisation_id = q.organisation_id and a.id = p_chat.assignment_id
   cross join lateral (select answered_at(p_chat.organisation_id, p_chat.chat_id) as at offset 0) w
   where q.organisation_id = p_chat.organisation_id and q.id = p_chat.queue_id and w.at is not null
$$;

-- Chats that have been quiet for long enough. One that is being handed on is not quiet. What was written
-- is looked up for those alone that somebody has had for so long.
create function quiet_chats(p_now timestamptz)
returns table (organisation_id uuid, chat_id uuid, operator_id uuid)
language sql stable as $$
  with held as materialized (
    select c from routed_chats c
      join queues q on q.organisation_id = c.organisation_id and q.id = c.queue_id
      join assignments a on a.organisation_id = c.organisation_id and a.id = c.assignment_id
     where c.state = 'active' and c.kind = 'deferred'
       and a.accepted_at + q.park_after_minutes * interval '1 minute' <= p_now
  )
  select (h.c).organisation_id, (h.c).chat_id, (h.c).operator_id
    from held h
   where parks_at(h.c) <= p_now and (transfer_under_way(h.c)).id is null
$$;

-- Transition: an operator's deferred chat is parked, by the operator, or because it is quiet
-- (`p_seen` null). `p_seen`: the last message that the operator has seen; whoever sets a chat aside
-- must not set aside what they have not read.
-- Status: parked (also when it is already) | spoken | not_quiet | live | under_way | not_holder.
create function park_chat(p_organisation uuid, p_chat uuid, p_user uuid, p_seen int default null)
returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_chat  routed_chats;
  v_no    text;
  v_event jsonb;
  v_actor uuid := case when p_seen is not null then p_user end;
begin
  perform lock_operators(p_organisation, array[p_user]);
  v_chat := lock_chat(p_organisation, p_chat);
  if v_chat.state = 'parked' and v_chat.parked_for = p_user then
    return tell_outcome(p_organisation, v_actor, 'parked', '{}');
  end if;
  v_no := case
    when v_chat.state is distinct from 'active' or v_chat.operator_id <> p_user then 'not_holder'
    when v_chat.kind <> 'deferred' then 'live'
    when (transfer_under_way(v_chat)).id is not null then 'under_way'
  end;
  if v_no is not null then return tell_outcome(p_organisation, v_actor, v_no, '{}'); end if;
  perform from chats where organisation_id = p_organisation and id = p_chat for no key update;
  v_no := case
    when p_seen is null and coalesce(parks_at(v_chat) > routing_now(), true) then 'not_quiet'
    when exists (select from messages
                  where organisation_id = p_organisation and chat_id = p_chat and author = 'visitor'
                    and seq > p_seen) then 'spoken'
  end;
  if v_no is not null then return tell_outcome(p_organisation, v_actor, v_no, '{}'); end if;
  v_event := set_aside(v_chat, case when p_seen is null then 'quiet' else 'by_hand' end::parked_because, routing_now());
  return tell_outcome(p_organisation, v_actor, 'parked', array[v_event, operator_event(p_organisation, p_user)],
    '{}', array[p_user]);
end
$$;

-- Whether a chat is kept for its operator when they are gone.
create function is_kept(p_chat routed_chats) returns boolean
language sql stable as $$
  select p_chat.kind = 'deferred' and p_chat.state = 'active' and exists (
    select from queues
     where organisation_id = p_chat.organisation_id and id = p_chat.queue_id and when_gone = 'keep')
$$;

-- As in 0050, and a chat whose queue says so is kept for an operator who is gone.
create or replace function put_back(p_assignment assignments, p_state assignment_state, p_rule text, p_now timestamptz)
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
  elsif v_chat.assignment_id = p_assignment.id and p_rule = 'not_connected' and is_kept(v_chat) then
    return set_aside(v_chat, 'gone', v_now);
  end if;
  return put_back_in_queue(p_assignment, p_state, p_rule, p_now);
end
$$;
