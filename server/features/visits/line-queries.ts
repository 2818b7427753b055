// A queue as its visitors meet it: who stands where, who serves it, and how it has moved lately.
import { sql } from 'kysely'
import type { Db } from '../../platform/database.ts'
import { LATELY, type Pace } from './forecast.ts'

interface InLine {
  organisationId: string
  queueId: string
  chatId: string
}

/** The places of chats in their queues, from 1: those who wait and those who are being offered. */
export async function listPlaces(db: Db, chats: readonly InLine[]): Promise<Map<string, number>> {
  const ids = (of: keyof InLine) => [...new Set(chats.map((chat) => chat[of]))]
  const { rows } = await sql<{ chatId: string; place: number }>`
    with wanted as materialized (
      select organisation_id, id from queues
       where organisation_id = any (${ids('organisationId')}::uuid[]) and id = any (${ids('queueId')}::uuid[])
    ), line as materialized (
      select c.* from wanted w
       cross join lateral (
         select chat_id, queue_id, due_at from routed_chats
          where organisation_id = w.organisation_id and queue_id = w.id and state = 'waiting'
         offset 0) c
      union all
      select c.chat_id, c.queue_id, c.due_at
        from (select distinct organisation_id from wanted) o
       cross join lateral (
         select chat_id from assignments
          where organisation_id = o.organisation_id and state = 'offered'
         offset 0) a
        join routed_chats c on c.organisation_id = o.organisation_id and c.chat_id = a.chat_id and c.state = 'offered'
       where c.queue_id in (select id from wanted)
    )
    select chat_id, place from (
      select chat_id, row_number() over (partition by queue_id order by due_at, chat_id) as place from line) p
     where chat_id = any (${ids('chatId')}::uuid[])`.execute(db)
  return new Map(rows.map(({ chatId, place }) => [chatId, place]))
}

type Serving = Pick<Pace, 'online' | 'slots' | 'free' | 'offerSeconds'>
type Lately = Omit<Pace, keyof Serving>

/** How each queue moves: its operators as they are now, its chats as they went lately. */
export async function listPaces(db: Db, queueIds: readonly string[]): Promise<Map<string, Pace>> {
  const [serving, lately] = await Promise.all([
    listServing(db, queueIds),
    Promise.all(queueIds.map((id) => latelyOf(db, id))),
  ])
  return new Map(
    queueIds.flatMap((id, at) => {
      const [now, seen] = [serving.get(id), lately[at]]
      return now && seen ? [[id, { ...now, ...seen }]] : []
    }),
  )
}

async function listServing(db: Db, queueIds: readonly string[]): Promise<Map<string, Serving>> {
  const { rows } = await sql<Serving & { queueId: string }>`
    with wanted as materialized (
      select organisation_id, id as queue_id, kind, chat_units, offer_seconds, is_test,
             is_attended(organisation_id, id) as is_attended
        from queues where id = any (${queueIds}::uuid[])
    )
    select w.queue_id, w.offer_seconds, count(o.*)::int as online,
           -- Units allow so many such chats, and the queue itself, where they are limited.
           coalesce(sum(least(o.chat_limit, o.unit_limit / w.chat_units, o.held_limit) / greatest(o.queues, 1)::float8), 0) as slots,
           coalesce(sum(greatest(0, least(o.chat_limit - o.used,
             (o.unit_limit - o.units_used) / w.chat_units, o.held_limit - o.held))), 0)::int as free
      from wanted w
      left join lateral (
        select o.unit_limit, o.units_used, m.held_limit, m.held, l.chat_limit, l.used, k.queues
          -- Whoever is outside the queue is there while nobody else is.
          from (
            select organisation_id, user_id, held_limit, held from queue_members
             where organisation_id = w.organisation_id and queue_id = w.queue_id
               and case when participates then is_joined
                        else not w.is_attended and is_on_shift and accepts_kind end
            offset 0) m
         cross join lateral (
           select unit_limit, units_used from operators
            where organisation_id = m.organisation_id and user_id = m.user_id and is_ready
              and case when w.is_test then takes_tests else takes_chats end
           offset 0) o
         cross join lateral (
           select chat_limit, used from operator_loads
            where organisation_id = m.organisation_id and user_id = m.user_id and kind = w.kind
           offset 0) l
         cross join lateral (
           select count(*) as queues from (
             select organisation_id, queue_id from queue_members
              where organisation_id = m.organisation_id and user_id = m.user_id and is_joined
             offset 0) j
            cross join lateral (
              select from queues
               where organisation_id = j.organisation_id and id = j.queue_id and kind = w.kind
              offset 0) q) k) o on true
     group by w.queue_id, w.offer_seconds`.execute(db)
  return new Map(rows.map(({ queueId, ...serving }) => [queueId, serving]))
}

