// What tests of routing begin with: a database of their own with a stopped clock, and a place in it
// that is new for every test. After each of them the laws must hold.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import type { Operator } from '#contract/presence.ts'
import type { Chat } from '#contract/routing.ts'
import * as presence from '../features/presence/queries.ts'
import { run } from '../features/routing/actions.ts'
import { brokenLaws, NONE_BROKEN } from '../features/routing/laws.ts'
import * as routing from '../features/routing/queries.ts'
import { type Database, type Db, openDatabase } from '../platform/database.ts'
import {
  ask,
  emptyHouse,
  type Place,
  type QueueWish,
  seedOperator,
  seedPlace,
  seedQueue,
  setClock,
} from './routing-seed.ts'
import { createTestDatabase, type TestDatabase } from './template.ts'

export interface RoutingHouse {
  readonly db: Db
  readonly place: Place
  /** Moves the clock on. */
  pass(ms: number): Promise<void>
  /** The moment `ms` from now, as rows have it. */
  at(ms: number): string
}

/** Opens the database before the file's tests and drops it behind them. */
export function openRoutingHouse(): RoutingHouse {
  let house: TestDatabase
  let database: Database
  let place: Place
  let now = Date.parse('2026-01-01T09:00:00.000Z')
  const pass = async (ms: number) => {
    now += ms
    await setClock(database.db, now)
  }
  beforeAll(async () => {
    house = await createTestDatabase()
    // One connection: the clock is stopped for its session.
    database = openDatabase(house.url, { max: 1 })
  })
  afterAll(async () => {
    await database?.close()
    await house?.drop()
  })
  beforeEach(async () => {
    await pass(3_600_000)
    place = await seedPlace(database.db)
  })
  afterEach(async () => {
    expect(await brokenLaws(database.db)).toEqual(NONE_BROKEN)
    await emptyHouse(database.db)
  })
  return {
    get db() {
      return database.db
    },
    get place() {
      return place
    },
    pass,
    at: (ms) => new Date(now + ms).toISOString(),
  }
}

/** Queues and operators: how they come, stand and change; throws for an operator who is not there. */
export function peopleOf(house: RoutingHouse) {
  return {
    newQueue: (wish: QueueWish = {}) =>
      seedQueue(house.db, house.place.organisationId, randomUUID(), wish),
    async newOperator(live: number, ...queueIds: string[]): Promise<string> {
      const userId = randomUUID()
      await seedOperator(house.db, house.place, userId, { live, queueIds })
      return userId
    },
    async operator(userId: string): Promise<Operator> {
      const found = await presence.findOperator(house.db, house.place.organisationId, userId)
      if (found === undefined) throw new Error('there is such an operator')
      return found
    },
    declare: (userId: string, availability: Operator['availability'], actorId = userId) =>
      run(house.db, (one) =>
        routing.setAvailability(one, { ...house.place, userId, availability, actorId }),
      ),
    limit: (userId: string, limit: number, version = 1) =>
      run(house.db, (one) =>
        routing.setLimit(one, {
          ...house.place,
          userId,
          kind: 'live',
          limit,
          version,
          actorId: userId,
        }),
      ),
  }
}

/** Chats: how they begin, stand, are answered and end; throws for a chat that is not there. */
export function chatsOf(house: RoutingHouse) {
  const chat = async (chatId: string): Promise<Chat> => {
    const found = await routing.findChat(house.db, house.place.organisationId, chatId)
    if (found === undefined) throw new Error('there is such a chat')
    return found
  }
  return {
    chat,
    async begin(queueId: string, priority = 0): Promise<string> {
      const chatId = randomUUID()
      await ask(house.db, house.place, queueId, chatId, priority)
      return chatId
    },
    async offer(chatId: string): Promise<routing.OfferAnswer> {
      const { offer } = await chat(chatId)
      if (offer === null) throw new Error('the chat is offered')
      const { organisationId } = house.place
      return { organisationId, offerId: offer.id, userId: offer.operatorId }
    },
    accept: (it: routing.OfferAnswer) => run(house.db, (one) => routing.acceptOffer(one, it)),
    decline: (it: routing.OfferAnswer) => run(house.db, (one) => routing.declineOffer(one, it)),
    close: (chatId: string, holderId: string) =>
      run(house.db, (one) =>
        routing.closeChat(one, { ...house.place, chatId, holderId, because: 'operator' }),
      ),
    /** The operator who is offered the chat or has it. */
    async held(chatId: string): Promise<string | undefined> {
      const { rows } = await sql<{ operatorId: string | null }>`
        select operator_id from routed_chats where chat_id = ${chatId}`.execute(house.db)
      return rows.at(0)?.operatorId ?? undefined
    },
  }
}

/** A server of its own and its connection of a user. */
export async function connectThrough(
  { db, place }: RoutingHouse,
  userId: string,
): Promise<{ nodeId: string; epoch: number }> {
  const nodeId = randomUUID()
  const epoch = await presence.registerNode(db, nodeId, 'another')
  const connection = {
    ...place,
    userId,
    nodeId,
    epoch,
    connectionId: randomUUID(),
    sessionId: null,
  }
  await run(db, (one) => presence.connectionOpened(one, connection))
  return { nodeId, epoch }
}

interface Told {
  kind: string
  entityId: string
  scopes: string[]
  leftScopes: string[]
  row: unknown
  because: unknown
}

/** What the organisation is told of the work, in order. */
export async function toldAfter(
  { db, place: { organisationId } }: RoutingHouse,
  work: () => Promise<unknown>,
): Promise<Told[]> {
  const before = await sql<{ seq: number }>`
    select coalesce(max(seq), 0) as seq from event_log where organisation_id = ${organisationId}`.execute(
    db,
  )
  await work()
  const { rows } =
    await sql<Told>`select kind, entity_id, scopes, left_scopes, row, because from event_log
    where organisation_id = ${organisationId} and seq > ${before.rows.at(0)?.seq ?? 0} order by seq`.execute(
      db,
    )
  return rows
}
