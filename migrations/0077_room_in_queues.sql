-- Who has room, by what a queue lets one hold of its chats as well (0077_queue_limits). Whoever is at a
-- queue's limit is given none of its chats, and is there for it all the same; what waits elsewhere is
-- theirs as before.

-- As in 0061.
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
                          and m.cools_until is null and may_hold_more(m)
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

-- As in 0073.
create or replace function ruled_out_by(
  p_chat routed_chats, p_queue queues, p_operator operators, p_member queue_members, p_load operator_loads,
  p_has_skills boolean, p_is_excluded boolean
) returns text
language sql stable as $$
  select case
    when p_queue.is_test and not p_operator.takes_tests then 'not_for_tests'
    when not p_queue.is_test and not p_operator.takes_chats then 'tests_only'
    when p_operator.availability <> 'available' then p_operator.availability::text
    when not p_operator.is_present then 'not_connected'
    when p_operator.is_not_answering then 'not_answering'
    when not p_member.participates then 'outside'
    when not p_member.opted_in then 'not_joined'
    when not p_member.is_on_shift then 'off_shift'
    when not p_member.accepts_kind then 'kind_not_accepted'
    when not p_has_skills then 'lacks_skill'
    when p_operator.wrap_up_until is not null then 'wrap_up'
    when p_load.used >= p_load.chat_limit then 'at_limit'
    when not has_units(p_operator, p_queue) then 'units_full'
    when not may_hold_more(p_member) then 'at_queue_limit'
    when p_member.cools_until is not null then 'cooling_down'
    when is_by_hand(p_queue.strategy) then 'by_hand'
    when p_chat.held_for <> p_operator.user_id then 'held_for_another'
    when p_is_excluded then 'excluded'
  end
$$;

-- As in 0070.
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
     and l.used < l.chat_limit and has_units(o, q) and m.cools_until is null and may_hold_more(m)
   order by h.due_at, h.chat_id
   limit p_most
$$;

-- As in 0071.
create or replace function is_anybody_free(p_chat routed_chats) returns boolean
language sql stable as $$
  select exists (
    select from (
      select m.organisation_id, m.user_id from queue_members m
       where m.organisation_id = p_chat.organisation_id and m.queue_id = p_chat.queue_id
         and m.is_joined and m.participates and m.cools_until is null and may_hold_more(m)
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

-- As in 0071.
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
          and m.is_joined and m.participates and m.cools_until is null and may_hold_more(m)
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

-- As in 0060.
create or replace function transfer_candidates(p_transfer transfers, p_chat routed_chats, p_now timestamptz)
returns table (user_id uuid, has_room boolean, place bigint)
language sql stable as $$
  with taken as (select (chat_as_taken(p_transfer, p_chat)).*),
  crew as (
    select m.user_id, m.tier
      from queue_members m
     where p_transfer.to_kind = 'queue' and m.organisation_id = p_transfer.organisation_id
       and m.queue_id = p_transfer.to_id and m.is_joined and m.participates and not m.is_suspended
    union
    select m.user_id, 1
      from memberships m
     where p_transfer.to_kind = 'department' and m.organisation_id = p_transfer.organisation_id
       and m.status = 'active'
       and (m.primary_department_id = p_transfer.to_id or exists (
         select from department_members d
          where d.organisation_id = m.organisation_id and d.membership_id = m.id
            and d.department_id = p_transfer.to_id))
  )
  select o.user_id, l.used < l.chat_limit and has_units(o, q) and may_hold_more(m),
         row_number() over (order by w.tier, part_taken(l, o), o.last_offered_at nulls first, o.user_id)
    from crew w
    join operators o on o.organisation_id = p_transfer.organisation_id and o.user_id = w.user_id and o.is_ready
                  and o.wrap_up_until is null
   cross join taken c
    join queues q on q.organisation_id = c.organisation_id and q.id = c.queue_id
    join operator_loads l on l.organisation_id = o.organisation_id and l.user_id = o.user_id and l.kind = c.kind
                         and l.chat_limit > 0 and coalesce(o.unit_limit >= q.chat_units, true)
    left join queue_members m on m.organisation_id = q.organisation_id and m.queue_id = q.id and m.user_id = o.user_id
   where o.user_id is distinct from p_chat.operator_id
     and case when q.is_test then o.takes_tests else o.takes_chats end
     and (p_transfer.to_kind = 'department'
          or c.enqueued_at + skill_wait(c.organisation_id, c.queue_id, o.user_id) <= p_now)
     and not exists (
       select from assignments a
        where a.organisation_id = p_chat.organisation_id and a.chat_id = p_chat.chat_id
          and a.user_id = o.user_id and a.kind = 'transfer' and a.offered_at >= p_transfer.began_at
          and a.state in ('declined', 'expired'))
$$;

-- As in 0051, and says which limit it was.
create or replace function seek_taker(
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
           case when not c.has_room then why_no_room(chat_as_taken(v_transfer, v_chat), c.user_id) end)
           order by c.has_room desc, c.place)
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

select plan_transitions_by_key();
