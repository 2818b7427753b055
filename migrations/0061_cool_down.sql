-- Cool-down: a queue leaves whoever was given one of its chats in peace for a while: for so many seconds
-- after each, and, where they were given so many within a time, until the first of those is that long
-- ago. Only its own chats count, and only what it gives by itself waits: who picks, takes what rings,
-- or is handed a chat has asked for it or been asked, and is not held back; that it counts.
--
-- It ends by the sweep, as wrap-ups and holds do (0046, 0048): a search finds who may be given a chat
-- by a column, and not by a look at the clock. The rules of 0012 hold here.

alter table queues
  add column cooldown_seconds int check (cooldown_seconds between 1 and 3600),   -- null: none
  add column burst_most smallint check (burst_most between 1 and 50),            -- null: any number
  add column burst_seconds int not null default 60 check (burst_seconds between 1 and 3600);

alter table queue_members
  add column lately timestamptz[] not null default '{}',  -- when they were given its latest chats
  add column cools_until timestamptz;                     -- not null: given none by this queue
create index queue_members_cooling on queue_members (cools_until) where cools_until is not null;

-- Whoever makes an assignment holds the operator's row, so those of one operator come one after the other.
create function assignments_cool_down() returns trigger
language plpgsql as $$
declare
  v_queue  queues;
  v_lately timestamptz[];
  v_until  timestamptz;
begin
  select * into v_queue from queues where organisation_id = new.organisation_id and id = new.queue_id;
  if v_queue.cooldown_seconds is null and v_queue.burst_most is null then return null; end if;
  select lately || new.offered_at into v_lately from queue_members
   where organisation_id = new.organisation_id and queue_id = new.queue_id and user_id = new.user_id;
  if not found then return null; end if;
  v_lately := v_lately[greatest(1, cardinality(v_lately) - coalesce(v_queue.burst_most, 1) + 1):];
  v_until := greatest(new.offered_at + v_queue.cooldown_seconds * interval '1 second',
    case when cardinality(v_lately) = v_queue.burst_most
         then v_lately[1] + v_queue.burst_seconds * interval '1 second' end);
  update queue_members
     set lately = v_lately, cools_until = case when v_until > new.offered_at then v_until end
   where organisation_id = new.organisation_id and queue_id = new.queue_id and user_id = new.user_id;
  return null;
end
$$;
create trigger assignments_cool_down after insert on assignments
  for each row execute function assignments_cool_down();

-- Who has been left in peace for long enough, or whose queue asks for it no more.
create function cooled_down(p_now timestamptz) returns table (organisation_id uuid, queue_id uuid, user_id uuid)
language sql stable as $$
  select m.organisation_id, m.queue_id, m.user_id
    from queue_members m
    join queues q on q.organisation_id = m.organisation_id and q.id = m.queue_id
   where m.cools_until is not null
     and (m.cools_until <= p_now or q.cooldown_seconds is null and q.burst_most is null)
$$;

-- Transition: cool-downs of one organisation that are over end, of up to `p_most` operators. They are
-- matched after the commit; should the server die before, the reconciler finds them.
-- Status: ended | nothing (call until it is nothing).
create function expire_cooldowns(p_most int default 100) returns routing_outcome
language plpgsql volatile set search_path = public as $$
declare
  v_now timestamptz := routing_now();
  v_organisation uuid;
  v_users uuid[];
begin
  perform must_be_read_committed();
  v_organisation := first_unswept(array(select distinct c.organisation_id from cooled_down(v_now) c));
  if v_organisation is null then return tell_outcome(null, null, 'nothing', '{}'); end if;
  v_users := array(select distinct c.user_id from cooled_down(v_now) c
                    where c.organisation_id = v_organisation order by 1 limit p_most);
  perform lock_operators(v_organisation, v_users);
  update queue_members m set cools_until = null
    from cooled_down(v_now) c
   where c.organisation_id = v_organisation and c.user_id = any (v_users)
     and (m.organisation_id, m.queue_id, m.user_id) = (c.organisation_id, c.queue_id, c.user_id);
  return tell_outcome(v_organisation, null, case when found then 'ended' else 'nothing' end, '{}', '{}', v_users);
end
$$;

-- As in 0044, with units (0060) and cool-down.
create or replace function ruled_out_by(
  p_chat routed_chats, p_queue queues, p_operator operators, p_member queue_members,
  p_load operator_loads, p_has_skills boolean, p_is_excluded boolean
) returns text
language sql stable as $$
  select case
    when p_queue.is_test and not p_operator.takes_tests then 'not_for_tests'
    when not p_queue.is_test and not p_operator.takes_chats then 'tests_only'
    when p_operator.availability <> 'available' then p_operator.availability::text
    when not p_operator.is_present then 'not_connected'
    when p_operator.is_not_answering then 'not_answering'
    when not p_member.participates then 'outside'
    when not p_member.is_joined then 'not_joined'
    when not p_has_skills then 'lacks_skill'
    when p_operator.wrap_up_until is not null then 'wrap_up'
    when p_load.used >= p_load.chat_limit then 'at_limit'
    when not has_units(p_operator, p_queue) then 'units_full'
    when p_member.cools_until is not null then 'cooling_down'
    when is_by_hand(p_queue.strategy) then 'by_hand'
    when p_chat.held_for <> p_operator.user_id then 'held_for_another'
    when p_is_excluded then 'excluded'
  end
