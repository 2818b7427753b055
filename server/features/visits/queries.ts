// Chats as their visitors see them: place, expected wait, who answers.
import { sql } from 'kysely'
import type { OperatorCard, Visit } from '#contract/visitors.ts'
import type { Db } from '../../platform/database.ts'
import { faceOf } from '../chats/queries.ts'
import { expectedWait, LATELY, type Pace } from './forecast.ts'

/** A chat as its visitor sees it, and what the board must know to keep it true. */
export interface Seen {
  chatId: string
  organisationId: string
  /** The queue that it waits in; null when it does not wait. */
  waitsIn: string | null
  /** Who answers it now; null when nobody does. */
  heldBy: string | null
  /** Milliseconds of the database's clock when this was read. */
  t: number
  visit: Visit
}

interface VisitRow extends Omit<OperatorCard, 'name' | 'photo'> {
  chatId: string
  organisationId: string
  closedBecause: string | null
  state: 'early' | 'waiting' | 'offered' | 'active' | 'parked' | 'closed'
  /** Of one that is early. */
  opensAt: string | null
  isMessage: boolean
  /** Kept for an operator who is gone. */
  isKept: boolean
  isHandedOn: boolean
  queueId: string
  heldBy: string | null
  name: string | null
  photoId: string | null
  t: number
}

/** The chats as their visitors see them now, whoever these are. */
export async function listVisits(db: Db, chatIds: readonly string[]): Promise<Seen[]> {
  if (chatIds.length === 0) return []
  const rows = await listRows(db, chatIds)
  const queueIds = [...new Set(rows.map(({ queueId }) => queueId))]
  const waiting = rows.filter(({ state }) => isWaiting(state))
  const [paces, places] = await Promise.all([
    listPaces(db, queueIds),
    waiting.length === 0 ? new Map<string, number>() : listPlaces(db, waiting),
  ])
  return rows.map((row) => seenOf(row, paces.get(row.queueId), places.get(row.chatId)))
}

function isWaiting(state: VisitRow['state']): boolean {
  return state === 'waiting' || state === 'offered'
}

/** An offer is still a wait to the visitor; a chat that is parked goes on as soon as they write. */
const SEEN_AS = {
  early: 'waiting',
  waiting: 'waiting',
  offered: 'waiting',
  active: 'active',
  parked: 'active',
  closed: 'closed',
} as const

function seenOf(row: VisitRow, pace: Pace | undefined, place: number | undefined): Seen {
  const { chatId, organisationId, state, t, name, description, photoId } = row
  const waits = isWaiting(state)
  const photo = photoId === null ? null : `/files/photos/${photoId}/96`
  return {
    chatId,
    organisationId,
    waitsIn: waits ? row.queueId : null,
    heldBy: row.heldBy,
    t,
    visit: {
      id: chatId,
      state: SEEN_AS[state],
      place: place ?? null,
      wait: pace && place !== undefined ? expectedWait(pace, place - 1) : null,
      anybodyOnline: pace !== undefined && pace.online > 0,
      operator: name === null ? null : { name, description, photo },
      isKept: row.isKept,
      isHandedOn: row.isHandedOn,
      early: state === 'early' ? { opensAt: row.opensAt, isMessage: row.isMessage } : null,
      closedBecause: row.closedBecause,
    },
  }
}

async function listRows(db: Db, chatIds: readonly string[]): Promise<VisitRow[]> {
  const { rows } = await sql<VisitRow>`
    select c.id as chat_id, c.organisation_id, c.closed_because, coalesce(r.queue_id, s.queue_id) as queue_id,
           case when c.closed_at is not null then 'closed' else coalesce(r.state::text, 'waiting') end as state,
           case when r.state in ('active', 'parked') then coalesce(r.operator_id, r.parked_for) end as held_by,
           coalesce(r.parked_because = 'gone', false) as is_kept,
           coalesce(r.state = 'active', false) and exists (
             select from transfers t
              where t.organisation_id = c.organisation_id and t.chat_id = c.id and t.outcome is null) as is_handed_on,
           instant(r.opens_at) as opens_at, coalesce(r.is_message, false) as is_message,
           face.name, face.description, face.photo_id,
           floor(extract(epoch from clock_timestamp()) * 1000)::int8 as t
      from unnest(${chatIds}::uuid[]) as wanted (chat_id)
      join chats c on c.id = wanted.chat_id
      join sites s on s.organisation_id = c.organisation_id and s.id = c.site_id
      left join routed_chats r on r.organisation_id = c.organisation_id and r.chat_id = c.id
      left join lateral ${faceOf(sql`coalesce(r.operator_id, r.parked_for)`)} face
        on r.state in ('active', 'parked') and s.shows_operator_card`.execute(db)
  return rows
}

