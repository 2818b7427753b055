// Transfers through the functions of the database. The laws hold after each of these tests, whatever
// they do: no limit is gone over, no chat has two owners or none (openRoutingHouse).
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import type { TargetKind, Transfer } from '#contract/transfers.ts'
import { chatsOf, connectThrough, openRoutingHouse, peopleOf } from '../../testing/routing-house.ts'
import * as presence from '../presence/queries.ts'
import { run, sweep } from '../routing/actions.ts'
import * as handing from '../routing/handing-queries.ts'
import * as routing from '../routing/queries.ts'

const house = openRoutingHouse()
const people = peopleOf(house)
const chats = chatsOf(house)

async function handOn(
  chatId: string,
  holderId: string | null,
  [kind, id]: [TargetKind, string],
  actorId = holderId ?? randomUUID(),
): Promise<{ status: string; transferId: string }> {
  const transferId = randomUUID()
  const { status } = await run(house.db, (one) =>
    handing.beginTransfer(one, {
      ...house.place,
      transferId,
      chatId,
      holderId,
      actorId,
      to: { kind, id, name: 'There' },
      note: 'She waits for a refund',
    }),
  )
  return { status, transferId }
}

async function takeBack(transferId: string, holderId: string): Promise<string> {
  const asked = { ...house.place, transferId, holderId, actorId: holderId }
  return (await run(house.db, (one) => handing.cancelTransfer(one, asked))).status
}

async function transferOf(chatId: string): Promise<Transfer> {
  const { transfer } = await chats.chat(chatId)
  if (transfer === null) throw new Error('the chat was handed on')
  return transfer
}

/** A chat that an operator holds in a queue of their own. */
async function heldChat(limit = 1) {
  const queueId = await people.newQueue()
  const anna = await people.newOperator(limit, queueId)
  const chatId = await chats.begin(queueId)
  await chats.accept(await chats.offer(chatId))
  return { queueId, anna, chatId }
}

const loadOf = async (userId: string) => (await people.operator(userId)).live.used

async function newDepartment(...userIds: string[]): Promise<string> {
  const { organisationId } = house.place
  const id = randomUUID()
  await sql`insert into departments (organisation_id, id, account_id, name)
    values (${organisationId}, ${id}, ${organisationId}, ${id.slice(0, 8)})`.execute(house.db)
  await sql`insert into department_members (organisation_id, department_id, membership_id)
    select organisation_id, ${id}, id from memberships
     where organisation_id = ${organisationId} and user_id = any (${userIds}::uuid[])`.execute(
    house.db,
  )
  return id
}

