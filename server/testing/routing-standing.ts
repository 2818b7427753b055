// How routing stands, in words that the database and the model share.
import { sql } from 'kysely'
import { isServing } from '../features/routing/attending.ts'
import {
  type Floor,
  type FloorChat,
  type FloorMember,
  type FloorOperator,
  heldOf,
  unitsUsed,
  used,
} from '../features/routing/floor.ts'
import type { Db } from '../platform/database.ts'

/** What the database and the model must agree on. */
export interface Standing {
  operators: unknown[]
  members: unknown[]
  chats: unknown[]
}

const ms = (text: string | null) => (text === null ? null : Date.parse(text))

/** As the database has it. */
export async function standing(db: Db, organisationId: string): Promise<Standing> {
  const operators = await sql<{ last: string | null; grace: string | null; idle: string | null }>`
    select user_id as id, availability, finish_as, idle_until as idle, missed_in_row as missed, is_not_answering, is_present,
           (r.row -> 'live' ->> 'used')::int as live, r.row -> 'units' -> 'used' as units, r.row -> 'wrapUp' as wrap_up, last_offered_at as last, grace_until as grace
      from operators o join operator_rows r using (organisation_id, user_id)
     where organisation_id = ${organisationId} order by user_id`.execute(db)
  const chats = await sql<{ dueAt: string; expiresAt: string | null }>`
    select r.chat_id as id, r.state, r.queue_id, r.due_at, r.operator_id, (row ->> 'rings')::boolean as rings, row ->> 'opensAt' as opens_at, row -> 'offer' ->> 'expiresAt' as expires_at,
           row -> 'parked' as parked,
           case when t.id is not null then jsonb_build_object('to', t.to_id, 'endsAt', instant(t.ends_at), 'userId', c.handing_to) end as handing
      from chat_rows r
      join routed_chats c using (organisation_id, chat_id)
      left join transfers t on t.organisation_id = c.organisation_id and t.id = c.transfer_id and t.outcome is null
     where r.organisation_id = ${organisationId} order by r.chat_id`.execute(db)
  const members = await sql<{ cools: string | null; until: string | null }>`
    select queue_id || ':' || user_id as id, tier, is_joined, opted_in, opted_in_until as until, participates,
           cools_until as cools, held, held_limit
      from queue_members
     where organisation_id = ${organisationId} order by 1`.execute(db)
  return {
    operators: operators.rows.map((row) => ({
      ...row,
      last: ms(row.last),
      grace: ms(row.grace),
      idle: ms(row.idle),
    })),
    members: members.rows.map((row) => ({ ...row, cools: ms(row.cools), until: ms(row.until) })),
    chats: chats.rows.map((row) => ({
      ...row,
      dueAt: ms(row.dueAt),
      expiresAt: ms(row.expiresAt),
    })),
  }
}

const byId = (one: { id: string }, other: { id: string }) => (one.id < other.id ? -1 : 1)

function wrapUpOf({ wrapUpUntil, wraps }: FloorOperator) {
  const until = Math.max(wrapUpUntil ?? 0, ...wraps.map((wrap) => wrap.until))
  if (until === 0) return null
  return { until: new Date(until).toISOString(), isPaused: wrapUpUntil !== undefined }
}

/** Only a queue that limits what is held of it counts that. */
function heldBy(floor: Floor, { queueId, userId }: FloorMember) {
  const operator = floor.operators.get(userId)
  const limit = floor.queues.get(queueId)?.heldLimit
  if (limit === undefined || operator === undefined) return { held: 0, heldLimit: null }
  return { held: heldOf(floor, operator, queueId), heldLimit: limit }
}

function parkedOf({ parked }: FloorChat) {
  if (parked === undefined) return null
  const { userId: operatorId = null, at, because, isOwed } = parked
  return { operatorId, at: new Date(at).toISOString(), because, isOwed }
}

function handingOf({ handing }: FloorChat) {
  if (handing === undefined) return null
  const { to, endsAt, offer } = handing
  return { to: to.id, endsAt: new Date(endsAt).toISOString(), userId: offer?.userId ?? null }
}

/** As the model has it. */
export function modelled(floor: Floor): Standing {
  const held = [...floor.chats.values()]
  return {
    operators: [...floor.operators.values()].sort(byId).map((one) => ({
      id: one.id,
      availability: one.availability,
      finishAs: one.finishAs ?? null,
      idle: one.idleUntil ?? null,
      missed: one.missed,
      isNotAnswering: one.isNotAnswering,
      isPresent: one.isPresent,
      live: used(floor, one.id, 'live'),
      units: one.unitLimit === undefined ? 0 : unitsUsed(floor, one),
      wrapUp: wrapUpOf(one),
      last: one.lastOfferedAt ?? null,
      grace: one.graceUntil ?? null,
    })),
    members: [...floor.members]
      .map(([id, member]) => ({
        ...{ id, tier: member.tier, participates: member.participates },
        ...{ isJoined: isServing(floor, member), optedIn: member.isJoined },
        until: member.joinedUntil ?? null,
        ...heldBy(floor, member),
        cools: member.coolsUntil ?? null,
      }))
      .sort(byId),
    chats: held.sort(byId).map((chat) => ({
      id: chat.id,
      state: chat.state,
      queueId: chat.queueId,
      dueAt: chat.dueAt,
      operatorId: chat.operatorId ?? null,
      rings: chat.rings,
      opensAt:
        chat.state === 'early' && chat.opensAt !== undefined
          ? new Date(chat.opensAt).toISOString()
          : null,
      expiresAt: chat.expiresAt ?? chat.handing?.offer?.expiresAt ?? null,
      handing: handingOf(chat),
      parked: parkedOf(chat),
    })),
  }
}
