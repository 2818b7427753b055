-- Bringing a waiting chat and a ready operator together.
--
-- Two searches, one for each side: a chat that has just come looks for an operator; an operator
-- who has just got room looks for a chat. Both only read at first, then lock, then look again at
-- what they have locked, because what they read may be gone by the time the lock is theirs.
--
-- A search that finds its choice taken does not try the next one while it still holds a lock: that
-- could close a circle of waiting transactions. It answers `again` and is run afresh.

-- Whether somebody serves the queue, is ready, may hold such chats at all, and has not just passed
-- this one on.
create function is_anybody_else_ready(p_organisation uuid, p_chat uuid, p_queue uuid, p_now timestamptz)
returns boolean
language sql stable as $$
  select exists (
    select from queues q
      join queue_members m on m.organisation_id = q.organisation_id and m.queue_id = q.id and m.is_joined
      join operators o on o.organisation_id = m.organisation_id and o.user_id = m.user_id and o.is_ready
      join operator_loads l on l.organisation_id = m.organisation_id and l.user_id = m.user_id
                           and l.kind = q.kind and l.chat_limit > 0
     where q.organisation_id = p_organisation and q.id = p_queue
       and not exists (
         select from exclusions x
          where x.organisation_id = p_organisation and x.chat_id = p_chat and x.user_id = m.user_id
            and x.until > p_now))
$$;

-- Whether an operator may not be offered a chat for now, having just declined or missed it. When
-- nobody else could take it either, the memory is worth less than an answer: it does not count.
create function is_excluded(p_organisation uuid, p_chat uuid, p_queue uuid, p_user uuid, p_now timestamptz)
returns boolean
language sql stable as $$
  select exists (
      select from exclusions
       where organisation_id = p_organisation and chat_id = p_chat and user_id = p_user and until > p_now)
     and is_anybody_else_ready(p_organisation, p_chat, p_queue, p_now)
$$;

-- What rules an operator out for a chat; null when nothing does. The first reason that applies is
-- the one given. The words are those of server/features/routing/decide.ts, which says the same.
create function ruled_out_by(
  p_availability availability, p_is_present boolean, p_is_not_answering boolean,
  p_is_joined boolean, p_used int, p_limit int, p_is_excluded boolean
) returns text
language sql stable as $$
  select case
    when p_availability <> 'available' then p_availability::text
    when not p_is_present then 'not_connected'
    when p_is_not_answering then 'not_answering'
    when not p_is_joined then 'not_joined'
    when p_used >= p_limit then 'at_limit'
    when p_is_excluded then 'excluded'
  end
$$;

-- Who is assigned to the chat's queue, at most twenty: first those who may have the chat, in the
-- order in which they would be chosen (tier, then the queue's strategy, then the user id, so that
-- the same facts always give the same choice), then others by their ids, with what rules each one
-- out. A queue whose strategy is not least_loaded asks the longest idle: the one whose last offer
-- is the longest ago. Looks first at who is ready: where nobody is, a long list costs nothing.
create function candidates(p_chat routed_chats, p_strategy queue_strategy, p_now timestamptz)
returns table (user_id uuid, ruled_out_by text, place bigint)
language sql stable as $$
  with passed_on as materialized (
    select x.user_id from exclusions x
     where x.organisation_id = p_chat.organisation_id and x.chat_id = p_chat.chat_id and x.until > p_now
  ),
  excluded as materialized (
    select x.user_id from passed_on x
     where is_anybody_else_ready(p_chat.organisation_id, p_chat.chat_id, p_chat.queue_id, p_now)
  ),
  able as materialized (
    select m.user_id,
           row_number() over (order by
             m.tier,
             case when p_strategy = 'least_loaded' then l.used / greatest(l.chat_limit, 1)::float8 end,
             o.last_offered_at nulls first,
             m.user_id) as place
      from operators o
      join queue_members m on m.organisation_id = o.organisation_id and m.user_id = o.user_id
                          and m.queue_id = p_chat.queue_id and m.is_joined
      join operator_loads l on l.organisation_id = o.organisation_id and l.user_id = o.user_id
                           and l.kind = p_chat.kind and l.used < l.chat_limit
     where o.organisation_id = p_chat.organisation_id and o.is_ready
       and o.user_id not in (select x.user_id from excluded x)
     order by place
     limit 20
  ),
  unable as (
    select m.user_id, r.reason
      from queue_members m
      join operators o on o.organisation_id = m.organisation_id and o.user_id = m.user_id
      join operator_loads l on l.organisation_id = m.organisation_id and l.user_id = m.user_id
                           and l.kind = p_chat.kind
     cross join lateral (select ruled_out_by(o.availability, o.is_present, o.is_not_answering,
       m.is_joined, l.used, l.chat_limit, m.user_id in (select x.user_id from excluded x)) as reason) r
     where m.organisation_id = p_chat.organisation_id and m.queue_id = p_chat.queue_id
       and r.reason is not null
     order by m.user_id
     limit 20 - (select count(*) from able)
  )
  select a.user_id, null, a.place from able a
  union all
  select u.user_id, u.reason, 20 + row_number() over (order by u.user_id) from unable u
