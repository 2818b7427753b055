// A queue's own limit through the doors: set while people work, at several servers at once.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { audit } from '#contract/audit.ts'
import { presence } from '#contract/presence.ts'
import { queues } from '#contract/queues.ts'
import { routing } from '#contract/routing.ts'
import { scope } from '#contract/scopes.ts'
import { transfers } from '#contract/transfers.ts'
import { visitors } from '#contract/visitors.ts'
import { why } from '#contract/why.ts'
import { caller } from '../../client/http.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { type Floor, furnish, newChat, type Operator, until } from '../../testing/floor.ts'
import { openHouse } from '../../testing/house.ts'
import { brokenLaws, NONE_BROKEN } from './laws.ts'

const house = openHouse()

async function limitQueue({ admin, queue }: Floor, heldLimit: number | null): Promise<void> {
  const seen = (await admin.call(queues.list)).find(({ id }) => id === queue.id)
  const body = { set: { heldLimit }, base: seen?.versions ?? {} }
  await admin.call(queues.change, { params: { id: queue.id }, body })
}
const ask = async (floor: Floor) => (await floor.visitor()).ask()
const heldBy = async (operator: Operator) =>
  (await operator.call(routing.mine)).filter(({ state }) => state !== 'parked').map(({ id }) => id)
const countOf = async ({ userId }: Operator) => {
  const { rows } = await sql<{ held: number; heldLimit: number | null; heldOver: number }>`
    select held, held_limit, held_over from queue_members where user_id = ${userId}`.execute(
    house.db,
  )
  return rows[0]
}
const whyChat = (floor: Floor, id: string) => floor.admin.call(why.chat, { params: { id } })

test('QU-5 IN-1 many who ask at once, at two servers, while it is changed, never get past it; and Why says so', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator({ liveLimit: 9 })
  const page = await floor.admin.live()
  await page.watch(scope.floor(floor.organisationId))
  const second = await house.another()
  await limitQueue(floor, 2)
  const guests = await Promise.all(Array.from({ length: 9 }, () => floor.visitor()))
  await Promise.all(
    guests.map(({ token }, at) =>
      caller(() => (at % 2 ? second.url : house.url), { token }).call(visitors.ask, {
        body: newChat(),
      }),
    ),
  )
  await until(async () => ((await heldBy(anna)).length === 2 ? true : undefined))
  const waiting = await until(async () => {
    const held = await heldBy(anna)
    return page.replica
      .all('chat')
      .find(({ id, state }) => state === 'waiting' && !held.includes(id))
  })
  const [ends] = (await anna.call(routing.mine))
    .flatMap(({ offer }) => offer?.expiresAt ?? [])
    .sort()
  expect((await whyChat(floor, waiting.id)).operators[0]).toMatchObject({
    ...{ ruledOutBy: 'at_queue_limit', used: 2, limit: 9, ofQueue: { used: 2, limit: 2 } },
    fails: [{ check: 'queue_limit', changesAt: ends }],
  })
  for (const _ of [1, 2]) await anna.answer()
  // It is changed while chats end and come.
  const limits = [3, 1, 2, 4]
  await Promise.all([
    limits.reduce(
      (before, limit) => before.then(() => limitQueue(floor, limit)),
      Promise.resolve(),
    ),
    ...(await heldBy(anna)).map((id) => anna.call(routing.close, { params: { id } })),
  ])
  await until(async () => ((await heldBy(anna)).length === 4 ? true : undefined))
  // What it leaves is given before the answer goes out: no clock is waited for.
  await limitQueue(floor, 5)
  expect(await heldBy(anna)).toHaveLength(5)
  await expectSync(page, floor.admin, scope.floor(floor.organisationId))
  expect(await brokenLaws(house.db)).toEqual(NONE_BROKEN)
})

