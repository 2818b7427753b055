// The queues that may be simulated, with what the last seven days say of them.
import { sql } from 'kysely'
import type { Strategy } from '#contract/queues.ts'
import type { Db } from '../../platform/database.ts'

/** A queue as it is set up, and what was seen of it. */
export interface Week {
  id: string
  name: string
  strategy: Strategy
  offerSeconds: number
  targetSeconds: number
  wrapUpSeconds: number
  /** Who are assigned to it, and the chats that each may hold, on average; null: nobody is. */
  members: number
  limit: number | null
  chats: number
  /** Hours in which somebody came. */
  hours: number
  heldSeconds: number | null
  acceptSeconds: number | null
  waitedSeconds: number
  gaveUp: number
  offers: number
  missed: number
}

/** So many of an organisation's chats are looked at: more say nothing new. */
const MOST_CHATS = 20_000

/** The open queues of the organisation, by name; no test queues. */
export async function listWeeks(db: Db, organisationId: string): Promise<Week[]> {
  const { rows } = await sql<Week>`
    with lately as (
      select c.queue_id, c.id, c.created_at, a.accepted_at,
             coalesce(a.accepted_at, c.closed_at) - c.created_at as waited,
             a.ended_at - a.accepted_at as held, a.accepted_at - a.offered_at as rang, o.offers, o.missed
        from (select * from chats
               where organisation_id = ${organisationId} and closed_at > clock_timestamp() - interval '7 days'
                 and not is_test and queue_id is not null
               order by closed_at desc limit ${MOST_CHATS}) c
        left join lateral (
          select * from assignments
           where organisation_id = c.organisation_id and chat_id = c.id and accepted_at is not null
           order by accepted_at limit 1) a on true
       cross join lateral (
          select count(*) as offers, count(*) filter (where state = 'expired') as missed from assignments
           where organisation_id = c.organisation_id and chat_id = c.id and kind = 'route') o
    ), seen as (
      select queue_id, count(*)::int as chats, count(distinct date_trunc('hour', created_at))::int as hours,
             avg(extract(epoch from held))::float8 as held_seconds,
             avg(extract(epoch from rang))::float8 as accept_seconds,
             sum(extract(epoch from waited))::float8 as waited_seconds,
             count(*) filter (where accepted_at is null)::int as gave_up,
             sum(offers)::int as offers, sum(missed)::int as missed
        from lately group by 1
    )
    select q.id, q.name, q.strategy, q.offer_seconds, q.target_seconds, q.wrap_up_seconds,
           m.members, m.limit, coalesce(s.chats, 0) as chats, coalesce(s.hours, 0) as hours,
           s.held_seconds, s.accept_seconds, coalesce(s.waited_seconds, 0) as waited_seconds,
           coalesce(s.gave_up, 0) as gave_up, coalesce(s.offers, 0) as offers, coalesce(s.missed, 0) as missed
      from queues q
      left join seen s on s.queue_id = q.id
     cross join lateral (
       select count(*)::int as members, avg(least(l.chat_limit, q.held_limit))::float8 as limit
         from queue_members m
         join operator_loads l on l.organisation_id = m.organisation_id and l.user_id = m.user_id
                              and l.kind = q.kind
        where m.organisation_id = q.organisation_id and m.queue_id = q.id) m
     where q.organisation_id = ${organisationId} and q.is_active and not q.is_test
     order by lower(q.name), q.id`.execute(db)
  return rows
}