$$;

-- The second look, with the operator's row locked: nobody else can give this operator a chat until
-- we commit, so what is read here stays true. (The check on operator_loads stands behind it.)
create function has_room(p_organisation uuid, p_user uuid, p_kind chat_kind) returns boolean
language sql volatile as $$
  select exists (
    select from operator_loads
     where organisation_id = p_organisation and user_id = p_user and kind = p_kind and used < chat_limit)
$$;

-- Puts a waiting chat to an operator. Both rows are locked, and both were looked at again.
create function put_to(p_chat routed_chats, p_user uuid, p_because jsonb) returns jsonb
language plpgsql volatile as $$
declare
  v_now   timestamptz := date_trunc('milliseconds', routing_now());
  v_queue queues;
  v_id    uuid := gen_random_uuid();
begin
  select * into strict v_queue from queues
   where organisation_id = p_chat.organisation_id and id = p_chat.queue_id;
  insert into assignments (organisation_id, id, chat_id, user_id, queue_id, chat_kind, state,
                           offered_at, expires_at, accepted_at, because)
  values (p_chat.organisation_id, v_id, p_chat.chat_id, p_user, p_chat.queue_id, p_chat.kind,
          case when v_queue.auto_accepts then 'active' else 'offered' end::assignment_state,
          v_now,
          case when not v_queue.auto_accepts then v_now + v_queue.offer_seconds * interval '1 second' end,
          case when v_queue.auto_accepts then v_now end,
          p_because);
  update routed_chats
     set state = case when v_queue.auto_accepts then 'active' else 'offered' end::chat_state,
         assignment_id = v_id, operator_id = p_user
   where organisation_id = p_chat.organisation_id and chat_id = p_chat.chat_id and state = 'waiting';
  update operators set last_offered_at = v_now
   where organisation_id = p_chat.organisation_id and user_id = p_user;
  return chat_event(p_chat.organisation_id, p_chat.chat_id, chat_scopes(p_chat), p_because);
end
$$;

-- A chat looks for an operator. `o_found`: offered | nobody | not_waiting | again.
create function seek_operator(
  p_organisation uuid, p_chat uuid, out o_found text, out o_user uuid, out o_event jsonb
)
language plpgsql volatile as $$
declare
  v_seen      routed_chats;
  v_chat      routed_chats;
  v_strategy  queue_strategy;
  v_because   jsonb;