test('QU-5 what is given outright above it is marked and lasts; whoever is not of the queue is not limited by it', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator({ liveLimit: 9 })
  await limitQueue(floor, 1)
  await ask(floor)
  const { id: first } = await anna.answer()
  const second = await ask(floor)
  const give = (chatId: string, { userId }: Operator, overLimit: boolean) =>
    floor.admin.try(transfers.assign, {
      params: { id: chatId },
      body: { id: randomUUID(), userId, overLimit },
    })
  const targets = await floor.admin.call(transfers.targets, { params: { id: second.id } })
  expect(targets.people).toMatchObject([{ id: anna.userId, status: 'at_limit', used: 1 }])
  expect(targets.queues).toMatchObject([{ id: floor.queue.id, free: 0 }])
  expect(await give(second.id, anna, false)).toMatchObject({
    ...{ status: 409, body: { error: { code: 'at_limit' } } },
  })
  expect((await give(second.id, anna, true)).status).toBe(200)
  expect(await countOf(anna)).toEqual({ held: 2, heldLimit: 1, heldOver: 1 })
  const third = await ask(floor)
  await anna.call(routing.close, { params: { id: first } })
  const it = await whyChat(floor, third.id)
  expect(it.operators[0]).toMatchObject({ ofQueue: { used: 1, limit: 1 } })
  expect(await countOf(anna)).toEqual({ held: 1, heldLimit: 1, heldOver: 0 })

  const bert = await floor.operator({ liveLimit: 9 })
  const fourth = await ask(floor)
  const params = { id: floor.queue.id, userId: bert.userId }
  await floor.admin.call(queues.unassign, { params })
  for (const { id } of [third, fourth]) expect((await give(id, bert, false)).status).toBe(200)
  expect(await heldBy(bert)).toHaveLength(2)
  await floor.admin.call(queues.assign, { params })
  expect(await countOf(bert)).toEqual({ held: 2, heldLimit: 1, heldOver: 1 })
  expect(await brokenLaws(house.db)).toEqual(NONE_BROKEN)
})

test('QU-5 handed to its queue, a chat waits with its holder for somebody whom the limit leaves room', async () => {
  const floor = await furnish(house)
  const { admin, organisationId: accountId } = floor
  const made = {
    accountId,
    name: 'Few',
    kind: 'live',
    offerSeconds: 20,
    targetSeconds: 60,
  } as const
  const few = await admin.call(queues.create, { body: made })
  const [anna, bert] = [
    await floor.operator(),
    await floor.operator({ isAway: true, liveLimit: 9 }),
  ]
  const place = { params: { id: few.id, userId: bert.userId } }
  await admin.call(queues.assign, place)
  await bert.call(queues.join, place)
  await limitQueue({ ...floor, queue: few }, 1)
  const handOn = async () => {
    await ask(floor)
    const { id } = await anna.answer()
    const body = { id: randomUUID(), to: { kind: 'queue' as const, id: few.id } }
    await anna.call(transfers.begin, { params: { id }, body })
    return id
  }
  await bert.call(presence.choose, { body: { availability: 'available' } })
  await bert.call(queues.leave, { params: { id: floor.queue.id } })
  const first = await handOn()
  expect((await bert.answer()).id).toBe(first)
  const second = await handOn()
  expect(await heldBy(bert)).toEqual([first])
  await bert.call(routing.close, { params: { id: first } })
  expect((await bert.answer()).id).toBe(second)
  expect(await brokenLaws(house.db)).toEqual(NONE_BROKEN)
})

test('QU-5 it is a field of the queue: what is no limit is refused, the second of two is told what stands, and the audit says who', async () => {
  const floor = await furnish(house)
  const { admin, queue } = floor
  const change = (heldLimit: unknown, base: object = queue.versions) =>
    admin.try(queues.change, { params: { id: queue.id }, body: { set: { heldLimit }, base } })
  expect(queue.heldLimit).toBe(null)
  for (const wrong of [0, 101, -1, 1.5, '2', true, [2], 1e9])
    expect([wrong, await change(wrong)]).toMatchObject([
      wrong,
      { status: 400, body: { error: { code: 'invalid' } } },
    ])
  expect(await change(2)).toMatchObject({ status: 200, body: { heldLimit: 2 } })
  expect(await change(3)).toMatchObject({
    status: 409,
    body: { error: { code: 'stale', conflicts: { heldLimit: { value: 2 } } } },
  })
  const { lines } = await admin.call(audit.list, { query: { subject: 'queue' } })
  expect(lines).toContainEqual(
    expect.objectContaining({
      action: 'queue.change',
      changes: [{ field: 'heldLimit', before: null, after: 2 }],
    }),
  )
})
