// Chats as their visitors see them: place, expected wait, who answers.
import { sql } from 'kysely'
import type { OperatorCard, Visit } from '#contract/visitors.ts'
import type { Db } from '../../platform/database.ts'
import { faceOf } from '../chats/queries.ts'
import { expectedWait, type Pace } from './forecast.ts'
import { listPaces, listPlaces } from './line-queries.ts'

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
