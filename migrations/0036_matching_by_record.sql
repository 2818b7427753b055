-- As 0011, with what is set of people: who is for tests, who takes part, who can what.
--
-- Glossary
--   for it     a chat of a test queue is for operators who take tests, any other for those who take
--              chats; nobody else is given it, whoever is online
--   attended   somebody takes part in the queue, has joined it, is ready and for it, and may hold
--              such chats at all. Full is attended: the chat waits for them
--   outside    assigned to the queue without taking part in it: called, all together, while the
--              queue is not attended, whatever their skills, and offered nothing
-- What the words mean in code is in server/features/routing/decide.ts and floor.ts.

create function is_attended(p_organisation uuid, p_queue uuid) returns boolean
language sql stable as $$
  select exists (
    select from queues q
      join queue_members m on m.organisation_id = q.organisation_id and m.queue_id = q.id
                          and m.is_joined and m.participates
      join operators o on o.organisation_id = m.organisation_id and o.user_id = m.user_id and o.is_ready
                      and case when q.is_test then o.takes_tests else o.takes_chats end
      join operator_loads l on l.organisation_id = m.organisation_id and l.user_id = m.user_id
                           and l.kind = q.kind and l.chat_limit > 0
     where q.organisation_id = p_organisation and q.id = p_queue)
$$;

-- Whether a chat that waits in the queue now rings with everybody outside it.
create function calls_all(p_organisation uuid, p_queue uuid) returns boolean
language sql stable as $$
  select exists (
      select from queue_members
       where organisation_id = p_organisation and queue_id = p_queue and not participates and not is_suspended)
     and not is_attended(p_organisation, p_queue)
$$;

-- How long a chat of the queue must have waited before the user may have it: until the last of the
-- skills that they lack is no longer asked for. Zero for one who lacks none; as good as for ever
-- where one of them always is.
create function skill_wait(p_organisation uuid, p_queue uuid, p_user uuid) returns interval
language sql stable as $$
  select coalesce(max(coalesce(s.relax_after_seconds, 1000000000)), 0) * interval '1 second'
    from queue_skills s
   where s.organisation_id = p_organisation and s.queue_id = p_queue
     and not exists (
       select from user_skills u
        where u.organisation_id = s.organisation_id and u.user_id = p_user and u.skill_id = s.skill_id
          and u.level >= s.level)
$$;

create function may_have(p_chat routed_chats, p_user uuid, p_now timestamptz) returns boolean
language sql stable as $$
  select p_chat.enqueued_at + skill_wait(p_chat.organisation_id, p_chat.queue_id, p_user) <= p_now
$$;

drop function is_excluded(uuid, uuid, uuid, uuid, timestamptz);
drop function is_anybody_else_ready(uuid, uuid, uuid, timestamptz);
drop function candidates(routed_chats, queue_strategy, timestamptz);
drop function ruled_out_by(availability, boolean, boolean, boolean, int, int, boolean);

-- Whether somebody attends the queue who has what this chat asks for, and has not just passed it on.
create function is_anybody_else_ready(p_chat routed_chats, p_now timestamptz) returns boolean
language sql stable as $$
  select exists (
    select from queues q
      join queue_members m on m.organisation_id = q.organisation_id and m.queue_id = q.id
                          and m.is_joined and m.participates
      join operators o on o.organisation_id = m.organisation_id and o.user_id = m.user_id and o.is_ready
                      and case when q.is_test then o.takes_tests else o.takes_chats end
      join operator_loads l on l.organisation_id = m.organisation_id and l.user_id = m.user_id
                           and l.kind = q.kind and l.chat_limit > 0
     where q.organisation_id = p_chat.organisation_id and q.id = p_chat.queue_id
       and not exists (
         select from exclusions x
          where x.organisation_id = p_chat.organisation_id and x.chat_id = p_chat.chat_id
            and x.user_id = m.user_id and x.until > p_now)
       and may_have(p_chat, m.user_id, p_now))
$$;

-- Whether an operator may not be offered a chat for now, having just declined or missed it. When
-- nobody else could take it either, the memory is worth less than an answer: it does not count.
create function is_excluded(p_chat routed_chats, p_user uuid, p_now timestamptz) returns boolean
language sql stable as $$
  select exists (
      select from exclusions
       where organisation_id = p_chat.organisation_id and chat_id = p_chat.chat_id
         and user_id = p_user and until > p_now)
     and is_anybody_else_ready(p_chat, p_now)
$$;