describe('a chat that is handed to a person', () => {
  test('QU-12 stays with its holder until it is taken, and is then the other’s alone', async () => {
    const { anna, chatId } = await heldChat()
    const bo = await people.newOperator(1)
    const { status } = await handOn(chatId, anna, ['operator', bo])
    expect(status).toBe('begun')
    const asked = await chats.chat(chatId)
    expect(asked).toMatchObject({ state: 'active', operatorId: anna, offer: { operatorId: bo } })
    expect([await loadOf(anna), await loadOf(bo)]).toEqual([1, 1])
    await chats.accept(await chats.offer(chatId))
    expect(await chats.chat(chatId)).toMatchObject({ state: 'active', operatorId: bo, offer: null })
    expect(await transferOf(chatId)).toMatchObject({
      outcome: 'taken',
      endedById: bo,
      fromId: anna,
    })
    expect([await loadOf(anna), await loadOf(bo)]).toEqual([0, 1])
  })

  test('QU-12 never goes to whoever is at their limit, or away, or has it', async () => {
    const { queueId, anna, chatId } = await heldChat()
    const bo = await people.newOperator(1, queueId)
    const theirs = await chats.begin(queueId)
    expect(await chats.held(theirs)).toBe(bo)
    expect((await handOn(chatId, anna, ['operator', bo])).status).toBe('at_limit')
    const cleo = await people.newOperator(1)
    await people.declare(cleo, 'away')
    expect((await handOn(chatId, anna, ['operator', cleo])).status).toBe('not_ready')
    expect((await handOn(chatId, anna, ['operator', anna])).status).toBe('same')
    expect((await handOn(chatId, cleo, ['operator', bo])).status).toBe('not_holder')
    expect((await handOn(chatId, anna, ['operator', randomUUID()])).status).toBe('not_found')
    expect(await chats.chat(chatId)).toMatchObject({ operatorId: anna, transfer: null })
  })

  test.each([
    ['declined', (_: string, offer: routing.OfferAnswer) => chats.decline(offer)],
    ['missed', () => house.pass(20_000).then(() => sweep(house.db))],
    ['unavailable', (bo: string) => people.declare(bo, 'busy')],
    [
      'removed',
      (userId: string) =>
        run(house.db, (one) => routing.removeOperator(one, { ...house.place, userId })),
    ],
  ] as const)(
    'QU-12 stays where it is when it is %s, and the sender is told',
    async (outcome, work) => {
      const { anna, chatId } = await heldChat()
      const bo = await people.newOperator(1)
      await handOn(chatId, anna, ['operator', bo])
      await work(bo, await chats.offer(chatId))
      expect(await chats.chat(chatId)).toMatchObject({
        state: 'active',
        operatorId: anna,
        offer: null,
      })
      expect(await transferOf(chatId)).toMatchObject({ outcome, endedById: bo })
      if (outcome !== 'removed') expect(await loadOf(bo)).toBe(0)
    },
  )

  test('QU-12 is taken back, and only once; what was too late to take is not taken', async () => {
    const { anna, chatId } = await heldChat()
    const bo = await people.newOperator(1)
    const { transferId } = await handOn(chatId, anna, ['operator', bo])
    expect((await handOn(chatId, anna, ['operator', bo])).status).toBe('under_way')
    const offer = await chats.offer(chatId)
    expect(await takeBack(transferId, bo)).toBe('not_found')
    expect(await takeBack(transferId, anna)).toBe('cancelled')
    expect(await takeBack(transferId, anna)).toBe('cancelled')
    expect((await chats.accept(offer)).status).toBe('gone')
    expect(await chats.held(chatId)).toBe(anna)
    const again = await handOn(chatId, anna, ['operator', bo])
    await chats.accept(await chats.offer(chatId))
    expect(await takeBack(again.transferId, anna)).toBe('over')
  })

  test('QU-12 whose visitor leaves, or whose holder closes it, frees them both', async () => {
    const { queueId, anna, chatId } = await heldChat()
    const bo = await people.newOperator(1, queueId)
    await handOn(chatId, anna, ['operator', bo])
    const next = [await chats.begin(queueId), await chats.begin(queueId)]
    await chats.close(chatId, anna)
    expect((await Promise.all(next.map(chats.held))).toSorted()).toEqual([anna, bo].toSorted())
    expect(await transferOfEnded(chatId)).toBe('chat_ended')
  })

  test('QU-12 goes on to who is asked when its holder does not come back', async () => {
    const { chatId, anna } = await heldChat()
    const bo = await people.newOperator(1)
    const server = await connectThrough(house, bo)
    await handOn(chatId, anna, ['operator', bo])
    await presence.endNode(house.db, house.place.nodeId, house.place.epoch)
    await sql`update nodes set lease_until = 'infinity' where id = ${server.nodeId}`.execute(
      house.db,
    )
    await house.pass(1_000)
    await sweep(house.db)
    expect(await chats.chat(chatId)).toMatchObject({ state: 'active', operatorId: anna })
    await house.pass(10_000)
    await sql`update assignments set expires_at = expires_at + interval '1 hour' where state = 'offered'`.execute(
      house.db,
    )
    await house.pass(25_000)
    await sweep(house.db)
    const asked = await chats.chat(chatId)
    expect(asked).toMatchObject({ state: 'offered', operatorId: null, offer: { operatorId: bo } })
    expect(asked.transfer).toMatchObject({ outcome: 'sender_gone', note: 'She waits for a refund' })
    expect((await chats.accept(await chats.offer(chatId))).status).toBe('accepted')
    expect(await chats.held(chatId)).toBe(bo)
  })

  test('QU-12 stays with its holder when the server of who is asked dies', async () => {
    const { chatId, anna } = await heldChat()
    const bo = await people.newOperator(1)
    const { nodeId } = await connectThrough(house, anna)
    await sql`update nodes set lease_until = 'infinity' where id = ${nodeId}`.execute(house.db)
    await handOn(chatId, anna, ['operator', bo])
    await presence.endNode(house.db, house.place.nodeId, house.place.epoch)
    await house.pass(1_000)
    await sweep(house.db)
    expect(await transferOf(chatId)).toMatchObject({ outcome: 'unavailable', endedById: bo })
    expect(await chats.chat(chatId)).toMatchObject({ operatorId: anna, offer: null })
  })

  test('QU-12 is handed on so often and no more', async () => {
    const { anna, chatId } = await heldChat()
    const bo = await people.newOperator(1)
    await sql`update accounts set transfers_most = 2`.execute(house.db)
    const pair = [anna, bo]
    for (const at of [0, 1]) {
      const [from = '', to = ''] = at === 0 ? pair : pair.toReversed()
      expect((await handOn(chatId, from, ['operator', to])).status).toBe('begun')
      await chats.accept(await chats.offer(chatId))
    }
    expect((await handOn(chatId, anna, ['operator', bo])).status).toBe('too_many')
    // Whoever stands above is not bound.
    expect((await handOn(chatId, null, ['operator', bo], bo)).status).toBe('begun')
  })
})

