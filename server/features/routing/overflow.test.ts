// A chat that its queue cannot serve soon enough goes on to another.
import { expect, test } from 'vitest'
import { type Queue, type QueueChanges, queues } from '#contract/queues.ts'
import { routing } from '#contract/routing.ts'
import { visitors } from '#contract/visitors.ts'
import { type Floor, furnish, newChat, until } from '../../testing/floor.ts'
import { openHouse } from '../../testing/house.ts'
import { go, mineOf } from '../../testing/records.ts'

const house = openHouse()

/** The chat found somebody, or somebody with room found it: whoever looked first. */
const FOUND: unknown = expect.stringMatching(/^longest_(idle|waiting)$/)

async function newQueue({ admin, organisationId }: Floor, name: string, more: object = {}) {
  const times = { offerSeconds: 20, targetSeconds: 60 }
  const body = { accountId: organisationId, name, kind: 'live' as const, ...times, ...more }
  return admin.call(queues.create, { body })
}

async function shape({ admin }: Floor, { id }: Queue, set: QueueChanges['set']) {
  const now = (await admin.call(queues.list)).find((one) => one.id === id)
  return admin.try(queues.change, { params: { id }, body: { set, base: now?.versions ?? {} } })
}

/** An operator of that queue and no other. */
async function serves(
  floor: Floor,
  { id }: Queue,
  availability: 'available' | 'away' = 'available',
) {
  const operator = await floor.operator({ liveLimit: 5, isAway: true })
  const params = { id, userId: operator.userId }
  await floor.admin.call(queues.assign, { params })
  await operator.call(queues.join, { params: { id } })
  await floor.admin.call(queues.unassign, {
    params: { id: floor.queue.id, userId: operator.userId },
  })
  await go(operator, availability)
  return operator
}

async function rulesOf(chatId: string): Promise<unknown[]> {
  const rows = await house.db
    .selectFrom('eventLog')
    .select('because')
    .where('kind', '=', 'chat')
    .where('entityId', '=', chatId)
    .orderBy('seq')
    .execute()
  return rows.map(({ because }) => (because as { rule?: string } | null)?.rule ?? null)
}

test('QU-11 a chat goes on after its time, keeps what it has waited, and says why', async () => {
  const floor = await furnish(house)
  const second = await newQueue(floor, 'Second line')
  const set = { overflowQueueId: second.id, overflowAfterSeconds: 1 }
  expect(await shape(floor, floor.queue, set)).toMatchObject({ status: 200, body: set })
  const { id } = await (await floor.visitor()).ask()
  const bert = await serves(floor, second, 'away')
  const moved = await until(async () => {
    const row = await house.db
      .selectFrom('routedChats')
      .select(['queueId', 'dueAt', 'enqueuedAt', 'state'])
      .where('chatId', '=', id)
      .executeTakeFirst()
    return row?.queueId === second.id ? row : undefined
  })
  expect(moved).toMatchObject({ state: 'waiting', dueAt: moved.enqueuedAt })
  await go(bert, 'available')
  expect((await bert.offered()).id).toBe(id)
  expect(await rulesOf(id)).toEqual([null, 'overflow_waited', FOUND])
})

test('QU-17 a full line sends on whom it can, and refuses the others', async () => {
  const floor = await furnish(house)
  const second = await newQueue(floor, 'Second line')
  await shape(floor, second, { maxWaiting: 1 })
  await shape(floor, floor.queue, { maxWaiting: 1, overflowQueueId: second.id })
  await (await floor.visitor()).ask()
  const { id } = await (await floor.visitor()).ask()
  expect(await rulesOf(id)).toEqual(['overflow_full'])
  const late = await floor.visitor()
  expect(await late.try(visitors.ask, { body: newChat() })).toMatchObject({
    status: 409,
    body: { error: { code: 'queue_full' } },
  })
  const bert = await serves(floor, second)
  expect((await bert.offered()).id).toBe(id)
})

test('QU-11 where nobody is, a chat goes on as soon as somebody is further on', async () => {
  const floor = await furnish(house)
  const second = await newQueue(floor, 'Second line')
  const third = await newQueue(floor, 'Third line')
  await shape(floor, second, { overflowQueueId: third.id })
  await shape(floor, floor.queue, { overflowQueueId: second.id, overflowWhenUnattended: true })
  const { id } = await (await floor.visitor()).ask()
  const cleo = await serves(floor, third)
  expect((await cleo.offered()).id).toBe(id)
  expect(await rulesOf(id)).toEqual([null, 'overflow_unattended', FOUND])
  // What she passes on stays where it went: nobody is asked in a circle.
  const { offer } = await cleo.offered()
  await cleo.call(routing.decline, { params: { id: offer.id } })
  expect(await until(async () => (await mineOf(cleo)).find((one) => one === id))).toBe(id)
})

test('QU-11 a chain is no circle, is not long, and has queues of one sort', async () => {
  const floor = await furnish(house)
  const { queue: first, admin } = floor
  const line = [first]
  for (const name of ['Two', 'Three', 'Four', 'Five']) line.push(await newQueue(floor, name))
  const [, two, three, four, five] = line
  if (!(two && three && four && five)) throw new Error('five were made')
  const to = (from: Queue, other: { id: string } | null) =>
    shape(floor, from, { overflowQueueId: other?.id ?? null })
  const no = (code: string) => ({ body: { error: { code, field: 'overflowQueueId' } } })
  expect(await to(first, first)).toMatchObject(no('overflow_circle'))
  for (const [from, other] of [
    [three, four],
    [first, two],
    [two, three],
  ] as const)
    expect(await to(from, other)).toMatchObject({ status: 200 })
  expect(await to(three, first)).toMatchObject(no('overflow_circle'))
  expect(await to(four, five)).toMatchObject(no('overflow_too_long'))
  expect(await to(five, first)).toMatchObject(no('overflow_too_long'))
  const deferred = await newQueue(floor, 'Mail', { kind: 'deferred' })
  const forTests = await newQueue(floor, 'Tests', { isTest: true })
  const { queue: elsewhere } = await furnish(house)
  for (const other of [deferred, forTests, elsewhere, { id: admin.userId }])
    expect(await to(five, other)).toMatchObject(no('invalid'))
  expect(await admin.try(queues.remove, { params: { id: four.id } })).toMatchObject({
    body: { error: { code: 'in_use', uses: [{ what: 'queues', names: ['Three'] }] } },
  })
  // Of two who would close a circle together, one does.
  await to(three, null)
  const both = await Promise.all([to(three, five), to(five, first)])
  expect(both.filter(({ status }) => status === 200)).toHaveLength(1)
})