-- What rules an operator out for a chat; null when nothing does. The first reason that applies is
-- the one given: whom the chat is not for at all is ruled out by that, wherever they are.
create function ruled_out_by(
  p_operator operators, p_member queue_members, p_load operator_loads,
  p_is_test boolean, p_has_skills boolean, p_is_excluded boolean
) returns text
language sql stable as $$
  select case
    when p_is_test and not p_operator.takes_tests then 'not_for_tests'
    when not p_is_test and not p_operator.takes_chats then 'tests_only'
    when p_operator.availability <> 'available' then p_operator.availability::text
    when not p_operator.is_present then 'not_connected'
    when p_operator.is_not_answering then 'not_answering'
    when not p_member.participates then 'outside'
    when not p_member.is_joined then 'not_joined'
    when not p_has_skills then 'lacks_skill'
    when p_load.used >= p_load.chat_limit then 'at_limit'
    when p_is_excluded then 'excluded'
  end
$$;

-- Who is assigned to the chat's queue, at most twenty: first those who may have the chat, in the
-- order in which they would be chosen (tier, then the queue's strategy, then the user id, so that
-- the same facts always give the same choice), then others by their ids, with what rules each one
-- out. A queue whose strategy is not least_loaded asks the longest idle: the one whose last offer
-- is the longest ago. Looks first at who is ready: where nobody is, a long list costs nothing.
create function candidates(p_chat routed_chats, p_queue queues, p_now timestamptz)
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
  able as materialized (
    select m.user_id,
           row_number() over (order by
             m.tier,
             case when p_queue.strategy = 'least_loaded' then l.used / greatest(l.chat_limit, 1)::float8 end,
             o.last_offered_at nulls first,
             m.user_id) as place
      from operators o
      join queue_members m on m.organisation_id = o.organisation_id and m.user_id = o.user_id
                          and m.queue_id = p_chat.queue_id and m.is_joined and m.participates
      join operator_loads l on l.organisation_id = o.organisation_id and l.user_id = o.user_id
                           and l.kind = p_chat.kind and l.used < l.chat_limit
     where o.organisation_id = p_chat.organisation_id and o.is_ready
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
     cross join lateral (select ruled_out_by(o, m, l, p_queue.is_test,
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

-- The first members of a queue in the order of their ids, with what rules each one out: what is
-- kept beside a pull, where the operator was not chosen among others but came for the next chat.
create or replace function bystanders(p_chat routed_chats, p_user uuid, p_now timestamptz) returns jsonb
language sql stable as $$
  select jsonb_build_array(jsonb_build_object('operatorId', p_user, 'ruledOutBy', null))
      || coalesce(jsonb_agg(jsonb_build_object('operatorId', b.user_id,
           'ruledOutBy', coalesce(b.reason, 'later_in_order')) order by b.user_id), '[]')
    from (
      select m.user_id, ruled_out_by(o, m, l, q.is_test, may_have(p_chat, m.user_id, p_now),
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

-- The chats that an operator would take next, over all the queues they serve: the most urgent
-- first, one short look at the head of each line.
create or replace function heads(p_organisation uuid, p_user uuid, p_now timestamptz, p_most int)
returns setof uuid
language sql stable as $$
  select h.chat_id
    from queue_members m
    join queues q on q.organisation_id = m.organisation_id and q.id = m.queue_id
    join operators o on o.organisation_id = m.organisation_id and o.user_id = m.user_id
                    and case when q.is_test then o.takes_tests else o.takes_chats end
    join operator_loads l on l.organisation_id = m.organisation_id and l.user_id = m.user_id and l.kind = q.kind
   cross join lateral (select skill_wait(m.organisation_id, m.queue_id, m.user_id) as long) w
   cross join lateral (
     select c.chat_id, c.due_at from routed_chats c
      where c.organisation_id = m.organisation_id and c.queue_id = m.queue_id and c.state = 'waiting'
        and c.enqueued_at + w.long <= p_now
        and not is_excluded(c, p_user, p_now)
      order by c.due_at, c.chat_id
      limit p_most) h
   where m.organisation_id = p_organisation and m.user_id = p_user and m.is_joined and m.participates
     and l.used < l.chat_limit
   order by h.due_at, h.chat_id
   limit p_most
$$;

-- As in 0015: operators with room for whom a chat is waiting. A chat whose wait has just made a
-- skill needless is found here too, within a second.
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
    join queue_members m on m.organisation_id = q.organisation_id and m.queue_id = q.id
                        and m.is_joined and m.participates
    join operators o on o.organisation_id = m.organisation_id and o.user_id = m.user_id and o.is_ready
                    and case when q.is_test then o.takes_tests else o.takes_chats end
    join operator_loads l on l.organisation_id = o.organisation_id and l.user_id = o.user_id
                         and l.kind = q.kind and l.used < l.chat_limit
   cross join lateral (select skill_wait(q.organisation_id, q.id, o.user_id) as long) w
   where exists (
     select from routed_chats c
      where c.organisation_id = q.organisation_id and c.queue_id = q.id and c.state = 'waiting'
        and c.enqueued_at + w.long <= routing_now()
        and not is_excluded(c, o.user_id, routing_now()))
   order by 1, 2
   limit p_most
$$;