/** What an hour has shown is the same a second later: a rush of visitors asks once. */
const KEPT_MS = 1_000

interface Kept {
  at: number
  lately: Promise<Lately | undefined>
}
const kept = new WeakMap<Db, Map<string, Kept>>()

function latelyOf(db: Db, queueId: string): Promise<Lately | undefined> {
  const known = kept.get(db) ?? new Map<string, Kept>()
  kept.set(db, known)
  const at = Date.now()
  for (const [id, it] of known) if (at - it.at >= KEPT_MS) known.delete(id)
  const before = known.get(queueId)
  if (before !== undefined) return before.lately
  const lately = findLately(db, queueId)
  known.set(queueId, { at, lately })
  // What failed is asked again.
  lately.catch(() => known.delete(queueId))
  return lately
}

/**
 * The chats that wait in a queue, those that its members have, and those that closed lately. (What
 * somebody from outside the queue has counts once it has closed.)
 */
async function findLately(db: Db, queueId: string): Promise<Lately | undefined> {
  const { rows } = await sql<Lately>`
    with wanted as materialized (
      select organisation_id, id as queue_id from queues where id = ${queueId}
    ), line as materialized (
      select min(c.enqueued_at) as since,
             coalesce(sum(extract(epoch from statement_timestamp() - c.enqueued_at)), 0)::float8 as waited_seconds
        from wanted w
       cross join lateral (
         select enqueued_at from routed_chats
          where organisation_id = w.organisation_id and queue_id = w.queue_id and state = 'waiting'
         offset 0) c
    ), lately as materialized (
      select r.enqueued_at, r.closed_at, a.accepted_at, a.ended_at,
             coalesce(a.accepted_at, r.closed_at, statement_timestamp()) as waited_until
        from wanted w
       cross join lateral (
         select c.* from queue_members m
           join routed_chats c on c.organisation_id = m.organisation_id and c.queue_id = m.queue_id
                              and (c.operator_id = m.user_id or c.state = 'parked' and c.parked_for = m.user_id)
          where m.organisation_id = w.organisation_id and m.queue_id = w.queue_id
         union all (
           select * from routed_chats
            where organisation_id = w.organisation_id and queue_id = w.queue_id and state = 'closed'
              and closed_at > statement_timestamp() - make_interval(secs => ${LATELY.seconds})
            order by closed_at desc
            limit ${LATELY.chats})
        ) r
        left join lateral (
          select accepted_at, ended_at from assignments
           where organisation_id = r.organisation_id and chat_id = r.chat_id and accepted_at >= r.enqueued_at
           order by accepted_at
           limit 1) a on true
    ), backlog as (
      -- As far back as every chat that was taken is still known.
      select statement_timestamp() - greatest(
               line.since,
               case when (select count(closed_at) from lately) < ${LATELY.chats}
                    then statement_timestamp() - make_interval(secs => ${LATELY.seconds})
                    else (select min(closed_at) from lately) end) as age
        from line where line.since is not null
    )
    select count(*) filter (where l.ended_at is not null)::int as ended,
           coalesce(sum(extract(epoch from l.ended_at - l.accepted_at)), 0)::float8 as held_seconds,
           coalesce(extract(epoch from b.age), 0)::float8 as backlog_seconds,
           count(*) filter (where l.accepted_at > statement_timestamp() - b.age)::int as taken,
           count(*) filter (where l.closed_at is not null and l.accepted_at is null)::int as abandoned,
           line.waited_seconds
             + coalesce(sum(extract(epoch from l.waited_until - l.enqueued_at)), 0)::float8 as waited_seconds
      from wanted w
     cross join line
      left join lately l on true
      left join backlog b on true
     group by w.queue_id, b.age, line.waited_seconds`.execute(db)
  return rows[0]
}
