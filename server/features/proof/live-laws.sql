-- The laws of routing that can be asked about on a busy floor, every second: only what is open is
-- looked at, never the whole log. A line for each law that is broken in an organisation, with how
-- often; or, for what may be so for a moment and must not stay so (a pair that is on its way to each
-- other, a server that has just died), a line for each such thing, by a `thing` that names it.
with slots as materialized (
  select organisation_id, user_id, queue_id, chat_kind as kind, units
    from assignments where state in ('offered', 'active') or wraps_until is not null
),
held as materialized (
  select organisation_id, user_id, kind, count(*)::int as held, sum(units)::int as units from slots group by 1, 2, 3
),
weighed as materialized (
  select organisation_id, user_id, sum(units)::int as units from held group by 1, 2
),
of_queue as materialized (
  select m.organisation_id, m.held, m.held_limit, m.held_over, q.held_limit as queue_limit,
         case when q.held_limit is null then 0 else coalesce(s.counted, 0) end as counted
    from queues q
    join queue_members m on m.organisation_id = q.organisation_id and m.queue_id = q.id
    left join (select organisation_id, queue_id, user_id, count(*)::int as counted from slots group by 1, 2, 3) s
      on s.organisation_id = m.organisation_id and s.queue_id = m.queue_id and s.user_id = m.user_id
   where q.held_limit is not null or m.held_limit is not null
),
-- Of all others it is plain that nothing pauses the queue for them, and that nothing should.
pausable as materialized (
  select organisation_id, queue_id, user_id, accepts_kind, is_on_shift
    from queue_members where not accepts_kind or not is_on_shift
  union
  select m.organisation_id, m.queue_id, m.user_id, m.accepts_kind, m.is_on_shift
    from operators o
    join queue_members m on m.organisation_id = o.organisation_id and m.user_id = o.user_id
   where o.mark ? 'accepts' or not o.is_on_shift
),
open_chats as materialized (
  select * from routed_chats where state <> 'closed'
),
found (law, organisation_id, thing) as (
  -- Nobody holds more than their limit, or than they held when it was lowered: counted here, and as
  -- the database counts it.
  select 'overLimit', l.organisation_id, null
    from operator_loads l left join held h using (organisation_id, user_id, kind)
   where greatest(l.used, h.held) > l.chat_limit + l.over
  -- The same in units, of whomever they are limited for.
  union all
  select 'overLimit', o.organisation_id, null
    from operators o left join weighed w using (organisation_id, user_id)
   where greatest(o.units_used, w.units) > o.unit_limit + o.units_over
  -- And of the queues that limit what one holds of them.
  union all
  select 'overLimit', organisation_id, null
    from of_queue where greatest(held, counted) > held_limit + held_over

  -- What the database counts is what there is.
  union all
  select 'drifted', organisation_id, null
    from operator_loads l full join held h using (organisation_id, user_id, kind)
   where coalesce(l.used, 0) <> coalesce(h.held, 0)
  union all
  select 'drifted', o.organisation_id, null
    from operators o left join weighed w using (organisation_id, user_id)
   where o.units_used <> case when o.unit_limit is null then 0 else coalesce(w.units, 0) end
  union all
  select 'drifted', organisation_id, null
    from of_queue where held <> counted or held_limit is distinct from queue_limit
  -- What pauses a queue for somebody is what their status, their shift and the queue say; but for whoever
  -- the sweep is yet to look at.
  union all
  select 'drifted', m.organisation_id, null
    from pausable m
    join operators o on o.organisation_id = m.organisation_id and o.user_id = m.user_id
    join queues q on q.organisation_id = m.organisation_id and q.id = m.queue_id
   where m.accepts_kind <> accepts(o, q.kind)
      or m.is_on_shift <> (o.is_on_shift or not q.keeps_shifts) and o.shift_version is distinct from -1

  -- A chat has one owner and one offer at most.
  union all
  select 'doubled', d.organisation_id, null
    from (select organisation_id, chat_id from assignments where state in ('offered', 'active')
           group by organisation_id, chat_id, state having count(*) > 1) d

  -- An open chat is in exactly one place: waiting or parked with nobody, or with the one who has it.
  union all
  select 'lost', c.organisation_id, null
    from open_chats c
    left join assignments a on a.organisation_id = c.organisation_id and a.id = c.assignment_id
                           and a.state in ('offered', 'active')
   where c.state not in ('early', 'waiting', 'parked')
     and (a.user_id, a.chat_id, a.state::text) is distinct from (c.operator_id, c.chat_id, c.state::text)
  -- Nobody has what is not theirs. A chat that is held may be offered to somebody else meanwhile.
  union all
  select 'lost', a.organisation_id, null
    from assignments a
    left join open_chats c on c.organisation_id = a.organisation_id and c.chat_id = a.chat_id
   where a.state in ('offered', 'active')
     and c.assignment_id is distinct from a.id
     and not (a.kind = 'transfer' and a.state = 'offered' and c.state is not distinct from 'active')
  -- What its visitor sees as open is open here, and the other way round.
  union all
  select 'lost', coalesce(c.organisation_id, o.organisation_id), null
    from (select organisation_id, id as chat_id from chats where closed_at is null) c
    full join open_chats o using (organisation_id, chat_id)
   where c.chat_id is null or o.chat_id is null

  -- An operator is present exactly when a connection is open,
  union all
  select 'stalePresence', o.organisation_id, null
    from operators o
   where o.is_present <> exists (
     select from connections c
      where c.organisation_id = o.organisation_id and c.user_id = o.user_id and c.gone_at is null)
  -- and a connection is open no longer than its server lives.
  union all
  select 'stalePresence', c.organisation_id, 'connection ' || c.id
    from connections c left join nodes n on n.id = c.node_id and n.epoch = c.node_epoch
   where c.gone_at is null and coalesce(n.lease_until, '-infinity') <= clock_timestamp() - interval '2 seconds'

  -- Whoever is finishing has something left, and nobody is rung who is not available.
  union all
  select 'unfinished', o.organisation_id, null
    from operators o
   where o.availability = 'finishing' and not exists (
     select from assignments a
      where a.organisation_id = o.organisation_id and a.user_id = o.user_id and a.state in ('offered', 'active'))
  union all
  select 'unfinished', a.organisation_id, null
    from assignments a
    join operators o on o.organisation_id = a.organisation_id and o.user_id = a.user_id
   where a.state = 'offered' and o.availability <> 'available'

  -- No chat waits while somebody who may take it has room. Who may is the engine's to say; whether
  -- it stays so is seen here, by rows that nobody has touched in between.
  union all
  select 'unmatched', o.organisation_id,
         concat_ws(' ', 'pair', o.user_id, o.xmin, l.xmin, c.chat_id, c.xmin)
    from reconcile(null, 1000) u
    join operators o on o.organisation_id = u.organisation_id and o.user_id = u.user_id
    join queue_members m on m.organisation_id = o.organisation_id and m.user_id = o.user_id and m.is_joined
    join operator_loads l on l.organisation_id = o.organisation_id and l.user_id = o.user_id
                         and l.used < l.chat_limit
   cross join lateral (
     select w.chat_id, w.xmin from routed_chats w
      where w.organisation_id = m.organisation_id and w.queue_id = m.queue_id and w.state = 'waiting'
        and w.kind = l.kind
      order by w.due_at, w.chat_id limit 8) c
  -- Nobody is left in peace for longer than their queue says, while a chat waits there.
  union all
  select 'unmatched', m.organisation_id, concat_ws(' ', 'cooling', m.queue_id, m.user_id, m.cools_until)
    from queue_members m
   where m.cools_until <= clock_timestamp()
     and exists (
       select from routed_chats c
        where c.organisation_id = m.organisation_id and c.queue_id = m.queue_id and c.state = 'waiting')
  -- No parked chat sleeps in which somebody waits for an answer.
  union all
  select 'unmatched', w.organisation_id, 'waking ' || w.chat_id from waking_chats(clock_timestamp()) w

  -- Nobody is left in front of a door that is open.
  union all
  select 'unmatched', d.organisation_id, concat_ws(' ', 'door', d.chat_id, c.xmin)
    from due_at_doors(routing_now()) d
    join routed_chats c on c.organisation_id = d.organisation_id and c.chat_id = d.chat_id
)
select law, organisation_id, thing, count(*)::int as times
  from found group by law, organisation_id, thing