/** The places of chats in their queues, from 1: those who wait and those who are being offered. */
async function listPlaces(
  db: Db,
  chats: readonly { organisationId: string; queueId: string; chatId: string }[],
): Promise<Map<string, number>> {
  const organisationIds = [...new Set(chats.map((chat) => chat.organisationId))]
  const queueIds = [...new Set(chats.map((chat) => chat.queueId))]
  const chatIds = chats.map((chat) => chat.chatId)
  const { rows } = await sql<{ chatId: string; place: number }>`
    select chat_id, place from (
      select chat_id, row_number() over (partition by queue_id order by due_at, chat_id) as place
        from routed_chats
       where organisation_id = any (${organisationIds}::uuid[]) and queue_id = any (${queueIds}::uuid[])
         and state <> 'closed' and state in ('waiting', 'offered')) as line
     where chat_id = any (${chatIds}::uuid[])`.execute(db)
  return new Map(rows.map(({ chatId, place }) => [chatId, place]))
}

/** How each queue moves: its operators now, its open chats, and those that closed lately. */
async function listPaces(db: Db, queueIds: readonly string[]): Promise<Map<string, Pace>> {
  const { rows } = await sql<Pace & { queueId: string }>`
    with wanted as (
      select organisation_id, id as queue_id, kind, chat_units, offer_seconds, is_test,
             is_attended(organisation_id, id) as is_attended
        from queues where id = any (${queueIds}::uuid[])
    ), serving as (
      select w.queue_id, count(*)::int as online,
             -- Units allow so many such chats, where they are limited.
             sum(least(l.chat_limit, o.unit_limit / w.chat_units) / greatest(k.queues, 1)::float8) as slots,
             sum(greatest(0, least(l.chat_limit - l.used,
               (o.unit_limit - o.units_used) / w.chat_units)))::int as free
        from wanted w
        -- Whoever is outside the queue is there while nobody else is.
        join queue_members m on m.organisation_id = w.organisation_id and m.queue_id = w.queue_id
                            and case when m.participates then m.is_joined else not w.is_attended end
        join operators o on o.organisation_id = m.organisation_id and o.user_id = m.user_id and o.is_ready
                        and case when w.is_test then o.takes_tests else o.takes_chats end
        join operator_loads l on l.organisation_id = m.organisation_id and l.user_id = m.user_id and l.kind = w.kind
       cross join lateral (
         select count(*) as queues from queue_members j
           join queues q on q.organisation_id = j.organisation_id and q.id = j.queue_id and q.kind = w.kind
          where j.organisation_id = m.organisation_id and j.user_id = m.user_id and j.is_joined) k
       group by w.queue_id
    ), lately as (
      select r.queue_id, r.enqueued_at, r.closed_at, r.state, a.accepted_at, a.ended_at,
             coalesce(a.accepted_at, r.closed_at, statement_timestamp()) as waited_until
        from wanted w
       cross join lateral (
          select * from routed_chats
           where organisation_id = w.organisation_id and queue_id = w.queue_id and state not in ('early', 'closed')
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
      select queue_id,
             statement_timestamp() - greatest(
               min(enqueued_at) filter (where state = 'waiting'),
               case when count(closed_at) < ${LATELY.chats} then statement_timestamp() - make_interval(secs => ${LATELY.seconds})
                    else min(closed_at) end) as age
        from lately
       group by queue_id
      having count(*) filter (where state = 'waiting') > 0
    )
    select w.queue_id, w.offer_seconds,
           coalesce(s.online, 0) as online, coalesce(s.slots, 0) as slots, coalesce(s.free, 0) as free,
           count(*) filter (where l.ended_at is not null)::int as ended,
           coalesce(sum(extract(epoch from l.ended_at - l.accepted_at)), 0)::float8 as held_seconds,
           coalesce(extract(epoch from b.age), 0)::float8 as backlog_seconds,
           count(*) filter (where l.accepted_at > statement_timestamp() - b.age)::int as taken,
           count(*) filter (where l.state = 'closed' and l.accepted_at is null)::int as abandoned,
           coalesce(sum(extract(epoch from l.waited_until - l.enqueued_at)), 0)::float8 as waited_seconds
      from wanted w
      left join serving s on s.queue_id = w.queue_id
      left join lately l on l.queue_id = w.queue_id
      left join backlog b on b.queue_id = w.queue_id
     group by w.queue_id, w.offer_seconds, s.online, s.slots, s.free, b.age`.execute(db)
  return new Map(rows.map(({ queueId, ...pace }) => [queueId, pace]))
}
