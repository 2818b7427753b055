// Many hands at once: the same laws hold when everybody acts at the same moment.
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../platform/database.ts'
import {
  ask,
  type Place,
  seedOperator,
  seedPlace,
  seedQueue,
  seedUser,
} from '../../testing/routing-seed.ts'
import { createTestDatabase, type TestDatabase } from '../../testing/template.ts'
import * as presence from '../presence/queries.ts'
import { run, sweep } from './actions.ts'
import { brokenLaws, NONE_BROKEN } from './laws.ts'
import * as routing from './queries.ts'

let house: TestDatabase
let database: Database
let db: Database['db']
let place: Place
let queueId: string

beforeEach(async () => {
  house = await createTestDatabase()
  database = openDatabase(house.url, { max: 12 })
  db = database.db
  place = await seedPlace(db)
  queueId = await seedQueue(db, place.organisationId, randomUUID(), { offerSeconds: 300 })
})
afterEach(async () => {
  await database.close()
  await house.drop()
})

async function operators(count: number, live: number): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID())
  for (const id of ids) await seedOperator(db, place, id, { live, queueIds: [queueId] })
  return ids
}

async function states(): Promise<Record<string, number>> {
  const { rows } = await sql<{ state: string; count: number }>`
    select state, count(*)::int as count from routed_chats group by 1`.execute(db)
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]))
}

async function deadlocks(): Promise<number> {
  const { rows } = await sql<{ deadlocks: number }>`
    select deadlocks from pg_stat_database where datname = current_database()`.execute(db)
  return rows.at(0)?.deadlocks ?? 0
}

const times = <T>(count: number, work: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)))

async function acceptAll(): Promise<void> {
  const { rows } = await sql<{ id: string; userId: string }>`
    select id, user_id from assignments where state = 'offered'`.execute(db)
  await Promise.all(
    rows.map(({ id, userId }) =>
      run(db, (one) => routing.acceptOffer(one, { ...place, offerId: id, userId })),
    ),
  )
}

describe('a limit', () => {
  test('holds when 200 chats come at once for 20 operators who may hold three each', async () => {
    await operators(20, 3)
    await times(200, () => ask(db, place, queueId))
    expect(await states()).toEqual({ offered: 60, waiting: 140 })
    expect(await brokenLaws(db)).toEqual(NONE_BROKEN)
    const { rows } = await sql<{ used: number }>`
      select distinct used from operator_loads where kind = 'live'`.execute(db)
    expect(rows).toEqual([{ used: 3 }])
  })

  test('would not hold without its guards', async () => {
    const guardless = await readFile(new URL('break-limit.sql', import.meta.url), 'utf8')
    await database.pool.query(guardless)
    await operators(2, 1)
    await times(60, () => ask(db, place, queueId))
    expect((await brokenLaws(db)).overLimit).toBeGreaterThan(0)
  })
})

test('a chat that comes while another ends is never left waiting beside a free operator', async () => {
  const [userId] = await operators(1, 1)
  if (userId === undefined) throw new Error('an operator was made')
  let held = randomUUID()
  await ask(db, place, queueId, held)
  for (let round = 0; round < 150; round++) {
    await acceptAll()
    const next = randomUUID()
    const closing = { ...place, chatId: held, holderId: userId, because: 'operator' } as const
    await Promise.all([
      run(db, (one) => routing.closeChat(one, closing)),
      ask(db, place, queueId, next),
    ])
    held = next
    expect((await states())['waiting'] ?? 0, `round ${round}`).toBe(0)
  }
  expect(await brokenLaws(db)).toEqual(NONE_BROKEN)
}, 120_000)

test('who becomes an operator is present exactly when connected, whatever happens at that moment', async () => {
  const userId = randomUUID()
  await seedUser(db, place.organisationId, userId, 'Anna')
  const operator = { ...place, userId, live: 1, deferred: 1 }
  for (let round = 0; round < 60; round++) {
    const [staying, going] = [randomUUID(), randomUUID()]
    const connection = { ...operator, sessionId: null }
    const open = (connectionId: string) =>
      run(db, (one) => presence.connectionOpened(one, { ...connection, connectionId }))
    await open(going)
    await Promise.all([
      run(db, (one) => routing.registerOperator(one, operator)),
      run(db, (one) => presence.connectionClosed(one, going)),
      round % 2 === 0 ? open(staying) : undefined,
    ])
    expect((await brokenLaws(db)).misjudged, `round ${round}`).toBe(0)
    await run(db, (one) => presence.connectionClosed(one, staying))
    await run(db, (one) => routing.removeOperator(one, operator))
  }
})