$$;

-- As in 0044. A load is how near somebody is to the nearer of their limits.
create or replace function candidates(p_chat routed_chats, p_queue queues, p_now timestamptz)
returns table (user_id uuid, ruled_out_by text, place bigint)
language sql stable as $$
  with passed_on as materialized (
    select x.user_id from exclusions x
     where x.organisation_id = p_chat.organisation_id and x.chat_id = p_chat.chat_id and x.until > p_now
  ),
  excluded as materialized (
    select x.user_id from passed_on x where is_anybody_else_ready(p_chat, p_now)
  ),
  asked_for as materialized (
    select s.skill_id, s.level from queue_skills s
     where s.organisation_id = p_chat.organisation_id and s.queue_id = p_chat.queue_id
       and (s.relax_after_seconds is null
            or p_chat.enqueued_at + s.relax_after_seconds * interval '1 second' > p_now)
  ),
  today as materialized (
    select case when p_queue.strategy = 'fewest_today' then day_of(p_chat.organisation_id, p_now) end as day
  ),
  able as materialized (
    select m.user_id,
           row_number() over (order by
             m.tier,
             case p_queue.strategy
               when 'least_loaded' then part_taken(l, o)
               when 'most_full' then - part_taken(l, o)
               when 'fewest_today' then case when o.taken_on = t.day then o.taken_today else 0 end::float8
             end,
             case when p_queue.strategy = 'round_robin' then m.last_offered_at end nulls first,
             o.last_offered_at nulls first,
             m.user_id) as place
      from today t
     cross join operators o
      join queue_members m on m.organisation_id = o.organisation_id and m.user_id = o.user_id
                          and m.queue_id = p_chat.queue_id and m.is_joined and m.participates
                          and m.cools_until is null
      join operator_loads l on l.organisation_id = o.organisation_id and l.user_id = o.user_id
                           and l.kind = p_chat.kind and l.used < l.chat_limit and has_units(o, p_queue)
     where o.organisation_id = p_chat.organisation_id and o.is_ready and o.wrap_up_until is null
       and not is_by_hand(p_queue.strategy)
       and (p_chat.held_for is null or p_chat.held_for = o.user_id)
       and case when p_queue.is_test then o.takes_tests else o.takes_chats end
       and o.user_id not in (select x.user_id from excluded x)
       and not exists (
         select from asked_for s
          where not exists (
            select from user_skills u
             where u.organisation_id = o.organisation_id and u.user_id = o.user_id
               and u.skill_id = s.skill_id and u.level >= s.level))
     order by place
     limit 20
  ),
  unable as (
    select m.user_id, r.reason
      from queue_members m
      join operators o on o.organisation_id = m.organisation_id and o.user_id = m.user_id
      join operator_loads l on l.organisation_id = m.organisation_id and l.user_id = m.user_id
                           and l.kind = p_chat.kind
     cross join lateral (select ruled_out_by(p_chat, p_queue, o, m, l,
       not exists (select from asked_for) or may_have(p_chat, m.user_id, p_now),
       m.user_id in (select x.user_id from excluded x)) as reason) r
     where m.organisation_id = p_chat.organisation_id and m.queue_id = p_chat.queue_id
       and r.reason is not null
     order by m.user_id
     limit 20 - (select count(*) from able)
  )
  select a.user_id, null, a.place from able a
  union all
  select u.user_id, u.reason, 20 + row_number() over (order by u.user_id) from unable u
$$;

-- As in 0044.
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
   cross join lateral (select skill_wait(m.organisation_id, m.queue_id, m.user_id) as long) w
   cross join lateral (
     select c.chat_id, c.due_at from routed_chats c
      where c.organisation_id = m.organisation_id and c.queue_id = m.queue_id and c.state = 'waiting'
        and (c.held_for is null or c.held_for = p_user)
        and c.enqueued_at + w.long <= p_now
        and not is_excluded(c, p_user, p_now)
      order by c.due_at, c.chat_id
      limit p_most) h
   where m.organisation_id = p_organisation and m.user_id = p_user and m.is_joined and m.participates
     and l.used < l.chat_limit and has_units(o, q) and m.cools_until is null
   order by h.due_at, h.chat_id
   limit p_most
$$;

-- As in 0044.
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
  )
  select distinct o.organisation_id, o.user_id
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
   cross join lateral (select skill_wait(q.organisation_id, q.id, o.user_id) as long) w
   where exists (
     select from routed_chats c
      where c.organisation_id = q.organisation_id and c.queue_id = q.id and c.state = 'waiting'
        and (c.held_for is null or c.held_for = o.user_id)
        and c.enqueued_at + w.long <= routing_now()
        and not is_excluded(c, o.user_id, routing_now()))
   order by 1, 2
   limit p_most
$$;

-- As in 0045.
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
  select * into v_queue from queues where organisation_id = p_organisation and id = v_seen.queue_id;

  select min(c.user_id::text) filter (where c.place = 1 and c.ruled_out_by is null)::uuid,
         jsonb_agg(jsonb_build_object('operatorId', c.user_id, 'ruledOutBy',
           case when c.ruled_out_by is null and c.place > 1 then 'later_in_order' else c.ruled_out_by end)
           order by c.place)
    into o_user, v_because
    from candidates(v_seen, v_queue, routing_now()) c;
  o_found := 'nobody';
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
