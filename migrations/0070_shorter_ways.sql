-- The shorter ways of matching, beside 0069: where nobody can be found nobody is looked for, and what is
-- known under a lock is not asked again. The rules of 0012 hold here.

-- Whether anybody at all might be given the chat now. Whoever is a candidate (0061) is one of these; where
-- there is none, the long search, with what rules each one out, is not begun.
create function is_anybody_free(p_chat routed_chats) returns boolean
language sql stable as $$
  select exists (
    select from queue_members m
      join operator_loads l on l.organisation_id = m.organisation_id and l.user_id = m.user_id
                           and l.kind = p_chat.kind and l.used < l.chat_limit
      join operators o on o.organisation_id = m.organisation_id and o.user_id = m.user_id
                      and o.is_ready and o.wrap_up_until is null
     where m.organisation_id = p_chat.organisation_id and m.queue_id = p_chat.queue_id
       and m.is_joined and m.participates and m.cools_until is null)
$$;

-- As in 0061.
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
  o_found := 'nobody';
  if not is_anybody_free(v_seen) then
    o_event := ring(v_seen);
    return;
  end if;

  select * into v_queue from queues where organisation_id = p_organisation and id = v_seen.queue_id;
  select min(c.user_id::text) filter (where c.place = 1 and c.ruled_out_by is null)::uuid,
         jsonb_agg(jsonb_build_object('operatorId', c.user_id, 'ruledOutBy',
           case when c.ruled_out_by is null and c.place > 1 then 'later_in_order' else c.ruled_out_by end)
           order by c.place)
    into o_user, v_because
    from candidates(v_seen, v_queue, routing_now()) c;
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
  if not found or not has_room(v_seen, o_user) then return; end if;
  perform from queue_members
    where organisation_id = p_organisation and queue_id = v_seen.queue_id and user_id = o_user
      and is_joined and participates and cools_until is null;
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

-- As in 0044. What no chat of the queue asks for, and nobody has passed on, is not looked up for each.
create or replace function bystanders(p_chat routed_chats, p_user uuid, p_now timestamptz) returns jsonb
language sql stable as $$
  select jsonb_build_array(jsonb_build_object('operatorId', p_user, 'ruledOutBy', null))
      || coalesce(jsonb_agg(jsonb_build_object('operatorId', b.user_id,
           'ruledOutBy', coalesce(b.reason, 'later_in_order')) order by b.user_id), '[]')
    from (
      select m.user_id, ruled_out_by(p_chat, q, o, m, l,
               not exists (select from queue_skills s
                            where s.organisation_id = p_chat.organisation_id and s.queue_id = p_chat.queue_id)
                 or may_have(p_chat, m.user_id, p_now),
               exists (select from exclusions x
                        where x.organisation_id = p_chat.organisation_id and x.chat_id = p_chat.chat_id)
                 and is_excluded(p_chat, m.user_id, p_now)) as reason
        from queue_members m
        join queues q on q.organisation_id = m.organisation_id and q.id = m.queue_id
        join operators o on o.organisation_id = m.organisation_id and o.user_id = m.user_id
        join operator_loads l on l.organisation_id = m.organisation_id and l.user_id = m.user_id
                             and l.kind = p_chat.kind
       where m.organisation_id = p_chat.organisation_id and m.queue_id = p_chat.queue_id
         and m.user_id <> p_user
       order by m.user_id
       limit 19) b
$$;

-- As in 0061. How long a skill keeps a queue's chats from the operator is asked once for a queue, not for
-- each chat; and who has passed nothing on is not asked who else could have had it.
create or replace function heads(p_organisation uuid, p_user uuid, p_now timestamptz, p_most int)
returns setof uuid
language sql stable as $$
  select h.chat_id
    from queue_members m
    join queues q on q.organisation_id = m.organisation_id and q.id = m.queue_id
                 and not is_by_hand(q.strategy)
    join operators o on o.organisation_id = m.organisation_id and o.user_id = m.user_id
                    and case when q.is_test then o.takes_tests else o.takes_chats end
    join operator_loads l on l.organisation_id = m.organisation_id and l.user_id = m.user_id and l.kind = q.kind
   cross join lateral (select skill_wait(m.organisation_id, m.queue_id, m.user_id) as long offset 0) w
   cross join lateral (
     select c.chat_id, c.due_at from routed_chats c
      where c.organisation_id = m.organisation_id and c.queue_id = m.queue_id and c.state = 'waiting'
        and (c.held_for is null or c.held_for = p_user)
        and c.enqueued_at + w.long <= p_now
        and not (exists (
                   select from exclusions x
                    where x.organisation_id = c.organisation_id and x.chat_id = c.chat_id and x.user_id = p_user)
                 and is_excluded(c, p_user, p_now))
      order by c.due_at, c.chat_id
      limit p_most) h
   where m.organisation_id = p_organisation and m.user_id = p_user and m.is_joined and m.participates
     and l.used < l.chat_limit and has_units(o, q) and m.cools_until is null
   order by h.due_at, h.chat_id
   limit p_most