async function transferOfEnded(chatId: string): Promise<string | undefined> {
  const { rows } = await sql<{ outcome: string }>`
    select outcome from transfers where chat_id = ${chatId}`.execute(house.db)
  return rows.at(0)?.outcome
}

describe('a chat that is handed to a queue', () => {
  test('QU-12 is offered to one after another, and comes back when the last has passed it on', async () => {
    const { anna, chatId } = await heldChat()
    const second = await people.newQueue()
    const bo = await people.newOperator(1, second)
    const cleo = await people.newOperator(1, second)
    await handOn(chatId, anna, ['queue', second])
    const first = await chats.offer(chatId)
    await chats.decline(first)
    const next = await chats.offer(chatId)
    expect([first.userId, next.userId].toSorted()).toEqual([bo, cleo].toSorted())
    expect(await transferOf(chatId)).toMatchObject({ outcome: null })
    await chats.decline(next)
    expect(await transferOf(chatId)).toMatchObject({ outcome: 'declined', endedById: next.userId })
    expect(await chats.chat(chatId)).toMatchObject({
      state: 'active',
      operatorId: anna,
      offer: null,
    })
  })

  test('QU-12 keeps the time that it has waited: it goes before whoever came to that queue later', async () => {
    const { anna, chatId, queueId } = await heldChat()
    const second = await people.newQueue()
    const bo = await people.newOperator(1, second)
    const busy = await chats.begin(second)
    await chats.accept(await chats.offer(busy))
    await house.pass(1_000)
    const later = await chats.begin(second)
    await handOn(chatId, anna, ['queue', second])
    expect(await chats.chat(chatId)).toMatchObject({ operatorId: anna, offer: null })
    await chats.close(busy, bo)
    expect(await chats.offer(chatId)).toMatchObject({ userId: bo })
    expect(await chats.held(later)).toBeUndefined()
    await chats.accept(await chats.offer(chatId))
    const taken = await chats.chat(chatId)
    expect(taken).toMatchObject({ operatorId: bo, queueId: second })
    expect(queueId).not.toBe(second)
  })

  test('QU-12 comes back when nobody took it within the time, and when the queue closes', async () => {
    const { anna, chatId } = await heldChat()
    const second = await people.newQueue()
    await handOn(chatId, anna, ['queue', second])
    await house.pass(119_000)
    await sweep(house.db)
    expect(await transferOf(chatId)).toMatchObject({ outcome: null })
    await house.pass(1_000)
    await sweep(house.db)
    expect(await transferOf(chatId)).toMatchObject({ outcome: 'nobody', endedById: null })
    await handOn(chatId, anna, ['queue', second])
    await sql`update queues set is_active = false where id = ${second}`.execute(house.db)
    await sweep(house.db)
    expect(await transferOf(chatId)).toMatchObject({ outcome: 'queue_closed' })
    expect(await chats.held(chatId)).toBe(anna)
  })

  test('QU-12 waits there in its place when its holder is gone before anybody was asked', async () => {
    const { anna, chatId } = await heldChat()
    const second = await people.newQueue()
    await handOn(chatId, anna, ['queue', second])
    const { dueAt } = await chats.chat(chatId)
    await run(house.db, (one) => routing.removeOperator(one, { ...house.place, userId: anna }))
    expect(await chats.chat(chatId)).toMatchObject({ state: 'waiting', queueId: second, dueAt })
  })
})