begin
  select * into v_seen from routed_chats where organisation_id = p_organisation and chat_id = p_chat;
  o_found := 'not_waiting';
  if v_seen.state is distinct from 'waiting' then return; end if;
  select strategy into v_strategy from queues where organisation_id = p_organisation and id = v_seen.queue_id;

  select min(c.user_id::text) filter (where c.place = 1 and c.ruled_out_by is null)::uuid,
         jsonb_agg(jsonb_build_object('operatorId', c.user_id, 'ruledOutBy',
           case when c.ruled_out_by is null and c.place > 1 then 'later_in_order' else c.ruled_out_by end)
           order by c.place)
    into o_user, v_because
    from candidates(v_seen, v_strategy, routing_now()) c;
  o_found := 'nobody';
  if o_user is null then return; end if;
  v_because := jsonb_build_object('chosen', o_user, 'considered', v_because, 'rule',
    case when v_strategy = 'least_loaded' then 'least_loaded' else 'longest_idle' end);

  o_found := 'again';
  perform from operators
    where organisation_id = p_organisation and user_id = o_user and is_ready for no key update;
  if not found or not has_room(p_organisation, o_user, v_seen.kind) then return; end if;
  perform from queue_members
    where organisation_id = p_organisation and queue_id = v_seen.queue_id and user_id = o_user and is_joined;
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

-- The first members of a queue in the order of their ids, with what rules each one out: what is
-- kept beside a pull, where the operator was not chosen among others but came for the next chat.
create function bystanders(p_chat routed_chats, p_user uuid, p_now timestamptz) returns jsonb
language sql stable as $$
  select jsonb_build_array(jsonb_build_object('operatorId', p_user, 'ruledOutBy', null))
      || coalesce(jsonb_agg(jsonb_build_object('operatorId', b.user_id,
           'ruledOutBy', coalesce(b.reason, 'later_in_order')) order by b.user_id), '[]')
    from (
      select m.user_id, ruled_out_by(o.availability, o.is_present, o.is_not_answering, m.is_joined,
               l.used, l.chat_limit,
               is_excluded(m.organisation_id, p_chat.chat_id, m.queue_id, m.user_id, p_now)) as reason
        from queue_members m
        join operators o on o.organisation_id = m.organisation_id and o.user_id = m.user_id
        join operator_loads l on l.organisation_id = m.organisation_id and l.user_id = m.user_id
                             and l.kind = p_chat.kind
       where m.organisation_id = p_chat.organisation_id and m.queue_id = p_chat.queue_id
         and m.user_id <> p_user
       order by m.user_id
       limit 19) b
$$;

-- The chats that an operator would take next, over all the queues they serve: the most urgent
-- first, one short look at the head of each line.
create function heads(p_organisation uuid, p_user uuid, p_now timestamptz, p_most int) returns setof uuid
language sql stable as $$
  select h.chat_id
    from queue_members m
    join queues q on q.organisation_id = m.organisation_id and q.id = m.queue_id
    join operator_loads l on l.organisation_id = m.organisation_id and l.user_id = m.user_id and l.kind = q.kind
   cross join lateral (
     select c.chat_id, c.due_at from routed_chats c
      where c.organisation_id = m.organisation_id and c.queue_id = m.queue_id and c.state = 'waiting'
        and not is_excluded(c.organisation_id, c.chat_id, c.queue_id, p_user, p_now)
      order by c.due_at, c.chat_id
      limit p_most) h
   where m.organisation_id = p_organisation and m.user_id = p_user and m.is_joined and l.used < l.chat_limit
   order by h.due_at, h.chat_id
   limit p_most
$$;

-- An operator, whose row is locked, takes the next chats while there is room. Chats that somebody
-- else has locked are passed over: whoever holds the lock either gives the chat to somebody or
-- looks again after their commit. If every chat within sight is locked, we look further.
create function seek_chats(p_organisation uuid, p_user uuid, out o_taken int, out o_events jsonb[])
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
    perform from operators where organisation_id = p_organisation and user_id = p_user and is_ready;
    exit when not found;
    v_now := routing_now();
    v_is_taken := false;
    v_seen := 0;
    for v_id in select heads(p_organisation, p_user, v_now, v_most) loop
      v_seen := v_seen + 1;
      select * into v_chat from routed_chats
       where organisation_id = p_organisation and chat_id = v_id and state = 'waiting'
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
