// Everybody does everything at once, for seconds on end: no law breaks.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { retrying } from '../../platform/database.ts'
import { openBusyQueue, times } from '../../testing/busy-queue.ts'
import {
  giveOutright,
  handOn,
  hurryTransfers,
  moveOne,
  outcomes,
  takeBack,
} from '../../testing/handing-storm.ts'
import { ask, seedOperator, seedQueue } from '../../testing/routing-seed.ts'
import * as presence from '../presence/queries.ts'
import { lockPeople } from '../queues/queries.ts'
import { matchWaiting, run, sweep } from './actions.ts'
import * as joining from './joining-queries.ts'
import { brokenLaws, NONE_BROKEN } from './laws.ts'
import * as routing from './queries.ts'
import { setUnitLimit } from './unit-queries.ts'

const queue = openBusyQueue()

async function deadlocks(): Promise<number> {
  const { rows } = await sql<{ deadlocks: number }>`
    select deadlocks from pg_stat_database where datname = current_database()`.execute(queue.db)
  return rows.at(0)?.deadlocks ?? 0
}

describe('everybody at once', () => {
  interface Floor {
    users: string[]
    /** Who serve no queue, and have room for what colleagues hand them. */
    spare: string[]
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
      queue.db,
    )
    const [offer] = rows
    if (offer === undefined) return
    const userId = chance(0.05) ? any(floor.users) : offer.userId
    const it = { ...queue.place, offerId: offer.id, userId }
    await run(queue.db, (one) =>
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
      queue.db,
    )
    const [chat] = rows
    if (chat === undefined) return
    const it = {
      ...queue.place,
      chatId: chat.chatId,
      holderId: chat.operatorId,
      because: 'operator',
    } as const
    await run(queue.db, (one) => routing.closeChat(one, it))
  }
  async function begin(floor: Floor): Promise<void> {
    const chatId = randomUUID()
    floor.chats.push(chatId)
    await ask(queue.db, queue.place, any(floor.queues), chatId, Math.floor(Math.random() * 3))
  }
  async function declare(floor: Floor): Promise<void> {
    const userId = any(floor.users)
    const availability = chance(0.7) ? 'available' : any(['busy', 'away', 'offline'] as const)
    await run(queue.db, (one) =>
      routing.setAvailability(one, { ...queue.place, userId, availability, actorId: userId }),
    )
  }
  async function relimit(floor: Floor): Promise<void> {
    const userId = any(floor.users)
    const { rows } = await sql<{ version: number }>`
      select version from operator_loads where user_id = ${userId} and kind = 'live'`.execute(
      queue.db,
    )
    const wish = {
      ...queue.place,
      userId,
      kind: 'live',
      limit: Math.floor(Math.random() * 5),
      actorId: null,
    } as const
    await run(queue.db, (one) =>
      routing.setLimit(one, { ...wish, version: rows.at(0)?.version ?? 1 }),
    )
  }
  async function relimitUnits(floor: Floor): Promise<void> {
    const userId = any(floor.users)
    const { rows } = await sql<{ unitVersion: number }>`
      select unit_version from operators where user_id = ${userId}`.execute(queue.db)
    const limit = chance(0.2) ? null : Math.floor(Math.random() * 7)
    const version = rows.at(0)?.unitVersion ?? 1
    const wish = { ...queue.place, userId, limit, version, actorId: null }
    await run(queue.db, (one) => setUnitLimit(one, wish))
  }
  /** As changing the queue does it. */
  async function relimitQueue(floor: Floor): Promise<void> {
    const { organisationId } = queue.place
    const [id, limit] = [any(floor.queues), any([null, 1, 2, 3])]
    await retrying(() =>
      queue.db.transaction().execute(async (tx) => {
        await lockPeople(tx, organisationId, id)
        await sql`update queues set held_limit = ${limit} where id = ${id}`.execute(tx)
      }),
    )
    await matchWaiting(queue.db, organisationId)
  }
  async function moveQueue(floor: Floor): Promise<void> {
    const it = { ...queue.place, queueId: any(floor.queues), userId: any(floor.users) }
    const tier = 1 + Math.floor(Math.random() * 2)
    const join = () => run(queue.db, (one) => joining.joinQueue(one, it))
    const leave = () => run(queue.db, (one) => joining.leaveQueue(one, it))
    const assign = () => run(queue.db, (one) => routing.assignQueueMember(one, { ...it, tier }))
    const unassign = () => run(queue.db, (one) => routing.unassignQueueMember(one, it))
    await any<() => Promise<unknown>>([join, join, join, leave, assign, unassign])()
  }
  async function reconnect(floor: Floor): Promise<void> {
    const userId = any(floor.users)
    const open = floor.connections.get(userId) ?? []
    const gone = chance(0.5) ? open.pop() : undefined
    if (gone !== undefined) {
      await run(queue.db, (one) => presence.connectionClosed(one, gone, chance(0.3) ? 0 : 30))
      return
    }
    const connectionId = randomUUID()
    await run(queue.db, (one) =>
      presence.connectionOpened(one, {
        ...queue.place,
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
    const it = { ...queue.place, queueId: any(floor.queues), userId: any(floor.users) }
    await run(queue.db, (one) => routing.assignQueueMember(one, it))
    await run(queue.db, (one) => joining.joinQueue(one, it))
    const connectionId = randomUUID()
    await run(queue.db, (one) =>
      presence.connectionOpened(one, { ...it, ...floor.node, connectionId, sessionId: null }),
    )
    floor.connections.set(it.userId, [...(floor.connections.get(it.userId) ?? []), connectionId])
    const declared = { ...it, availability: 'available', actorId: it.userId } as const
    await run(queue.db, (one) => routing.setAvailability(one, declared))
  }
  async function leaveFloor(floor: Floor): Promise<void> {
    const userId = any(floor.users)
    await run(queue.db, (one) => routing.removeOperator(one, { ...queue.place, userId }))
    await run(queue.db, (one) =>
      routing.registerOperator(one, { ...queue.place, userId, live: 2, deferred: 2 }),
    )
  }
  async function abandon(floor: Floor): Promise<void> {
    if (floor.chats.length === 0) return
    await run(queue.db, (one) =>
      routing.abandonChat(one, { ...queue.place, chatId: any(floor.chats) }),
    )
  }
  async function killNode(floor: Floor): Promise<void> {
    const { nodeId, epoch } = floor.node
    await presence.endNode(queue.db, nodeId, epoch)
    if (chance(0.5)) await sweep(queue.db)
    floor.node = { nodeId, epoch: await register(nodeId, 'flaky') }
  }
  async function register(nodeId: string, name: string): Promise<number> {
    const epoch = await presence.registerNode(queue.db, nodeId, name)
    await sql`update nodes set lease_until = 'infinity' where id = ${nodeId}`.execute(queue.db)
    return epoch
  }
  /** Lets deadlines come sooner than they would; waits for nobody, so it is in nobody's way. */
  async function hurry(): Promise<void> {
    await sql`update assignments set expires_at = clock_timestamp() + interval '20 ms'
      where id in (select id from assignments where state = 'offered' and random() < 0.3
                   for no key update skip locked)`.execute(queue.db)
    await sql`update operators set grace_until = clock_timestamp()
      where user_id in (select user_id from operators where grace_until is not null and random() < 0.3
                        for no key update skip locked)`.execute(queue.db)
  }

  const storm = ({ users, spare, queues }: Floor) => {
    return { db: queue.db, place: queue.place, users: [...users, ...spare, ...spare], queues }
  }

  const acts: [number, (floor: Floor) => Promise<unknown>][] = [
    [20, begin],
    [30, answer],
    [22, end],
    [3, abandon],
    [5, declare],
    [4, relimit],
    [4, relimitUnits],
    [3, relimitQueue],
    [4, moveQueue],
    [5, reconnect],
    [8, comeBack],
    [1, leaveFloor],
    [1, killNode],
    [2, hurry],
    [14, (floor) => handOn(storm(floor))],
    [3, (floor) => takeBack(storm(floor))],
    [3, (floor) => giveOutright(storm(floor))],
    [2, (floor) => moveOne(storm(floor))],
    [1, (floor) => hurryTransfers(storm(floor))],
    [3, () => sweep(queue.db)],
  ]
  const drawn = acts.flatMap(([weight, act]) => Array.from({ length: weight }, () => act))

  test('QU-12 IN-1 QU-5 breaks no law, and no transaction waits for itself', async () => {
    const users = await queue.operators(8, 2)
    const second = await seedQueue(queue.db, queue.place.organisationId, randomUUID(), {
      ...{ strategy: 'least_loaded', priority: 1 },
      ...{ chatUnits: 2, cooldownSeconds: 1 },
    })
    for (const userId of users.slice(0, 5)) {
      await run(queue.db, (one) =>
        routing.assignQueueMember(one, { ...queue.place, queueId: second, userId, tier: 2 }),
      )
      await run(queue.db, (one) =>
        joining.joinQueue(one, { ...queue.place, queueId: second, userId }),
      )
    }
    const spare = Array.from({ length: 3 }, () => randomUUID())
    const nodeId = randomUUID()
    const steady = { ...queue.place, nodeId, epoch: await register(nodeId, 'steady') }
    for (const userId of spare)
      await seedOperator(queue.db, steady, userId, { live: 4, queueIds: [] })
    const floor: Floor = {
      users,
      spare,
      queues: [queue.queueId, second],
      chats: [],
      connections: new Map(),
      node: { nodeId: queue.place.nodeId, epoch: queue.place.epoch },
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
    await sql`delete from exclusions`.execute(queue.db)
    await sweep(queue.db)
    expect(await brokenLaws(queue.db)).toEqual(NONE_BROKEN)
    expect((await deadlocks()) - before).toBe(0)
    expect(floor.rounds).toBeGreaterThan(200)
    expect(floor.chats.length).toBeGreaterThan(50)
    expect((await queue.states())['closed'] ?? 0).toBeGreaterThan(20)
    const handed = await outcomes(queue.db)
    expect(handed).toMatchObject({ taken: expect.any(Number), assigned: expect.any(Number) })
    expect(Object.keys(handed).length).toBeGreaterThan(3)
  }, 120_000)
})