test('QU-12 a department is its people: who has room first, whoever comes free next', async () => {
  const { queueId, anna, chatId } = await heldChat()
  const bo = await people.newOperator(1, queueId)
  const busy = await chats.begin(queueId)
  await chats.accept(await chats.offer(busy))
  const stranger = await people.newOperator(5)
  const department = await newDepartment(anna, bo)
  await handOn(chatId, anna, ['department', department])
  expect(await chats.chat(chatId)).toMatchObject({ offer: null, transfer: { outcome: null } })
  await chats.close(busy, bo)
  expect(await chats.offer(chatId)).toMatchObject({ userId: bo })
  expect(await loadOf(stranger)).toBe(0)
  await chats.accept(await chats.offer(chatId))
  expect(await chats.chat(chatId)).toMatchObject({ operatorId: bo, queueId })
})

describe('somebody above', () => {
  const assign = (chatId: string, userId: string, overLimit: boolean, transferId = randomUUID()) =>
    run(house.db, (one) =>
      handing.assignChat(one, {
        ...house.place,
        transferId,
        chatId,
        userId,
        actorId: userId,
        note: null,
        overLimit,
      }),
    )

  test('QU-12 gives a chat outright, above the limit only if that is meant, and it is marked', async () => {
    const { anna, chatId, queueId } = await heldChat()
    const bo = await people.newOperator(1, queueId)
    const theirs = await chats.begin(queueId)
    await chats.accept(await chats.offer(theirs))
    expect((await assign(chatId, bo, false)).status).toBe('at_limit')
    const id = randomUUID()
    expect(await assign(chatId, bo, true, id)).toMatchObject({
      status: 'done',
      detail: { over: true },
    })
    expect((await assign(chatId, bo, true, id)).status).toBe('done')
    expect((await people.operator(bo)).live).toMatchObject({ used: 2, limit: 1 })
    expect(await chats.chat(chatId)).toMatchObject({
      operatorId: bo,
      transfer: { outcome: 'assigned', fromId: anna },
    })
    const { rows } = await sql<{ kind: string }>`
      select kind from assignments where chat_id = ${chatId} and state = 'active'`.execute(house.db)
    expect(rows).toEqual([{ kind: 'forced' }])
    // What is above the limit goes first: room comes back only below it.
    const waiting = await chats.begin(queueId)
    expect(await chats.held(waiting)).toBe(anna)
    await chats.close(theirs, bo)
    const another = await chats.begin(queueId)
    expect(await chats.held(another)).toBeUndefined()
    await chats.close(chatId, bo)
    expect(await chats.held(another)).toBe(bo)
  })

  test('QU-12 gives what waits, what rings at another and what is handed on, once and to one', async () => {
    const { anna, chatId, queueId } = await heldChat()
    const bo = await people.newOperator(2)
    await handOn(chatId, anna, ['operator', bo])
    expect((await assign(chatId, bo, false)).status).toBe('done')
    expect(await loadOf(bo)).toBe(1)
    const ringing = await chats.begin(queueId)
    expect(await chats.held(ringing)).toBe(anna)
    expect((await assign(ringing, bo, false)).status).toBe('done')
    expect([await loadOf(anna), await loadOf(bo)]).toEqual([0, 2])
    expect((await assign(ringing, anna, false)).status).toBe('done')
  })

  test('QU-12 moves what waits to another queue, where it stands by its time', async () => {
    const queueId = await people.newQueue()
    const second = await people.newQueue()
    const chatId = await chats.begin(queueId)
    const { dueAt } = await chats.chat(chatId)
    await house.pass(5_000)
    const bo = await people.newOperator(1, second)
    const asked = {
      ...house.place,
      transferId: randomUUID(),
      chatId,
      queueId: second,
      actorId: bo,
      note: null,
    }
    const move = () => run(house.db, (one) => handing.moveChat(one, asked))
    expect((await move()).status).toBe('done')
    expect((await move()).status).toBe('done')
    expect(await chats.chat(chatId)).toMatchObject({
      queueId: second,
      dueAt,
      offer: { operatorId: bo },
    })
    await chats.accept(await chats.offer(chatId))
    const late = { ...asked, transferId: randomUUID(), queueId }
    expect((await run(house.db, (one) => handing.moveChat(one, late))).status).toBe('held')
  })

  test('nobody moves a load by hand, nor makes room for what is not forced', async () => {
    const { anna } = await heldChat()
    await sql`update operator_loads set over = 5 where user_id = ${anna}`.execute(house.db)
    const { rows } = await sql<{ over: number }>`
      select over from operator_loads where user_id = ${anna} and kind = 'live'`.execute(house.db)
    expect(rows).toEqual([{ over: 0 }])
  })
})
