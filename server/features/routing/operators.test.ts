// What routing promises of operators, and of the servers that their connections end at.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import {
  chatsOf,
  connectThrough,
  openRoutingHouse,
  peopleOf,
  toldAfter,
} from '../../testing/routing-house.ts'
import { seedUser } from '../../testing/routing-seed.ts'
import * as presence from '../presence/queries.ts'
import { run, sweep } from './actions.ts'
import * as joining from './joining-queries.ts'
import { brokenLaws } from './laws.ts'
import * as routing from './queries.ts'

const house = openRoutingHouse()
const { newQueue, newOperator, operator, declare } = peopleOf(house)
const { chat, begin, offer, accept, held } = chatsOf(house)

async function breakConnections(userId: string, graceSeconds?: number): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select id from connections where user_id = ${userId} and gone_at is null`.execute(house.db)
  for (const { id } of rows)
    await run(house.db, (one) => presence.connectionClosed(one, id, graceSeconds))
}

describe('an operator', () => {
  test('who is no longer available is not rung, and keeps what they hold', async () => {
    const queueId = await newQueue()
    const anna = await newOperator(2, queueId)
    const [active, offered] = [await begin(queueId), await begin(queueId)]
    await accept(await offer(active))
    await house.pass(5_000)
    const chief = randomUUID()
    await seedUser(house.db, house.place.organisationId, chief, 'Chief')
    await declare(anna, 'away', chief)
    expect(await operator(anna)).toMatchObject({
      availability: 'away',
      since: house.at(0),
      setBy: 'Chief Oak',
      live: { used: 1 },
    })
    expect((await chat(offered)).state).toBe('waiting')
    expect((await chat(active)).state).toBe('active')
  })

  test('who leaves a queue gives its offers back; nobody joins a queue unassigned', async () => {
    const [queueId, other] = [await newQueue(), await newQueue()]
    const anna = await newOperator(2, queueId)
    const it = { ...house.place, queueId, userId: anna }
    const chatId = await begin(queueId)
    await run(house.db, (one) => joining.leaveQueue(one, it))
    expect((await chat(chatId)).state).toBe('waiting')
    expect((await operator(anna)).joined).toEqual([])
    await run(house.db, (one) => joining.joinQueue(one, it))
    expect(await held(chatId)).toBe(anna)
    await run(house.db, (one) => routing.unassignQueueMember(one, it))
    expect((await chat(chatId)).state).toBe('waiting')
    expect((await run(house.db, (one) => joining.joinQueue(one, it))).status).toBe('not_assigned')
    expect(
      (await run(house.db, (one) => joining.joinQueue(one, { ...it, queueId: other }))).status,
    ).toBe('not_assigned')
    const nobody = { ...it, userId: randomUUID() }
    expect((await run(house.db, (one) => routing.assignQueueMember(one, nobody))).status).toBe(
      'not_operator',
    )
  })

  test('whose connection breaks is not rung, and keeps their chats for the grace', async () => {
    const queueId = await newQueue()
    const anna = await newOperator(2, queueId)
    const [active, offered] = [await begin(queueId), await begin(queueId)]
    await accept(await offer(active))
    const { dueAt } = await chat(active)
    await house.pass(1_000)
    await breakConnections(anna)
    expect(await operator(anna)).toMatchObject({
      connection: 'reconnecting',
      connectionSince: house.at(0),
      live: { used: 1 },
    })
    expect((await chat(offered)).state).toBe('waiting')
    await house.pass(29_999)
    await sweep(house.db)
    expect((await chat(active)).state).toBe('active')
    await house.pass(1)
    await sweep(house.db)
    expect(await chat(active)).toMatchObject({ state: 'waiting', dueAt })
    expect(await operator(anna)).toMatchObject({ connection: 'disconnected', live: { used: 0 } })
    await connectThrough(house, anna)
    expect([await held(active), await held(offered)]).toEqual([anna, anna])
    await breakConnections(anna)
  })

  test('who comes back within the grace has lost nothing; one of two tabs is enough', async () => {
    const queueId = await newQueue()
    const anna = await newOperator(1, queueId)
    const chatId = await begin(queueId)
    await accept(await offer(chatId))
    await breakConnections(anna)
    await house.pass(10_000)
    await connectThrough(house, anna)
    const second = await connectThrough(house, anna)
    await house.pass(60_000)
    await sql`update nodes set lease_until = 'infinity' where id <> ${second.nodeId}`.execute(
      house.db,
    )
    await sweep(house.db)
    expect(await operator(anna)).toMatchObject({ connection: 'connected', live: { used: 1 } })
  })

  test('who signs out keeps nothing', async () => {
    const queueId = await newQueue()
    const anna = await newOperator(1, queueId)
    const chatId = await begin(queueId)
    await accept(await offer(chatId))
    await breakConnections(anna, 0)
    await sweep(house.db)
    expect((await chat(chatId)).state).toBe('waiting')
    expect((await operator(anna)).connection).toBe('disconnected')
  })

  test('who is removed leaves nothing behind but chats that wait', async () => {
    const queueId = await newQueue()
    const anna = await newOperator(2, queueId)
    const chats = [await begin(queueId), await begin(queueId)]
    await accept(await offer(chats[0] ?? ''))
    const told = await toldAfter(house, () =>
      run(house.db, (one) => routing.removeOperator(one, { ...house.place, userId: anna })),
    )
    for (const chatId of chats) expect((await chat(chatId)).state).toBe('waiting')
    expect(await presence.findOperator(house.db, house.place.organisationId, anna)).toBeUndefined()
    expect(
      await routing.listQueueMembers(house.db, house.place.organisationId, [
        house.place.organisationId,
      ]),
    ).toEqual([])
    const floor = `floor:${house.place.organisationId}`
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
    const again = { ...house.place, userId: anna, live: 1, deferred: 1 }
    expect((await run(house.db, (one) => routing.registerOperator(one, again))).status).toBe(
      'registered',
    )
    expect(await operator(anna)).toMatchObject({ connection: 'connected', availability: 'offline' })
  })
})

describe('a server', () => {
  test('that dies is noticed by another: its operators are not rung, then lose their chats', async () => {
    const queueId = await newQueue()
    const anna = await newOperator(1, queueId)
    await breakConnections(anna)
    const { nodeId, epoch } = await connectThrough(house, anna)
    const chatId = await begin(queueId)
    await accept(await offer(chatId))
    expect(await presence.renewNode(house.db, nodeId, epoch)).toBe(true)
    await house.pass(8_000)
    const lease = house.at(0)
    await house.pass(2_000)
    await sweep(house.db)
    expect(await operator(anna)).toMatchObject({
      connection: 'reconnecting',
      connectionSince: lease,
    })
    await house.pass(28_000)
    await sweep(house.db)
    expect((await chat(chatId)).state).toBe('waiting')
  })

  test('that was away too long takes no connections until it has registered again', async () => {
    const anna = await newOperator(1)
    const { nodeId, epoch } = await connectThrough(house, anna)
    await house.pass(8_000)
    expect(await presence.renewNode(house.db, nodeId, epoch)).toBe(false)
    const connection = {
      ...house.place,
      userId: anna,
      nodeId,
      epoch,
      connectionId: randomUUID(),
      sessionId: null,
    }
    expect(await run(house.db, (one) => presence.connectionOpened(one, connection))).toMatchObject({
      status: 'fenced',
    })
    const next = await presence.registerNode(house.db, nodeId, 'again')
    expect(next).toBe(epoch + 1)
    expect(await presence.renewNode(house.db, nodeId, epoch)).toBe(false)
    expect(await presence.renewNode(house.db, nodeId, next)).toBe(true)
    const opened = await run(house.db, (one) =>
      presence.connectionOpened(one, { ...connection, epoch: next }),
    )
    expect(opened.status).toBe('opened')
    await sweep(house.db)
    await presence.endNode(house.db, nodeId, next)
    expect(await presence.renewNode(house.db, nodeId, next)).toBe(false)
    await sweep(house.db)
  })

  test('that dies between a commit and the look after it leaves a pair that another matches', async () => {
    const queueId = await newQueue()
    const chatId = await begin(queueId)
    const anna = await newOperator(0, queueId)
    await routing.setLimit(house.db, {
      ...house.place,
      userId: anna,
      kind: 'live',
      limit: 1,
      version: 1,
      actorId: null,
    })
    expect(await held(chatId)).toBeUndefined()
    expect((await brokenLaws(house.db)).unmatched).toBe(1)
    expect(await sweep(house.db)).toContain(house.place.organisationId)
    expect(await held(chatId)).toBe(anna)
  })
})