$$;

-- As in 0045. Without room for anything the heads of the lines are not looked at; and mostly the first of
-- them is the one.
create or replace function seek_waiting_chats(p_organisation uuid, p_user uuid, out o_taken int, out o_events jsonb[])
language plpgsql volatile as $$
declare
  v_now      timestamptz;
  v_id       uuid;
  v_chat     routed_chats;
  v_is_taken boolean;
  v_seen     int;
  v_most     int := 2;
begin
  o_taken := 0;
  o_events := '{}';
  loop
    perform from operators o
      where o.organisation_id = p_organisation and o.user_id = p_user and o.is_ready and o.wrap_up_until is null
        and exists (select from operator_loads l
                     where l.organisation_id = p_organisation and l.user_id = p_user and l.used < l.chat_limit);
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
    v_most := case when v_is_taken then 2 else v_most * 4 end;
  end loop;
end
$$;

-- Whether an operator, whose row is locked, might be given more: there is room for a kind of chat, and they
-- serve a queue of that kind or somebody is handing something on. If not, there is nothing to match after
-- the commit: whatever changes that later is matched after its own.
create function may_take_more(p_organisation uuid, p_user uuid) returns boolean
language sql volatile as $$
  select exists (
    select from operator_loads l
     where l.organisation_id = p_organisation and l.user_id = p_user and l.used < l.chat_limit
       and (exists (
              select from queue_members m
                join queues q on q.organisation_id = m.organisation_id and q.id = m.queue_id and q.kind = l.kind
               where m.organisation_id = p_organisation and m.user_id = p_user and m.is_joined)
            or exists (select from transfers t where t.organisation_id = p_organisation and t.outcome is null)))
$$;

-- As in 0046 and 0051, in one go. A chat ends, whatever state it is in, and its operator wraps up; with
-- `p_holder` only if that operator holds it. Whoever gets room by it takes the next chat in the same
-- transaction. A handing that was under way is over.
create or replace function end_chat(
  p_organisation uuid, p_chat uuid, p_holder uuid, p_because chat_end, p_actor uuid
) returns routing_outcome
language plpgsql volatile as $$
declare
  v_now    timestamptz;
  v_seen   routed_chats;
  v_chat   routed_chats;
  v_because chat_end := p_because;
  v_wraps  timestamptz;
  v_seek   record;
  v_events jsonb[];
  v_match  uuid[] := '{}';