test('two answers to one offer are one answer', async () => {
  await operators(1, 1)
  await ask(db, place, queueId)
  const { rows } = await sql<{ id: string; userId: string }>`
    select id, user_id from assignments where state = 'offered'`.execute(db)
  const [offer] = rows
  if (offer === undefined) throw new Error('there is an offer')
  const answer = { ...place, offerId: offer.id, userId: offer.userId }
  const outcomes = await Promise.all([
    ...Array.from({ length: 6 }, () => run(db, (one) => routing.acceptOffer(one, answer))),
    ...Array.from({ length: 6 }, () => run(db, (one) => routing.declineOffer(one, answer))),
  ])
  const statuses = new Set(outcomes.map(({ status }) => status))
  expect(statuses.size).toBe(2)
  expect(statuses.has('gone')).toBe(true)
  expect(await brokenLaws(db)).toEqual(NONE_BROKEN)
})

test('a limit that two editors set at once is set by one and refused to the other', async () => {
  const [userId] = await operators(1, 1)
  if (userId === undefined) throw new Error('an operator was made')
  const wish = { ...place, userId, kind: 'live', version: 1 } as const
  const outcomes = await times(8, (limit) =>
    run(db, (one) => routing.setLimit(one, { ...wish, limit, actorId: randomUUID() })),
  )
  expect(outcomes.filter(({ status }) => status === 'set')).toHaveLength(1)
  const winner = outcomes.find(({ status }) => status === 'set')?.detail
  for (const { detail } of outcomes.filter(({ status }) => status === 'stale')) {
    expect(detail).toMatchObject({ limit: winner?.limit, version: 2, setBy: winner?.setBy })
  }
})

