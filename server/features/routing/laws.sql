-- The laws of routing, each as the number of times it is broken now. All are 0, always; `unmatched`
-- only once nothing is under way, for a pair is unmatched between a commit and the look after it.
select
  -- A load is the number of chats that its operator holds, is offered, or wraps up in their slot.
  (select count(*) from operator_loads l
     full join (select organisation_id, user_id, chat_kind as kind, count(*) as held
                  from assignments where state in ('offered', 'active') or wraps_until is not null
                 group by 1, 2, 3) a using (organisation_id, user_id, kind)
    where coalesce(l.used, 0) <> coalesce(a.held, 0))::int
  -- And where units are limited, they are the units of those.
  + (select count(*) from operators
      where units_used <> case when unit_limit is null then 0 else units_held(organisation_id, user_id) end)::int
  -- And where a queue limits what one holds of it, its members' counters are their chats of it.
  + (select count(*) from queue_members m
       join queues q on q.organisation_id = m.organisation_id and q.id = m.queue_id
      where m.held_limit is distinct from q.held_limit
         or m.held <> case when q.held_limit is null then 0
                           else chats_held(m.organisation_id, m.queue_id, m.user_id) end)::int
  -- And what a role allows is what the roles say, and the smaller of it and what is set is what holds.
  + (select count(*) from operator_loads
      where role_limit is distinct from (select most from role_limits(organisation_id, user_id) r where r.kind = operator_loads.kind::text)
         or chat_limit <> least(own_limit, role_limit))::int
  + (select count(*) from operators
      where role_unit_limit is distinct from (select most from role_limits(organisation_id, user_id) where kind = 'units')
         or unit_limit is distinct from least(own_unit_limit, role_unit_limit))::int
  -- And what pauses a queue for somebody is what their status and the queue say.
  + (select count(*) from queue_members m
       join operators o on o.organisation_id = m.organisation_id and o.user_id = m.user_id
       join queues q on q.organisation_id = m.organisation_id and q.id = m.queue_id
      where m.accepts_kind <> accepts(o, q.kind) or m.is_on_shift <> (o.is_on_shift or not q.keeps_shifts))::int as drifted,

  -- Nobody holds more than their limit, or than they held when it was lowered.
  (select count(*) from operator_loads where used > chat_limit + over)::int
  + (select count(*) from operators where units_used > unit_limit + units_over)::int
  + (select count(*) from queue_members where held > held_limit + held_over)::int as over_limit,

  -- Nobody was ever given a chat above their limit, unless somebody above meant it and the log says
  -- so, or they were handed it by name within the allowance: by the log, as far as it goes back.
  (select count(*)
     from (select e.organisation_id, k.kind, e.row -> k.kind as load, e.because,
                  lag(e.row -> k.kind) over (partition by e.organisation_id, e.entity_id, k.kind order by e.seq) as before
             from event_log e cross join (values ('live'), ('deferred'), ('units')) k (kind)
            where e.kind = 'operator' and e.row is not null) t
    where because ->> 'rule' is distinct from 'forced'
      -- Units count from when they are limited: what is held then was not given above the limit.
      and case when before is not null then before ->> 'limit' is not null
               else (select min(seq) from event_log where organisation_id = t.organisation_id) = 1 end
      and (load ->> 'used')::int > coalesce((before ->> 'used')::int, 0)
      and (load ->> 'used')::int > (load ->> 'limit')::int
        + case when because ->> 'rule' = 'handed_above' and kind <> 'units' then (because ->> 'allowance')::int else 0 end
    )::int as raised_over_limit,

  -- A chat has one owner and one offer at most.
  (select count(*) from (select from assignments where state in ('offered', 'active')
    group by organisation_id, chat_id, state having count(*) > 1) d)::int as doubled,

  -- An open chat is in exactly one place: waiting or parked with nobody, or with the one who has it,
  -- beside whom somebody may be asked to take it.
  (select count(*) from routed_chats c
     left join assignments a on a.organisation_id = c.organisation_id and a.chat_id = c.chat_id
                            and a.state in ('offered', 'active') and a.id is distinct from c.handing_id
    where case when c.state in ('early', 'waiting', 'parked', 'closed') then a.id is not null
               else a.id is distinct from c.assignment_id or a.user_id is distinct from c.operator_id
                    or a.state::text is distinct from c.state::text end)::int
  + (select count(*) from assignments a
      where a.state in ('offered', 'active') and not exists (
        select from routed_chats c where c.organisation_id = a.organisation_id and c.chat_id = a.chat_id
           and (c.assignment_id = a.id
                or c.handing_id = a.id and c.handing_to = a.user_id and a.state = 'offered' and c.state = 'active')))::int
  + (select count(*) from routed_chats c
       full join (select * from transfers where outcome is null) t
         on t.organisation_id = c.organisation_id and t.id = c.transfer_id
      where t.id is null and c.handing_id is not null
         or t.id is not null and c.state is distinct from 'active')::int
  + (select count(*) from chats c
       left join routed_chats r on r.organisation_id = c.organisation_id and r.chat_id = c.id
      where (c.closed_at is null) is distinct from (coalesce(r.state, 'closed') <> 'closed'))::int as lost,

  -- No chat waits while somebody who may take it has room.
  (select count(*) from reconcile(null, 1000000))::int
  + (select count(*) from sought_transfers())::int
  -- Nor does a parked one sleep in which somebody waits for an answer.
  + (select count(*) from waking_chats(routing_now()))::int
  + (select count(*) from due_at_doors(routing_now()))::int as unmatched,

  -- The log has no gaps.
  (select coalesce(sum(missing), 0) from (
     select max(seq) - min(seq) + 1 - count(*) as missing from event_log group by organisation_id) g)::int as gaps,

  -- What was told last of an operator, a chat or a queue member is what stands.
  (select count(*) from (
     select organisation_id, 'operator' as kind, user_id::text as entity_id, row from operator_rows
     union all
     select organisation_id, 'chat', chat_id::text, case when state <> 'closed' then row end from chat_rows
     union all
     select organisation_id, 'queue_member', row ->> 'id', row from queue_member_rows) now
     left join (
       select organisation_id, kind, entity_id, max(seq) as seq from event_log group by 1, 2, 3
     ) last using (organisation_id, kind, entity_id)
     left join event_log e using (organisation_id, seq)
    -- Where the log no longer goes back to its beginning, it may have been told before.
    where case when e.seq is not null then now.row is distinct from e.row
               else coalesce((select min(seq) from event_log where organisation_id = now.organisation_id), 1) = 1
          end)::int as untold,

  -- An operator is present exactly when a connection is open.
  (select count(*) from operators o
    where o.is_present <> exists (
      select from connections c
       where c.organisation_id = o.organisation_id and c.user_id = o.user_id and c.gone_at is null))::int as misjudged,

  -- Whoever is finishing has something left, and nobody is rung who is not available.
  (select count(*) from operators o
    where o.availability = 'finishing' and not exists (
      select from assignments a
       where a.organisation_id = o.organisation_id and a.user_id = o.user_id and a.state in ('offered', 'active')))::int
  + (select count(*) from assignments a
       join operators o on o.organisation_id = a.organisation_id and o.user_id = a.user_id
      where a.state = 'offered' and o.availability <> 'available')::int as unfinished