begin
  select * into v_seen from routed_chats where organisation_id = p_organisation and chat_id = p_chat;
  if not found then
    return tell_outcome(p_organisation, p_actor, case
      when exists (select from chats where organisation_id = p_organisation and id = p_chat and closed_at is not null)
      then 'closed' else 'not_found' end, '{}');
  end if;
  perform lock_operators(p_organisation, array[v_seen.operator_id, v_seen.handing_to]);
  v_chat := lock_chat(p_organisation, p_chat);
  if v_chat.handing_to is distinct from v_seen.handing_to or v_chat.operator_id is distinct from v_seen.operator_id then
    return tell_outcome(p_organisation, p_actor, 'again', '{}');
  end if;
  if v_chat.state = 'closed' then return tell_outcome(p_organisation, p_actor, 'closed', '{}'); end if;
  if p_holder is not null and (v_chat.state <> 'active' or v_chat.operator_id <> p_holder) then
    return tell_outcome(p_organisation, p_actor, 'not_holder', '{}');
  end if;
  if p_because = 'abandoned' and v_chat.state = 'active' then v_because := 'visitor'; end if;

  v_now := date_trunc('milliseconds', routing_now());
  v_wraps := begin_wrap_up(v_chat, v_now);
  update assignments
     set state = case when state = 'active' then 'ended' else 'rescinded' end::assignment_state, ended_at = v_now,
         wraps_until = v_wraps
   where organisation_id = p_organisation and id = v_chat.assignment_id and state in ('offered', 'active');
  update routed_chats set state = 'closed', assignment_id = null, operator_id = null, closed_at = v_now,
         held_for = null, hold_until = null
   where organisation_id = p_organisation and chat_id = p_chat;
  delete from exclusions where organisation_id = p_organisation and chat_id = p_chat;
  v_events := array[chat_event(p_organisation, p_chat, chat_scopes(v_chat), because_of('closed_' || v_because))];
  if v_chat.operator_id is not null then
    v_seek := seek_chats(p_organisation, v_chat.operator_id);
    v_events := v_events || v_seek.o_events || operator_event(p_organisation, v_chat.operator_id);
    if may_take_more(p_organisation, v_chat.operator_id) then v_match := array[v_chat.operator_id]; end if;
  end if;
  update chats set closed_at = v_now, closed_because = v_because
   where organisation_id = p_organisation and id = p_chat and closed_at is null;
  if v_chat.state = 'active' and v_chat.transfer_id is not null then
    perform end_transfer(p_organisation, v_chat.transfer_id, 'chat_ended', p_actor, v_now);
  end if;
  if v_chat.handing_to is not null then
    update assignments set state = 'rescinded', ended_at = v_now
     where organisation_id = p_organisation and id = v_chat.handing_id and state = 'offered';
    v_events := v_events || operator_event(p_organisation, v_chat.handing_to);
    v_match := v_match || v_chat.handing_to;
  end if;
  return tell_outcome(p_organisation, p_actor, 'closed', v_events, '{}', v_match);
end
$$;
drop function end_chat_of_holder(uuid, uuid, uuid, chat_end, uuid);

-- As in 0061. First who has room, and only for them whether something waits that they would be given.
create or replace function reconcile(p_organisation uuid default null, p_most int default 100)
returns table (organisation_id uuid, user_id uuid)
language sql volatile as $$
  with recursive line as (
    (select c.organisation_id, c.queue_id from routed_chats c
      where c.state = 'waiting' and (p_organisation is null or c.organisation_id = p_organisation)
      order by 1, 2 limit 1)
    union all
    select n.organisation_id, n.queue_id
      from line
     cross join lateral (
       select c.organisation_id, c.queue_id from routed_chats c
        where c.state = 'waiting' and (p_organisation is null or c.organisation_id = p_organisation)
          and (c.organisation_id, c.queue_id) > (line.organisation_id, line.queue_id)
        order by 1, 2 limit 1) n
  ),
  free as materialized (
    select q.organisation_id, q.id as queue_id, o.user_id
      from line
      join queues q on q.organisation_id = line.organisation_id and q.id = line.queue_id
                   and not is_by_hand(q.strategy)
      join queue_members m on m.organisation_id = q.organisation_id and m.queue_id = q.id
                          and m.is_joined and m.participates and m.cools_until is null
      join operators o on o.organisation_id = m.organisation_id and o.user_id = m.user_id
                      and o.is_ready and o.wrap_up_until is null
                      and case when q.is_test then o.takes_tests else o.takes_chats end
      join operator_loads l on l.organisation_id = o.organisation_id and l.user_id = o.user_id
                           and l.kind = q.kind and l.used < l.chat_limit and has_units(o, q)
  )
  select distinct f.organisation_id, f.user_id
    from free f
   cross join lateral (select skill_wait(f.organisation_id, f.queue_id, f.user_id) as long offset 0) w
   where exists (
     select from routed_chats c
      where c.organisation_id = f.organisation_id and c.queue_id = f.queue_id and c.state = 'waiting'
        and (c.held_for is null or c.held_for = f.user_id)
        and c.enqueued_at + w.long <= routing_now()
        and not is_excluded(c, f.user_id, routing_now()))
   order by 1, 2
   limit p_most
$$;