describe('everybody at once', () => {
  interface Floor {
    users: string[]
    queues: string[]
    chats: string[]
    connections: Map<string, string[]>
    /** The server that connections are opened on; now and then it dies. */
    node: { nodeId: string; epoch: number }
    rounds: number
  }
  const any = <T>(list: readonly T[]): T => {
    const one = list[Math.floor(Math.random() * list.length)]
    if (one === undefined) throw new Error('nothing to choose from')
    return one
  }
  const chance = (part: number) => Math.random() < part

  async function answer(floor: Floor): Promise<void> {
    const { rows } = await sql<{ id: string; userId: string }>`
      select id, user_id from assignments where state = 'offered' order by random() limit 1`.execute(
      db,
    )
    const [offer] = rows
    if (offer === undefined) return
    const userId = chance(0.05) ? any(floor.users) : offer.userId
    const it = { ...place, offerId: offer.id, userId }
    await run(db, (one) =>
      chance(0.8)
        ? routing.acceptOffer(one, it).then(() => idle)
        : routing.declineOffer(one, it).then(() => idle),
    )
  }
  const idle: routing.Outcome = {
    organisationId: null,
    status: 'done',
    seq: null,
    matchChats: [],
    matchOperators: [],
    detail: null,
  }
  async function end(): Promise<void> {
    const { rows } = await sql<{ chatId: string; operatorId: string }>`
      select chat_id, operator_id from routed_chats where state = 'active' order by random() limit 1`.execute(
      db,
    )
    const [chat] = rows
    if (chat === undefined) return
    const it = {
      ...place,
      chatId: chat.chatId,
      holderId: chat.operatorId,
      because: 'operator',
    } as const
    await run(db, (one) => routing.closeChat(one, it))
  }
  async function begin(floor: Floor): Promise<void> {
    const chatId = randomUUID()
    floor.chats.push(chatId)
    await ask(db, place, any(floor.queues), chatId, Math.floor(Math.random() * 3))
  }
  async function declare(floor: Floor): Promise<void> {
    const userId = any(floor.users)
    const availability = chance(0.7) ? 'available' : any(['busy', 'away', 'offline'] as const)
    await run(db, (one) =>
      routing.setAvailability(one, { ...place, userId, availability, actorId: userId }),
    )
  }
  async function relimit(floor: Floor): Promise<void> {
    const userId = any(floor.users)
    const { rows } = await sql<{ version: number }>`
      select version from operator_loads where user_id = ${userId} and kind = 'live'`.execute(db)
    const wish = {
      ...place,
      userId,
      kind: 'live',
      limit: Math.floor(Math.random() * 5),
      actorId: null,
    } as const
    await run(db, (one) => routing.setLimit(one, { ...wish, version: rows.at(0)?.version ?? 1 }))
  }
  async function moveQueue(floor: Floor): Promise<void> {
    const it = { ...place, queueId: any(floor.queues), userId: any(floor.users) }
    const tier = 1 + Math.floor(Math.random() * 2)
    const join = () => run(db, (one) => routing.joinQueue(one, it))
    const leave = () => run(db, (one) => routing.leaveQueue(one, it))
    const assign = () => run(db, (one) => routing.assignQueueMember(one, { ...it, tier }))
    const unassign = () => run(db, (one) => routing.unassignQueueMember(one, it))
    await any<() => Promise<unknown>>([join, join, join, leave, assign, unassign])()
  }
  async function reconnect(floor: Floor): Promise<void> {
    const userId = any(floor.users)
    const open = floor.connections.get(userId) ?? []
    const gone = chance(0.5) ? open.pop() : undefined
    if (gone !== undefined) {
      await run(db, (one) => presence.connectionClosed(one, gone, chance(0.3) ? 0 : 30))
      return
    }
    const connectionId = randomUUID()
    await run(db, (one) =>
      presence.connectionOpened(one, {
        ...place,
        ...floor.node,
        userId,
        connectionId,
        sessionId: null,
      }),
    )
    open.push(connectionId)
    floor.connections.set(userId, open)
  }
  /** Whoever is not at work comes back to it; otherwise a long storm ends on an empty floor. */
  async function comeBack(floor: Floor): Promise<void> {
    const it = { ...place, queueId: any(floor.queues), userId: any(floor.users) }
    await run(db, (one) => routing.assignQueueMember(one, it))
    await run(db, (one) => routing.joinQueue(one, it))
    const connectionId = randomUUID()
    await run(db, (one) =>
      presence.connectionOpened(one, { ...it, ...floor.node, connectionId, sessionId: null }),
    )
    floor.connections.set(it.userId, [...(floor.connections.get(it.userId) ?? []), connectionId])
    const declared = { ...it, availability: 'available', actorId: it.userId } as const
    await run(db, (one) => routing.setAvailability(one, declared))
  }
  async function leaveFloor(floor: Floor): Promise<void> {
    const userId = any(floor.users)
    await run(db, (one) => routing.removeOperator(one, { ...place, userId }))
    await run(db, (one) =>
      routing.registerOperator(one, { ...place, userId, live: 2, deferred: 2 }),
    )
  }
  async function abandon(floor: Floor): Promise<void> {
    if (floor.chats.length === 0) return
    await run(db, (one) => routing.abandonChat(one, { ...place, chatId: any(floor.chats) }))
  }
  async function killNode(floor: Floor): Promise<void> {
    const { nodeId, epoch } = floor.node
    await presence.endNode(db, nodeId, epoch)
    if (chance(0.5)) await sweep(db)
    floor.node = { nodeId, epoch: await presence.registerNode(db, nodeId, 'flaky') }
    await sql`update nodes set lease_until = 'infinity' where id = ${nodeId}`.execute(db)
  }
  /** Lets deadlines come sooner than they would; waits for nobody, so it is in nobody's way. */
  async function hurry(): Promise<void> {
    await sql`update assignments set expires_at = clock_timestamp() + interval '20 ms'
      where id in (select id from assignments where state = 'offered' and random() < 0.3
                   for no key update skip locked)`.execute(db)
    await sql`update operators set grace_until = clock_timestamp()
      where user_id in (select user_id from operators where grace_until is not null and random() < 0.3
                        for no key update skip locked)`.execute(db)
  }

  const acts: [number, (floor: Floor) => Promise<unknown>][] = [
    [20, begin],
    [30, answer],
    [22, end],
    [3, abandon],
    [5, declare],
    [4, relimit],
    [4, moveQueue],
    [5, reconnect],
    [8, comeBack],
    [1, leaveFloor],
    [1, killNode],
    [2, hurry],
    [3, () => sweep(db)],
  ]
  const drawn = acts.flatMap(([weight, act]) => Array.from({ length: weight }, () => act))

  test('breaks no law, and no transaction waits for itself', async () => {
    const users = await operators(8, 2)
    const second = await seedQueue(db, place.organisationId, randomUUID(), {
      strategy: 'least_loaded',
      priority: 1,
    })
    for (const userId of users.slice(0, 5)) {
      await run(db, (one) =>
        routing.assignQueueMember(one, { ...place, queueId: second, userId, tier: 2 }),
      )
      await run(db, (one) => routing.joinQueue(one, { ...place, queueId: second, userId }))
    }
    const floor: Floor = {
      users,
      queues: [queueId, second],
      chats: [],
      connections: new Map(),
      node: { nodeId: place.nodeId, epoch: place.epoch },
      rounds: 0,
    }
    const until = Date.now() + Number(process.env['STORM_MS'] ?? 8_000)
    const before = await deadlocks()
    await times(12, async () => {
      while (Date.now() < until) {
        await any(drawn)(floor)
        floor.rounds++
      }
    })
    // A cooldown that ends between the last sweep and the count would look like a lost match.
    await sql`delete from exclusions`.execute(db)
    await sweep(db)
    expect(await brokenLaws(db)).toEqual(NONE_BROKEN)
    expect((await deadlocks()) - before).toBe(0)
    expect(floor.rounds).toBeGreaterThan(200)
    expect(floor.chats.length).toBeGreaterThan(50)
    expect((await states())['closed'] ?? 0).toBeGreaterThan(20)
  }, 120_000)
})
