// Rows for tests of routing: an organisation, queues, people, and chats that visitors have begun.
import { randomBytes, randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import * as presence from '../features/presence/queries.ts'
import { run } from '../features/routing/actions.ts'
import type { FloorQueue } from '../features/routing/floor.ts'
import type { FloorParking } from '../features/routing/floor-parking.ts'
import { joinQueue } from '../features/routing/joining-queries.ts'
import * as routing from '../features/routing/queries.ts'
import type { Db } from '../platform/database.ts'

export interface Place {
  organisationId: string
  siteId: string
  visitorId: string
  nodeId: string
  epoch: number
}

export interface QueueWish {
  kind?: 'live' | 'deferred'
  strategy?: string
  offerSeconds?: number
  autoAccepts?: boolean
  priority?: number
  maxWaiting?: number | undefined
  overflowAfterSeconds?: number | undefined
  overflowWhenUnattended?: boolean
  isTest?: boolean
  wrapUpSeconds?: number
  wrapUpTakesSlot?: boolean
  affinitySeconds?: number
  chatUnits?: number
  heldLimit?: number | undefined
  keepsShifts?: boolean
  cooldownSeconds?: number | undefined
  burstMost?: number | undefined
  burstSeconds?: number | undefined
  parking?: FloorParking | undefined
}

/** An id that can be told from others in a report: 'c', 7 gives '...0c0000000007'. */
export function idOf(letter: string, number: number): string {
  return `00000000-0000-4000-8000-0${letter}${String(number).padStart(10, '0')}`
}

/** As if nobody had ever been there. */
export async function emptyHouse(db: Db): Promise<void> {
  await sql`truncate user_skills, queue_skills, skills, assignments, exclusions, routed_chats, queue_members, operator_loads, operators,
    connections, nodes, event_log, chats, visitors, sites, queues, memberships, users, accounts
    cascade`.execute(db)
}

export async function seedPlace(db: Db): Promise<Place> {
  const [organisationId, siteId, visitorId, nodeId] = [1, 2, 3, 4].map(() => randomUUID())
  if (!(organisationId && siteId && visitorId && nodeId)) throw new Error('four ids were made')
  await sql`insert into accounts (organisation_id, id, kind, name)
    values (${organisationId}, ${organisationId}, 'organisation', 'Oak')`.execute(db)
  const queueId = await seedQueue(db, organisationId, randomUUID(), {})
  const key = randomBytes(10).toString('hex')
  await sql`insert into sites (organisation_id, id, account_id, queue_id, name, key)
    values (${organisationId}, ${siteId}, ${organisationId}, ${queueId}, 'Shop', ${key})`.execute(
    db,
  )
  await sql`insert into visitors (organisation_id, id, site_id, token_hash, name, expires_at)
    values (${organisationId}, ${visitorId}, ${siteId}, ${randomBytes(32)}, 'Vera', now() + interval '1 day')`.execute(
    db,
  )
  const epoch = await presence.registerNode(db, nodeId, 'test')
  await sql`update nodes set lease_until = 'infinity' where id = ${nodeId}`.execute(db)
  return { organisationId, siteId, visitorId, nodeId, epoch }
}

const USUAL = {
  ...({ kind: 'live', strategy: 'longest_idle', offerSeconds: 20, priority: 0 } as const),
  ...{ autoAccepts: false, isTest: false, wrapUpSeconds: 0, wrapUpTakesSlot: false },
  ...{ overflowWhenUnattended: false, affinitySeconds: 0, chatUnits: 1, keepsShifts: false },
}

const NO_PARKING: FloorParking = {
  ...{ afterMs: undefined, wakeTo: 'front', closeMs: undefined },
  ...{ whenGone: 'queue', keepMs: undefined, holdMs: 60_000 },
}

const part = (ms: number | undefined, unitMs: number) => (ms === undefined ? null : ms / unitMs)

export async function seedQueue(
  db: Db,
  organisationId: string,
  id: string,
  wish: QueueWish,
): Promise<string> {
  const queue = { ...USUAL, ...wish }
  const parking = wish.parking ?? NO_PARKING
  await sql`insert into queues (organisation_id, id, account_id, name, kind, strategy, offer_seconds,
      auto_accepts, priority, max_waiting, is_test, wrap_up_seconds, wrap_up_takes_slot,
      overflow_after_seconds, overflow_when_unattended, affinity_seconds,
      chat_units, held_limit, cooldown_seconds, burst_most, burst_seconds,
      park_after_minutes, wake_to, close_parked_days, when_gone, keep_hours, keeps_shifts)
    values (${organisationId}, ${id}, ${organisationId}, ${id}, ${queue.kind}, ${queue.strategy},
      ${queue.offerSeconds}, ${queue.autoAccepts}, ${queue.priority}, ${queue.maxWaiting ?? null},
      ${queue.isTest}, ${queue.wrapUpSeconds}, ${queue.wrapUpTakesSlot},
      ${queue.overflowAfterSeconds ?? null}, ${queue.overflowWhenUnattended},
      ${queue.affinitySeconds}, ${queue.chatUnits}, ${queue.heldLimit ?? null}, ${queue.cooldownSeconds ?? null},
      ${queue.burstMost ?? null}, ${queue.burstSeconds ?? 60},
      ${part(parking.afterMs, 60_000)}, ${parking.wakeTo}, ${part(parking.closeMs, 86_400_000)},
      ${parking.whenGone}, ${part(parking.keepMs, 3_600_000)}, ${queue.keepsShifts})`.execute(db)
  return id
}

/** The opening hours of queues that have some. */
export async function seedClosings(
  db: Db,
  organisationId: string,
  queues: readonly Pick<FloorQueue, 'id' | 'closing'>[],
): Promise<void> {
  for (const { id, closing } of queues) {
    if (closing === undefined) continue
    const { calendar, whenClosed, atClosing, messageQueueId } = closing
    await sql`insert into hours (organisation_id, id, account_id, name, time_zone, week)
      values (${organisationId}, ${id}, ${organisationId}, ${id}, ${calendar.timeZone},
              ${JSON.stringify(calendar.week)}::jsonb)`.execute(db)
    await sql`update queues set hours_id = ${id}, when_closed = ${whenClosed}, at_closing = ${atClosing},
      message_queue_id = ${messageQueueId ?? null} where id = ${id}`.execute(db)
  }
}

/** Shifts that are always and never now. */
export const SHIFTS = { on: idOf('f', 1), off: idOf('f', 2) }

export async function seedShifts(db: Db, organisationId: string): Promise<void> {
  const weekOf = (day: readonly object[]) => JSON.stringify(Array.from({ length: 7 }, () => day))
  const weeks = { on: weekOf([{ from: 0, to: 1440 }]), off: weekOf([]) }
  for (const which of ['on', 'off'] as const)
    await sql`insert into hours (organisation_id, id, account_id, name, time_zone, week)
      values (${organisationId}, ${SHIFTS[which]}, ${organisationId}, ${which}, 'UTC',
              ${weeks[which]}::jsonb)`.execute(db)
}

/** Skills, and what each queue asks of them. */
export async function seedSkills(
  db: Db,
  organisationId: string,
  skillIds: readonly string[],
  queues: readonly Pick<FloorQueue, 'id' | 'skills'>[],
): Promise<void> {
  for (const id of skillIds)
    await sql`insert into skills (organisation_id, id, account_id, name)
      values (${organisationId}, ${id}, ${organisationId}, ${id})`.execute(db)
  for (const { id: queueId, skills } of queues)
    for (const { id, level, relaxAfterMs } of skills)
      await sql`insert into queue_skills values (${organisationId}, ${queueId}, ${id}, ${level},
        ${relaxAfterMs === undefined ? null : relaxAfterMs / 1_000})`.execute(db)
}

export async function seedUser(
  db: Db,
  organisationId: string,
  id: string,
  name: string,
): Promise<void> {
  await sql`insert into users (id, login, email, first_name, last_name)
    values (${id}, ${id}, ${`${id}@example.org`}, ${name}, 'Oak')`.execute(db)
  await sql`insert into memberships (organisation_id, account_id, user_id)
    values (${organisationId}, ${organisationId}, ${id})`.execute(db)
}

/** A chat that a visitor has begun: its row, and its place in a queue. */
export async function ask(
  db: Db,
  place: Place,
  queueId: string,
  chatId: string = randomUUID(),
  priority = 0,
): Promise<routing.Enqueued> {
  const { organisationId, siteId, visitorId } = place
  return run(db, (one) =>
    one.transaction().execute(async (tx) => {
      await sql`insert into chats (organisation_id, id, account_id, site_id, visitor_id, kind)
        values (${organisationId}, ${chatId}, ${organisationId}, ${siteId}, ${visitorId}, 'live')
        on conflict (organisation_id, id) do nothing`.execute(tx)
      return routing.enqueueChat(tx, { organisationId, chatId, queueId, priority })
    }),
  )
}

/** An operator who has joined queues, is connected and available. */
export async function seedOperator(
  db: Db,
  place: Place,
  userId: string,
  wish: { live: number; deferred?: number; queueIds: readonly string[] },
): Promise<void> {
  const { organisationId, nodeId, epoch } = place
  const operator = { organisationId, userId }
  await seedUser(db, organisationId, userId, `User ${userId.slice(-3)}`)
  await run(db, (one) =>
    routing.registerOperator(one, { ...operator, live: wish.live, deferred: wish.deferred ?? 5 }),
  )
  for (const queueId of wish.queueIds) {
    await run(db, (one) => routing.assignQueueMember(one, { ...operator, queueId }))
    await run(db, (one) => joinQueue(one, { ...operator, queueId }))
  }
  const connection = { ...operator, connectionId: randomUUID(), sessionId: null, nodeId, epoch }
  await run(db, (one) => presence.connectionOpened(one, connection))
  await run(db, (one) =>
    routing.setAvailability(one, { ...operator, availability: 'available', actorId: userId }),
  )
}

/** Stops or moves the clock of routing. Only for a pool of one connection. */
export async function setClock(db: Db, atMs: number): Promise<void> {
  const now = new Date(atMs).toISOString()
  await sql`select set_config('switchboard.now', ${now}, false)`.execute(db)
}
