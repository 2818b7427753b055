-- How the one who is offered a chat is chosen is the administrator's to say, queue by queue. As 0036
-- and 0037, with the ways that work and no others; 0045 has picking, 0046 and later what else is
-- looked at here.
--
-- Glossary
--   strategy   how those who could take a chat are put in order, within a level (tier)
--   turn       when a member of a queue was last offered a chat of that very queue
--   by hand    a queue whose chats are offered to nobody: who has joined picks from the list
--   wrap-up    the time after a chat in which its operator is given nothing new (0046)
--   held for   a chat that waits for one operator alone, for a while (0048)

-- A new type rather than one more value: levels are a part of every strategy, and calling everybody
-- together is what happens where nobody serves a queue (0036), so neither is a strategy of its own.
alter type queue_strategy rename to queue_strategy_before;
create type queue_strategy as enum (
  'longest_idle', 'least_loaded', 'round_robin', 'fewest_today', 'most_full', 'manual_pick'
);
alter table queues
  alter column strategy drop default,
  alter column strategy type queue_strategy using
    case when strategy in ('priority_tiers', 'ring_all') then 'longest_idle' else strategy::text end::queue_strategy,
  alter column strategy set default 'longest_idle';
drop type queue_strategy_before;

alter table queue_members add column last_offered_at timestamptz;
alter table operators
  add column taken_today smallint not null default 0 check (taken_today >= 0),
  add column taken_on date,                  -- the day that taken_today counts; another day: none yet
  add column wrap_up_until timestamptz;      -- not null: wrapping up
alter table routed_chats
  add column held_for uuid,
  add column hold_until timestamptz,
  add check ((held_for is null) = (hold_until is null));

-- The day at the organisation, whose midnight is where "today" begins for everybody in it.
create function day_of(p_organisation uuid, p_at timestamptz) returns date
language sql stable as $$
  select (p_at at time zone time_zone)::date from accounts
   where organisation_id = p_organisation and id = p_organisation
$$;

-- As in 0009, and counts what an operator is given in a day, however it comes to be theirs: whoever
-- makes an assignment active holds the operator's row already.
create or replace function assignments_move_loads() returns trigger
language plpgsql as $$
declare
  v_row assignments := case when tg_op = 'DELETE' then old else new end;
  v_by  int := 0;
  v_today date;
begin
  if tg_op <> 'DELETE' and new.state in ('offered', 'active') then v_by := v_by + 1; end if;
  if tg_op <> 'INSERT' and old.state in ('offered', 'active') then v_by := v_by - 1; end if;
  if v_by <> 0 then
    update operator_loads set used = used + v_by
     where organisation_id = v_row.organisation_id and user_id = v_row.user_id and kind = v_row.chat_kind;
    if not found then
      raise exception 'only an operator can be assigned a chat' using errcode = 'foreign_key_violation';
    end if;
  end if;
  if v_row.state = 'active' and (tg_op = 'INSERT' or tg_op = 'UPDATE' and old.state <> 'active') then
    v_today := day_of(v_row.organisation_id, routing_now());
    update operators
       set taken_today = case when taken_on = v_today then taken_today + 1 else 1 end, taken_on = v_today
     where organisation_id = v_row.organisation_id and user_id = v_row.user_id;
  end if;
  return null;
end
$$;

-- What rules an operator out for a chat; null when nothing does. The first reason that applies is
-- the one given: whom the chat is not for at all is ruled out by that, wherever they are.
drop function ruled_out_by(operators, queue_members, operator_loads, boolean, boolean, boolean);
create function ruled_out_by(
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
    when p_queue.strategy = 'manual_pick' then 'by_hand'
    when p_chat.held_for <> p_operator.user_id then 'held_for_another'
    when p_is_excluded then 'excluded'
  end
$$;

-- Who is assigned to the chat's queue, at most twenty: first those who may have the chat, in the
-- order in which they would be chosen, then others by their ids, with what rules each one out.
--
-- The order is the tier, then the strategy, then the longest idle (whose last offer, of any queue,
-- is the longest ago), then the user id, so that the same facts always give the same choice:
--   longest_idle   nothing before the longest idle
--   least_loaded   the smallest part of the limit; most_full: the largest with room left
--   round_robin    whose turn in this queue is the longest ago, whatever other queues gave them
--   fewest_today   the fewest chats since midnight
-- Looks first at who is ready: where nobody is, a long list costs nothing.
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
               when 'least_loaded' then l.used / greatest(l.chat_limit, 1)::float8
               when 'most_full' then - l.used / greatest(l.chat_limit, 1)::float8
               when 'fewest_today' then case when o.taken_on = t.day then o.taken_today else 0 end::float8
             end,
             case when p_queue.strategy = 'round_robin' then m.last_offered_at end nulls first,
             o.last_offered_at nulls first,
             m.user_id) as place
      from today t
     cross join operators o
      join queue_members m on m.organisation_id = o.organisation_id and m.user_id = o.user_id
                          and m.queue_id = p_chat.queue_id and m.is_joined and m.participates
      join operator_loads l on l.organisation_id = o.organisation_id and l.user_id = o.user_id
                           and l.kind = p_chat.kind and l.used < l.chat_limit
     where o.organisation_id = p_chat.organisation_id and o.is_ready and o.wrap_up_until is null
       and p_queue.strategy <> 'manual_pick'
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

-- As in 0036.
create or replace function bystanders(p_chat routed_chats, p_user uuid, p_now timestamptz) returns jsonb
language sql stable as $$
  select jsonb_build_array(jsonb_build_object('operatorId', p_user, 'ruledOutBy', null))
      || coalesce(jsonb_agg(jsonb_build_object('operatorId', b.user_id,
           'ruledOutBy', coalesce(b.reason, 'later_in_order')) order by b.user_id), '[]')
    from (
      select m.user_id, ruled_out_by(p_chat, q, o, m, l, may_have(p_chat, m.user_id, p_now),
               is_excluded(p_chat, m.user_id, p_now)) as reason
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

-- As in 0036: the chats that an operator would take next, over all the queues they serve.
create or replace function heads(p_organisation uuid, p_user uuid, p_now timestamptz, p_most int)
returns setof uuid
language sql stable as $$
  select h.chat_id
    from queue_members m
    join queues q on q.organisation_id = m.organisation_id and q.id = m.queue_id
                 and q.strategy <> 'manual_pick'
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
     and l.used < l.chat_limit
   order by h.due_at, h.chat_id
   limit p_most
$$;

-- As in 0036: operators with room for whom a chat is waiting that they would be given.
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
                 and q.strategy <> 'manual_pick'
    join queue_members m on m.organisation_id = q.organisation_id and m.queue_id = q.id
                        and m.is_joined and m.participates
    join operators o on o.organisation_id = m.organisation_id and o.user_id = m.user_id
                    and o.is_ready and o.wrap_up_until is null
                    and case when q.is_test then o.takes_tests else o.takes_chats end
    join operator_loads l on l.organisation_id = o.organisation_id and l.user_id = o.user_id
                         and l.kind = q.kind and l.used < l.chat_limit
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
