// What routing promises, one sentence at a time, asked of the real database with a stopped clock.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { Check } from 'typebox/value'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Operator } from '#contract/presence.ts'
import { QueueMember } from '#contract/queues.ts'
import { Because, Chat } from '#contract/routing.ts'
import { brokenConstraint, type Database, openDatabase } from '../../platform/database.ts'
import {
  ask,
  emptyHouse,
  type Place,
  type QueueWish,
  seedOperator,
  seedPlace,
  seedQueue,
  seedUser,
  setClock,
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
let now = Date.parse('2026-01-01T09:00:00.000Z')

beforeAll(async () => {
  house = await createTestDatabase()
  database = openDatabase(house.url, { max: 1 })
  db = database.db
})
afterAll(async () => {
  await database?.close()
  await house?.drop()
})
beforeEach(async () => {
  await pass(3_600_000)
  place = await seedPlace(db)
})
afterEach(async () => {
  expect(await brokenLaws(db)).toEqual(NONE_BROKEN)
  await emptyHouse(db)
})

async function pass(ms: number): Promise<void> {
  now += ms
  await setClock(db, now)
}

const at = (ms: number) => new Date(now + ms).toISOString()
const newQueue = (wish: QueueWish = {}) => seedQueue(db, place.organisationId, randomUUID(), wish)

async function newOperator(live: number, ...queueIds: string[]): Promise<string> {
  const userId = randomUUID()
  await seedOperator(db, place, userId, { live, queueIds })
  return userId
}

async function begin(queueId: string, priority = 0): Promise<string> {
  const chatId = randomUUID()
  await ask(db, place, queueId, chatId, priority)
  return chatId
}

async function chat(chatId: string): Promise<Chat> {
  const found = await routing.findChat(db, place.organisationId, chatId)
  if (found === undefined) throw new Error('there is such a chat')
  return found
}

async function operator(userId: string): Promise<Operator> {
  const found = await presence.findOperator(db, place.organisationId, userId)
  if (found === undefined) throw new Error('there is such an operator')
  return found
}

async function offer(chatId: string): Promise<routing.OfferAnswer> {
  const { offer } = await chat(chatId)
  if (offer === null) throw new Error('the chat is offered')
  return { organisationId: place.organisationId, offerId: offer.id, userId: offer.operatorId }
}

const accept = (it: routing.OfferAnswer) => run(db, (one) => routing.acceptOffer(one, it))
const decline = (it: routing.OfferAnswer) => run(db, (one) => routing.declineOffer(one, it))
const close = (chatId: string, holderId: string) =>
  run(db, (one) => routing.closeChat(one, { ...place, chatId, holderId, because: 'operator' }))
const limit = (userId: string, most: number, version = 1) =>
  run(db, (one) =>
    routing.setLimit(one, {
      ...place,
      userId,
      kind: 'live',
      limit: most,
      version,
      actorId: userId,
    }),
  )
const declare = (userId: string, availability: Operator['availability'], actorId = userId) =>
  run(db, (one) => routing.setAvailability(one, { ...place, userId, availability, actorId }))

interface Told {
  kind: string
  entityId: string
  scopes: string[]
  leftScopes: string[]
  row: unknown
  because: unknown
}

async function toldAfter(work: () => Promise<unknown>): Promise<Told[]> {
  const { organisationId } = place
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

async function held(chatId: string): Promise<string | undefined> {
  const { rows } = await sql<{ operatorId: string | null }>`
    select operator_id from routed_chats where chat_id = ${chatId}`.execute(db)
  return rows.at(0)?.operatorId ?? undefined
}

/** A server of its own, its connection of a user, and the end of its lease. */
async function connectThrough(userId: string): Promise<{ nodeId: string; epoch: number }> {
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

async function breakConnections(userId: string, graceSeconds?: number): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select id from connections where user_id = ${userId} and gone_at is null`.execute(db)
  for (const { id } of rows)
    await run(db, (one) => presence.connectionClosed(one, id, graceSeconds))
}

describe('a chat', () => {
  test('is offered at once to the operator who has been idle the longest', async () => {
    const queueId = await newQueue({ offerSeconds: 20 })
    const anna = await newOperator(1, queueId)
    const bert = await newOperator(2, queueId)
    await pass(1_000)
    const first = await begin(queueId)
    await pass(1_000)
    const second = await begin(queueId)
    const third = await begin(queueId)
    expect([await held(first), await held(second)].sort()).toEqual([anna, bert].sort())
    expect(await held(third)).toBe(bert)
    const { offer: told, state, enqueuedAt } = await chat(third)
    expect({ state, enqueuedAt }).toEqual({ state: 'offered', enqueuedAt: at(0) })
    expect(told).toMatchObject({ offeredAt: at(0), expiresAt: at(20_000) })
    expect((await chat(await begin(queueId))).state).toBe('waiting')
  })

  test('is offered, in a queue that says so, to the operator who is the least loaded', async () => {
    const queueId = await newQueue({ strategy: 'least_loaded' })
    const bert = await newOperator(2, queueId)
    await begin(queueId)
    const anna = await newOperator(4, queueId)
    const order: (string | undefined)[] = []
    for (let n = 0; n < 3; n++) {
      await pass(1)
      order.push(await held(await begin(queueId)))
    }
    // Bert has been idle for longer, but is half full until Anna is as well.
    expect(order).toEqual([anna, anna, bert])
    const { rows } = await sql<{ rule: string }>`
      select distinct because ->> 'rule' as rule from assignments`.execute(db)
    expect(rows).toEqual([{ rule: 'least_loaded' }])
  })

  test('is taken once, however often it is accepted, and held until it ends', async () => {
    const queueId = await newQueue()
    const anna = await newOperator(1, queueId)
    const chatId = await begin(queueId)
    const it = await offer(chatId)
    expect(await accept(it)).toMatchObject({ status: 'accepted', detail: { chatId } })
    expect(await accept(it)).toMatchObject({ status: 'accepted', seq: null })
    expect(await chat(chatId)).toMatchObject({
      state: 'active',
      operatorId: anna,
      offer: null,
      acceptedAt: at(0),
    })
    expect(await routing.listChatsOfOperator(db, place.organisationId, anna)).toHaveLength(1)
    expect((await operator(anna)).live).toEqual({ used: 1, limit: 1, version: 1 })
    expect(await close(chatId, anna)).toMatchObject({ status: 'closed' })
    expect(await close(chatId, anna)).toMatchObject({ status: 'closed', seq: null })
    expect((await operator(anna)).live.used).toBe(0)
    const { rows } =
      await sql`select closed_at, closed_because from chats where id = ${chatId}`.execute(db)
    expect(rows).toEqual([{ closedAt: at(0), closedBecause: 'operator' }])
  })

  test('cannot be answered by anybody else, nor after the deadline, nor closed by others', async () => {
    const queueId = await newQueue({ offerSeconds: 20 })
    const anna = await newOperator(1, queueId)
    const bert = await newOperator(0, queueId)
    const chatId = await begin(queueId)
    const it = await offer(chatId)
    expect(await accept({ ...it, userId: bert })).toMatchObject({ status: 'not_found' })
    expect(await decline({ ...it, offerId: randomUUID() })).toMatchObject({ status: 'not_found' })
    expect(await close(chatId, anna)).toMatchObject({ status: 'not_holder' })
    await pass(20_000)
    expect(await accept(it)).toMatchObject({ status: 'gone' })
    await sweep(db)
    await accept(await offer(chatId))
    expect(await close(chatId, bert)).toMatchObject({ status: 'not_holder' })
    expect((await chat(chatId)).operatorId).toBe(anna)
  })

  test('that ends gives its place to the one that has waited the longest, in the same commit', async () => {
    const queueId = await newQueue()
    const anna = await newOperator(1, queueId)
    const first = await begin(queueId)
    await accept(await offer(first))
    await pass(1_000)
    const second = await begin(queueId)
    await pass(1_000)
    await begin(queueId)
    const told = await toldAfter(() => close(first, anna))
    expect(told.map(({ kind, entityId }) => [kind, entityId])).toEqual([
      ['chat', first],
      ['chat', second],
      ['operator', anna],
    ])
    expect(told[1]?.because).toMatchObject({ chosen: anna, rule: 'longest_waiting' })
    expect(await held(second)).toBe(anna)
  })

  test('that is asked for twice is one chat; one that has ended does not begin again', async () => {
    const queueId = await newQueue()
    const chatId = randomUUID()
    expect((await ask(db, place, queueId, chatId)).status).toBe('waiting')
    expect(await ask(db, place, queueId, chatId)).toMatchObject({ status: 'already', seq: null })
    await run(db, (one) => routing.abandonChat(one, { ...place, chatId }))
    expect((await ask(db, place, queueId, chatId)).status).toBe('closed')
  })

  test('whose visitor leaves frees the operator, who was offered it or held it', async () => {
    const queueId = await newQueue()
    const anna = await newOperator(1, queueId)
    const chats: string[] = []
    for (let n = 0; n < 3; n++) {
      await pass(1)
      chats.push(await begin(queueId))
    }
    for (const [index, chatId] of chats.entries()) {
      expect(await held(chatId)).toBe(anna)
      if (index === 1) await accept(await offer(chatId))
      await run(db, (one) => routing.abandonChat(one, { ...place, chatId }))
    }
    const { rows } = await sql<{ closedBecause: string }>`
      select closed_because from chats where id = any (${chats}::uuid[]) order by array_position(${chats}::uuid[], id)`.execute(
      db,
    )
    expect(rows.map(({ closedBecause }) => closedBecause)).toEqual([
      'abandoned',
      'visitor',
      'abandoned',
    ])
    expect((await operator(anna)).live.used).toBe(0)
  })

  test('waits behind what is more urgent in any of the operator queues', async () => {
    const [plain, urgent] = [await newQueue(), await newQueue({ priority: 5 })]
    const first = await begin(plain)
    await pass(60_000)
    const soon = await begin(urgent)
    const anna = await newOperator(0, plain, urgent)
    await limit(anna, 1)
    expect(await held(soon)).toBe(anna)
    expect(await held(first)).toBeUndefined()
  })

  test('is active without an answer in a queue that accepts by itself', async () => {
    const queueId = await newQueue({ autoAccepts: true, kind: 'deferred' })
    const anna = await newOperator(0, queueId)
    const chatId = await begin(queueId)
    expect(await chat(chatId)).toMatchObject({
      state: 'active',
      kind: 'deferred',
      operatorId: anna,
    })
    expect(await operator(anna)).toMatchObject({ live: { used: 0 }, deferred: { used: 1 } })
  })

  test('is refused when the queue is as long as it may be', async () => {
    const queueId = await newQueue({ maxWaiting: 2 })
    await begin(queueId)
    await begin(queueId)
    const refused = ask(db, place, queueId).then(({ status }) => {
      // As a door does: the chat that was begun in the same transaction goes with it.
      throw new Error(status)
    })
    await expect(refused).rejects.toThrow('queue_full')
    await sql`delete from chats c where not exists (select from routed_chats where chat_id = c.id)`.execute(
      db,
    )
  })
})

describe('an offer', () => {
  test('that is declined goes to another operator', async () => {
    const queueId = await newQueue()
    const users = [await newOperator(1, queueId), await newOperator(1, queueId)]
    const chatId = await begin(queueId)
    const it = await offer(chatId)
    expect(await decline(it)).toMatchObject({ status: 'declined' })
    expect(await decline(it)).toMatchObject({ status: 'declined', seq: null })
    expect(await held(chatId)).toBe(users.find((id) => id !== it.userId))
    expect((await operator(it.userId)).live.used).toBe(0)
  })

  test('that nobody answers goes on, and keeps its place; the third silence in a row ends it', async () => {
    const queueId = await newQueue({ offerSeconds: 10 })
    const anna = await newOperator(1, queueId)
    const chatId = await begin(queueId)
    const { dueAt } = await chat(chatId)
    for (let missed = 1; missed <= 3; missed++) {
      await pass(10_000)
      await sweep(db)
      expect(await operator(anna)).toMatchObject({ missed, isNotAnswering: missed === 3 })
    }
    expect(await chat(chatId)).toMatchObject({ state: 'waiting', dueAt })
    await declare(anna, 'available')
    expect(await operator(anna)).toMatchObject({ missed: 0, isNotAnswering: false })
    expect(await held(chatId)).toBe(anna)
  })

  test('says who was considered and what ruled each one out', async () => {
    const queueId = await newQueue()
    const anna = await newOperator(1, queueId)
    const away = await newOperator(1, queueId)
    await declare(away, 'away')
    const full = await newOperator(0, queueId)
    const chatId = await begin(queueId)
    const { rows } = await sql<{ because: Because }>`
      select because from assignments where chat_id = ${chatId}`.execute(db)
    expect(rows[0]?.because.chosen).toBe(anna)
    expect(rows[0]?.because.considered.at(0)).toEqual({ operatorId: anna, ruledOutBy: null })
    expect(rows[0]?.because.considered).toEqual(
      expect.arrayContaining([
        { operatorId: away, ruledOutBy: 'away' },
        { operatorId: full, ruledOutBy: 'at_limit' },
      ]),
    )
  })
})

describe('a limit', () => {
  test('that is lowered leaves what is held, and lets nothing new in until there is room', async () => {
    const queueId = await newQueue()
    const anna = await newOperator(3, queueId)
    const chats = [await begin(queueId), await begin(queueId), await begin(queueId)]
    for (const chatId of chats) await accept(await offer(chatId))
    await limit(anna, 1)
    expect((await operator(anna)).live).toEqual({ used: 3, limit: 1, version: 2 })
    const waiting = await begin(queueId)
    for (const [index, chatId] of chats.entries()) {
      expect(await held(waiting)).toBeUndefined()
      await close(chatId, anna)
      expect((await operator(anna)).live.used).toBe(Math.max(2 - index, 1))
    }
    expect(await held(waiting)).toBe(anna)
  })

  test('that is raised brings what waits at once', async () => {
    const queueId = await newQueue()
    const anna = await newOperator(0, queueId)
    const chats = [await begin(queueId), await begin(queueId)]
    expect(await limit(anna, 2)).toMatchObject({
      status: 'set',
      detail: { limit: 2, version: 2, before: 0 },
    })
    expect(await Promise.all(chats.map(held))).toEqual([anna, anna])
  })

  test('is refused to an editor who saw an older one, and says what stands', async () => {
    const anna = await newOperator(2)
    await limit(anna, 4)
    expect(await limit(anna, 4)).toMatchObject({ status: 'set', seq: null })
    expect(await limit(anna, 7)).toEqual(
      expect.objectContaining({
        status: 'stale',
        seq: null,
        detail: {
          userId: anna,
          kind: 'live',
          limit: 4,
          version: 2,
          setBy: anna,
          setAt: at(0),
          before: null,
        },
      }),
    )
  })

  test('is kept by the database itself, against any code', async () => {
    const queueId = await newQueue()
    const anna = await newOperator(1, queueId)
    await begin(queueId)
    const force = sql`insert into assignments (organisation_id, chat_id, user_id, queue_id, chat_kind, state,
        offered_at, accepted_at, because)
      values (${place.organisationId}, ${randomUUID()}, ${anna}, ${queueId}, 'live', 'active', now(), now(), '{}')`
    const broken = await force.execute(db).catch(brokenConstraint)
    expect(broken).toBe('operator_loads_within_limit')
    const cheat = sql`update operator_loads set used = 0 where user_id = ${anna}`.execute(db)
    await expect(cheat).rejects.toThrow('only assignments move a load')
    await sql`update operator_loads set over = 9 where user_id = ${anna}`.execute(db)
    expect(await force.execute(db).catch(brokenConstraint)).toBe('operator_loads_within_limit')
  })

  test('and ownership: a chat has one owner, whatever the code does', async () => {
    const queueId = await newQueue()
    await newOperator(1, queueId)
    const chatId = await begin(queueId)
    await accept(await offer(chatId))
    const other = await newOperator(1, queueId)
    const second = sql`insert into assignments (organisation_id, chat_id, user_id, queue_id, chat_kind, state,
        offered_at, accepted_at, because)
      values (${place.organisationId}, ${chatId}, ${other}, ${queueId}, 'live', 'active', now(), now(), '{}')`
    expect(await second.execute(db).catch(brokenConstraint)).toBe('assignments_one_owner')
  })
})

describe('an operator', () => {
  test('who is no longer available is not rung, and keeps what they hold', async () => {
    const queueId = await newQueue()
    const anna = await newOperator(2, queueId)
    const [active, offered] = [await begin(queueId), await begin(queueId)]
    await accept(await offer(active))
    await pass(5_000)
    const chief = randomUUID()
    await seedUser(db, place.organisationId, chief, 'Chief')
    await declare(anna, 'away', chief)
    expect(await operator(anna)).toMatchObject({
      availability: 'away',
      since: at(0),
      setBy: 'Chief Oak',
      live: { used: 1 },
    })
    expect((await chat(offered)).state).toBe('waiting')
    expect((await chat(active)).state).toBe('active')
  })

  test('who leaves a queue gives its offers back; nobody joins a queue unassigned', async () => {
    const [queueId, other] = [await newQueue(), await newQueue()]
    const anna = await newOperator(2, queueId)
    const it = { ...place, queueId, userId: anna }
    const chatId = await begin(queueId)
    await run(db, (one) => routing.leaveQueue(one, it))
    expect((await chat(chatId)).state).toBe('waiting')
    expect((await operator(anna)).joined).toEqual([])
    await run(db, (one) => routing.joinQueue(one, it))
    expect(await held(chatId)).toBe(anna)
    await run(db, (one) => routing.unassignQueueMember(one, it))
    expect((await chat(chatId)).state).toBe('waiting')
    expect((await run(db, (one) => routing.joinQueue(one, it))).status).toBe('not_assigned')
    expect((await run(db, (one) => routing.joinQueue(one, { ...it, queueId: other }))).status).toBe(
      'not_assigned',
    )
    const nobody = { ...it, userId: randomUUID() }
    expect((await run(db, (one) => routing.assignQueueMember(one, nobody))).status).toBe(
      'not_operator',
    )
  })

  test('whose connection breaks is not rung, and keeps their chats for the grace', async () => {
    const queueId = await newQueue()
    const anna = await newOperator(2, queueId)
    const [active, offered] = [await begin(queueId), await begin(queueId)]
    await accept(await offer(active))
    const { dueAt } = await chat(active)
    await pass(1_000)
    await breakConnections(anna)
    expect(await operator(anna)).toMatchObject({
      connection: 'reconnecting',
      connectionSince: at(0),
      live: { used: 1 },
    })
    expect((await chat(offered)).state).toBe('waiting')
    await pass(29_999)
    await sweep(db)
    expect((await chat(active)).state).toBe('active')
    await pass(1)
    await sweep(db)
    expect(await chat(active)).toMatchObject({ state: 'waiting', dueAt })
    expect(await operator(anna)).toMatchObject({ connection: 'disconnected', live: { used: 0 } })
    await connectThrough(anna)
    expect([await held(active), await held(offered)]).toEqual([anna, anna])
    await breakConnections(anna)
  })

  test('who comes back within the grace has lost nothing; one of two tabs is enough', async () => {
    const queueId = await newQueue()
    const anna = await newOperator(1, queueId)
    const chatId = await begin(queueId)
    await accept(await offer(chatId))
    await breakConnections(anna)
    await pass(10_000)
    await connectThrough(anna)
    const second = await connectThrough(anna)
    await pass(60_000)
    await sql`update nodes set lease_until = 'infinity' where id <> ${second.nodeId}`.execute(db)
    await sweep(db)
    expect(await operator(anna)).toMatchObject({ connection: 'connected', live: { used: 1 } })
  })

  test('who signs out keeps nothing', async () => {
    const queueId = await newQueue()
    const anna = await newOperator(1, queueId)
    const chatId = await begin(queueId)
    await accept(await offer(chatId))
    await breakConnections(anna, 0)
    await sweep(db)
    expect((await chat(chatId)).state).toBe('waiting')
    expect((await operator(anna)).connection).toBe('disconnected')
  })

  test('who is removed leaves nothing behind but chats that wait', async () => {
    const queueId = await newQueue()
    const anna = await newOperator(2, queueId)
    const chats = [await begin(queueId), await begin(queueId)]
    await accept(await offer(chats[0] ?? ''))
    const told = await toldAfter(() =>
      run(db, (one) => routing.removeOperator(one, { ...place, userId: anna })),
    )
    for (const chatId of chats) expect((await chat(chatId)).state).toBe('waiting')
    expect(await presence.findOperator(db, place.organisationId, anna)).toBeUndefined()
    expect(
      await routing.listQueueMembers(db, place.organisationId, [place.organisationId]),
    ).toEqual([])
    const floor = `floor:${place.organisationId}`
    expect(told.filter(({ row }) => row === null)).toEqual([
      expect.objectContaining({
        kind: 'queue_member',
        scopes: [],
        leftScopes: [floor, `user:${anna}`],
      }),
      expect.objectContaining({
        kind: 'operator',
        entityId: anna,
        scopes: [],
        leftScopes: [floor, `user:${anna}`],
      }),
    ])
    const again = { ...place, userId: anna, live: 1, deferred: 1 }
    expect((await run(db, (one) => routing.registerOperator(one, again))).status).toBe('registered')
    expect(await operator(anna)).toMatchObject({ connection: 'connected', availability: 'offline' })
  })
})

describe('a server', () => {
  test('that dies is noticed by another: its operators are not rung, then lose their chats', async () => {
    const queueId = await newQueue()
    const anna = await newOperator(1, queueId)
    await breakConnections(anna)
    const { nodeId, epoch } = await connectThrough(anna)
    const chatId = await begin(queueId)
    await accept(await offer(chatId))
    expect(await presence.renewNode(db, nodeId, epoch)).toBe(true)
    await pass(8_000)
    const lease = at(0)
    await pass(2_000)
    await sweep(db)
    expect(await operator(anna)).toMatchObject({
      connection: 'reconnecting',
      connectionSince: lease,
    })
    await pass(28_000)
    await sweep(db)
    expect((await chat(chatId)).state).toBe('waiting')
  })

  test('that was away too long takes no connections until it has registered again', async () => {
    const anna = await newOperator(1)
    const { nodeId, epoch } = await connectThrough(anna)
    await pass(8_000)
    expect(await presence.renewNode(db, nodeId, epoch)).toBe(false)
    const connection = {
      ...place,
      userId: anna,
      nodeId,
      epoch,
      connectionId: randomUUID(),
      sessionId: null,
    }
    expect(await run(db, (one) => presence.connectionOpened(one, connection))).toMatchObject({
      status: 'fenced',
    })
    const next = await presence.registerNode(db, nodeId, 'again')
    expect(next).toBe(epoch + 1)
    expect(await presence.renewNode(db, nodeId, epoch)).toBe(false)
    expect(await presence.renewNode(db, nodeId, next)).toBe(true)
    const opened = await run(db, (one) =>
      presence.connectionOpened(one, { ...connection, epoch: next }),
    )
    expect(opened.status).toBe('opened')
    await sweep(db)
    await presence.endNode(db, nodeId, next)
    expect(await presence.renewNode(db, nodeId, next)).toBe(false)
    await sweep(db)
  })

  test('that dies between a commit and the look after it leaves a pair that another matches', async () => {
    const queueId = await newQueue()
    const chatId = await begin(queueId)
    const anna = await newOperator(0, queueId)
    await routing.setLimit(db, {
      ...place,
      userId: anna,
      kind: 'live',
      limit: 1,
      version: 1,
      actorId: null,
    })
    expect(await held(chatId)).toBeUndefined()
    expect((await brokenLaws(db)).unmatched).toBe(1)
    expect(await sweep(db)).toContain(place.organisationId)
    expect(await held(chatId)).toBe(anna)
  })
})

describe('what is told', () => {
  test('has the shapes of the contract, and goes to those who may see it', async () => {
    const queueId = await newQueue()
    const floor = `floor:${place.organisationId}`
    let anna = ''
    let chatId = ''
    const told = await toldAfter(async () => {
      anna = await newOperator(1, queueId)
      chatId = await begin(queueId)
      await accept(await offer(chatId))
      await close(chatId, anna)
    })
    const shapes = { operator: Operator, chat: Chat, queue_member: QueueMember }
    for (const { kind, row, because } of told) {
      const shape = Object.entries(shapes).find(([name]) => name === kind)?.[1]
      expect(shape !== undefined && (row === null || Check(shape, row)), JSON.stringify(row)).toBe(
        true,
      )
      expect(because === null || Check(Because, because)).toBe(true)
    }
    const mine = `user:${anna}`
    const queue = `queue:${queueId}`
    expect(
      told.filter(({ kind }) => kind === 'chat').map((one) => [one.scopes, one.leftScopes]),
    ).toEqual([
      [[floor, queue], []],
      [[floor, queue, mine], []],
      [[floor, mine], [queue]],
      [[], expect.arrayContaining([floor, mine])],
    ])
    expect(
      told
        .filter(({ kind }) => kind === 'operator')
        .every(({ scopes }) => scopes.join() === [floor, mine].join()),
    ).toBe(true)
  })

  test('is nothing when nothing has changed', async () => {
    const queueId = await newQueue()
    const anna = await newOperator(1, queueId)
    const it = { ...place, queueId, userId: anna }
    const told = await toldAfter(async () => {
      await declare(anna, 'available')
      await run(db, (one) => routing.joinQueue(one, it))
      await run(db, (one) => routing.assignQueueMember(one, it))
      await run(db, (one) => routing.registerOperator(one, { ...it, live: 9, deferred: 9 }))
      await connectThrough(anna)
      await sql`update nodes set lease_until = 'infinity'`.execute(db)
      await sweep(db)
    })
    expect(told).toEqual([])
  })

  test('names the operator as the account does, with department and photo', async () => {
    const anna = await newOperator(1)
    const [department, photo] = [randomUUID(), randomUUID()]
    await sql`insert into departments (organisation_id, id, account_id, name)
      values (${place.organisationId}, ${department}, ${place.organisationId}, 'Sales')`.execute(db)
    await sql`insert into department_members (organisation_id, department_id, membership_id)
      select organisation_id, ${department}, id from memberships where user_id = ${anna}`.execute(
      db,
    )
    await sql`update memberships set display_name = 'Anna O.' where user_id = ${anna}`.execute(db)
    await sql`insert into photos (id, user_id) values (${photo}, ${anna})`.execute(db)
    await sql`update users set photo_id = ${photo} where id = ${anna}`.execute(db)
    const told = await toldAfter(() =>
      run(db, (one) => routing.tellOperator(one, { ...place, userId: anna })),
    )
    expect(told).toEqual([
      expect.objectContaining({
        row: expect.objectContaining({
          name: 'Anna O.',
          department: 'Sales',
          photo: `/files/photos/${photo}/96`,
        }),
      }),
    ])
    expect(await presence.listOperators(db, place.organisationId, [place.organisationId])).toEqual([
      told[0]?.row,
    ])
    expect(await presence.listOperators(db, place.organisationId, [randomUUID()])).toEqual([])
  })
})

test('routing refuses an isolation in which it could not see what others have just committed', async () => {
  const queueId = await newQueue()
  const chatId = await begin(queueId)
  const work = db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute((tx) => routing.matchChat(tx, place.organisationId, chatId))
  await expect(work).rejects.toThrow('read committed')
})

test('closed chats are forgotten after an hour, and stay closed', async () => {
  const queueId = await newQueue()
  const anna = await newOperator(1, queueId)
  const chatId = await begin(queueId)
  await accept(await offer(chatId))
  await close(chatId, anna)
  await pass(3_600_001)
  expect(await routing.forgetRouting(db)).toBeGreaterThan(0)
  expect(await routing.findChat(db, place.organisationId, chatId)).toBeUndefined()
  expect((await close(chatId, anna)).status).toBe('closed')
  expect((await ask(db, place, queueId, chatId)).status).toBe('closed')
})
