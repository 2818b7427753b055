-- What a floor of a thousand operators and ten thousand waiting chats asks of the plans. Whether
-- somebody is there and has room changes with a whole shift within a minute, long before the planner's
-- figures follow; a plan that was made while nobody was ready joins everybody with everybody. So the
-- order of every search is written down: from the queue to its members, from each by key to the load,
-- which most often says no, and only then to the operator. (`offset 0` keeps a step where it is.)

-- Whether anybody of the chat's queue has room: asked at every arrival, on a full floor in vain.
create or replace function is_anybody_free(p_chat routed_chats) returns boolean
language sql stable as $$
  select exists (
    select from (
      select m.organisation_id, m.user_id from queue_members m
       where m.organisation_id = p_chat.organisation_id and m.queue_id = p_chat.queue_id
         and m.is_joined and m.participates and m.cools_until is null
      offset 0) m
     cross join lateral (
      select from operator_loads l
       where l.organisation_id = m.organisation_id and l.user_id = m.user_id and l.kind = p_chat.kind
         and l.used < l.chat_limit
      offset 0) l
     cross join lateral (
      select from operators o
       where o.organisation_id = m.organisation_id and o.user_id = m.user_id
         and o.is_ready and o.wrap_up_until is null
      offset 0) o)
$$;

-- Operators with room for whom a chat waits that no command is under way for, queue by queue of those
-- where a chat waits.
create or replace function reconcile(p_organisation uuid default null, p_most int default 100)
returns table (organisation_id uuid, user_id uuid)
language sql as $$
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
  with_room as materialized (
    select q.organisation_id, q.id as queue_id, m.user_id
      from line
     cross join lateral (
       select * from queues q
        where q.organisation_id = line.organisation_id and q.id = line.queue_id and not is_by_hand(q.strategy)
       offset 0) q
     cross join lateral (
       select m.user_id from queue_members m
        where m.organisation_id = q.organisation_id and m.queue_id = q.id
          and m.is_joined and m.participates and m.cools_until is null
       offset 0) m
     cross join lateral (
       select from operator_loads l
        where l.organisation_id = q.organisation_id and l.user_id = m.user_id and l.kind = q.kind
          and l.used < l.chat_limit
       offset 0) l
  )
  select distinct r.organisation_id, r.user_id
    from with_room r
    join queues q on q.organisation_id = r.organisation_id and q.id = r.queue_id
   cross join lateral (
     select skill_wait(r.organisation_id, r.queue_id, r.user_id) as long from operators o
      where o.organisation_id = r.organisation_id and o.user_id = r.user_id
        and o.is_ready and o.wrap_up_until is null and has_units(o, q)
        and case when q.is_test then o.takes_tests else o.takes_chats end
     offset 0) w
   where exists (
     select from routed_chats c
      where c.organisation_id = r.organisation_id and c.queue_id = r.queue_id and c.state = 'waiting'
        and (c.held_for is null or c.held_for = r.user_id)
        and c.enqueued_at + w.long <= routing_now()
        and not is_excluded(c, r.user_id, routing_now()))
   order by 1, 2
   limit p_most
$$;

-- Nobody counts a line that may be as long as it likes.
create or replace function is_line_full(p_queue queues) returns boolean
language sql as $$
  select p_queue.max_waiting is not null and p_queue.max_waiting <= (
    select count(*) from routed_chats
     where organisation_id = p_queue.organisation_id and queue_id = p_queue.id and state = 'waiting') + (
    select count(*) from routed_chats
     where organisation_id = p_queue.organisation_id and queue_id = p_queue.id and state = 'early')
$$;

-- A transition knows by key whatever it touches. One whose plan was made on an empty floor must not
-- read a whole table on a full one; and one plan does for everybody, so it is made once. To be called
-- by whatever migration makes or replaces a transition.
create function plan_transitions_by_key() returns void
language plpgsql volatile as $$
declare
  v_transition regprocedure;
begin
  for v_transition in
    select p.oid::regprocedure from pg_proc p
     where p.pronamespace = 'public'::regnamespace and p.prorettype = 'routing_outcome'::regtype
       and p.proconfig @> array['search_path=public']
  loop
    execute format('alter function %s set enable_seqscan = off', v_transition);
    execute format('alter function %s set enable_hashjoin = off', v_transition);
    execute format('alter function %s set enable_mergejoin = off', v_transition);
    execute format('alter function %s set plan_cache_mode = force_generic_plan', v_transition);
  end loop;
end
$$;

select plan_transitions_by_key();
