// A deferred chat in which nobody writes takes nobody's slot; it is its operator's again as soon as
// somebody does, and is never forgotten.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { chats } from '#contract/chats.ts'
import { type QueueChanges, queues } from '#contract/queues.ts'
import { routing } from '#contract/routing.ts'
import { scope } from '#contract/scopes.ts'
import { visitors } from '#contract/visitors.ts'
import { why } from '#contract/why.ts'
import {
  ago,
  answered,
  deferredFloor,
  hasLimit,
  parked,
  rowOf,
  word,
  write,
} from '../../testing/deferred-floor.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { furnish, type Operator, until } from '../../testing/floor.ts'
import { openHouse } from '../../testing/house.ts'
import { mineOf } from '../../testing/records.ts'
import { sweep, tendParked } from './actions.ts'
import { brokenLaws, NONE_BROKEN } from './laws.ts'

const house = openHouse()

const deferred = (set: QueueChanges['set'] = {}) => deferredFloor(house, set)

const stateOf = async (chatId: string) => {
  const { rows } = await sql<{ state: string; operatorId: string | null; heldFor: string | null }>`
    select state, operator_id, held_for from routed_chats where chat_id = ${chatId}`.execute(
    house.db,
  )
  return rows[0]
}

test('QU-6 QU-1 a quiet deferred chat is parked, its slot serves the next, and its visitor’s word brings it back', async () => {
  const floor = await deferred({ parkAfterMinutes: 60 })
  const anna = await floor.operator()
  await hasLimit(floor, anna, 1)
  for (const one of [scope.user(anna.userId), scope.queue(floor.queue.id)])
    await anna.page.watch(one)
  const [vera, first] = await answered(floor, anna)
  const wim = await floor.visitor()
  const { id: second } = await wim.ask()
  await tendParked(house.db)
  expect(await mineOf(anna)).toEqual([first])
  await ago(house, floor, first, 2)
  // The clockwork of the server, not the test, sets it aside.
  await until(async () => ((await rowOf(anna, second))?.state === 'active' ? true : undefined))
  expect(await rowOf(anna, first)).toMatchObject({
    state: 'parked',
    operatorId: null,
    parked: { operatorId: anna.userId, because: 'quiet', isOwed: false },
  })
  expect(await anna.try(chats.messages, { params: { id: first } })).toMatchObject({ status: 200 })
  expect(await vera.call(visitors.chats)).toMatchObject([{ state: 'active', isKept: false }])
  await anna.call(routing.close, { params: { id: second } })
  await write(vera, first)
  const back = await rowOf(anna, first)
  expect(back).toMatchObject({
    state: 'active',
    operatorId: anna.userId,
    offer: null,
    parked: null,
  })
  const scopes = [scope.user(anna.userId), scope.queue(floor.queue.id)]
  await expectSync(anna.page, anna, ...scopes)
})

test('QU-6 a chat that its visitor has the last word in is never parked by the clock', async () => {
  const floor = await deferred({ parkAfterMinutes: 60 })
  const anna = await floor.operator()
  const [vera, id] = await answered(floor, anna)
  await write(vera, id)
  await ago(house, floor, id, 5)
  await tendParked(house.db)
  expect(await rowOf(anna, id)).toMatchObject({ state: 'active' })
})

test.each([
  ['front', { state: 'waiting', operatorId: null }],
  ['over', { state: 'active' }],
  ['others', { state: 'active' }],
] as const)(
  'QU-6 a chat that wakes while its operator is full goes on as its queue says: %s',
  async (wakeTo, expected) => {
    const floor = await deferred({ wakeTo, autoAccepts: true })
    const anna = await floor.operator()
    await hasLimit(floor, anna, 1)
    const [vera, first] = await parked(floor, anna)
    const before = await rowOf(anna, first)
    const [, second] = await answered(floor, anna)
    const bert = await floor.operator()
    await write(vera, first)
    const state = await stateOf(first)
    const owner = { front: null, over: anna.userId, others: bert.userId }[wakeTo]
    expect(state).toMatchObject({ ...expected, operatorId: owner })
    const { rows } = await sql<{ kind: string; over: number }>`
    select a.kind, l.over from assignments a
      join operator_loads l on l.user_id = ${anna.userId} and l.kind = 'deferred'
     where a.chat_id = ${first} order by a.offered_at desc limit 1`.execute(house.db)
    const isOver = wakeTo === 'over'
    expect(rows[0]).toEqual({ kind: isOver ? 'forced' : 'route', over: isOver ? 1 : 0 })
    if (wakeTo === 'front') {
      expect(state?.heldFor).toBe(anna.userId)
      expect(await mineOf(bert)).toEqual([])
      await anna.call(routing.close, { params: { id: second } })
      expect(await rowOf(anna, first)).toMatchObject({ state: 'active', dueAt: before?.dueAt })
    }
    expect(await brokenLaws(house.db)).toEqual(NONE_BROKEN)
  },
)

test('QU-6 an operator parks a chat that they have read, and takes it back within their limit', async () => {
  const floor = await deferred()
  const anna = await floor.operator()
  await hasLimit(floor, anna, 1)
  const bert = await floor.operator({ isAway: true })
  const [vera, id] = await answered(floor, anna)
  const params = { id }
  await write(vera, id)
  const unseen = await anna.try(routing.park, { params, body: { seen: 2 } })
  expect(unseen).toMatchObject({ status: 409, body: { error: { code: 'visitor_wrote' } } })
  expect(await bert.try(routing.park, { params, body: { seen: 3 } })).toMatchObject({ status: 404 })
  expect(await anna.call(routing.park, { params, body: { seen: 3 } })).toMatchObject({
    parked: { because: 'by_hand', isOwed: true },
  })
  expect(await anna.call(routing.park, { params, body: { seen: 3 } })).toMatchObject({
    state: 'parked',
  })
  const said = await anna.try(chats.write, { params, body: word() })
  expect(said).toMatchObject({ status: 404 })
  const [, other] = await answered(floor, anna)
  const full = await anna.try(routing.takeBack, { params })
  expect(full).toMatchObject({ status: 409, body: { error: { code: 'at_limit' } } })
  expect(await bert.try(routing.takeBack, { params })).toMatchObject({ status: 404 })
  await anna.call(routing.close, { params: { id: other } })
  expect(await anna.call(routing.takeBack, { params })).toMatchObject({ state: 'active' })
  expect(await anna.call(routing.takeBack, { params })).toMatchObject({ operatorId: anna.userId })
})

test('QU-6 a live chat is never parked', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator()
  const { id } = await (await floor.visitor()).ask()
  await anna.answer()
  const no = await anna.try(routing.park, { params: { id }, body: { seen: 1 } })
  expect(no).toMatchObject({ status: 409, body: { error: { code: 'never_parked' } } })
  const forced = sql`update routed_chats set state = 'parked', assignment_id = null, operator_id = null,
    parked_at = now(), parked_because = 'quiet' where chat_id = ${id}`
  await expect(forced.execute(house.db)).rejects.toThrow(/check constraint/)
})

test('QU-6 of several words at once every one is kept, and the chat is woken once', async () => {
  const floor = await deferred()
  const anna = await floor.operator()
  const [vera, id] = await parked(floor, anna)
  await Promise.all(Array.from({ length: 5 }, () => write(vera, id)))
  expect(await anna.call(chats.messages, { params: { id } })).toHaveLength(7)
  const { rows } = await sql`select from assignments where chat_id = ${id}`.execute(house.db)
  expect(rows).toHaveLength(2)
  expect(await rowOf(anna, id)).toMatchObject({ state: 'active' })
})

test('QU-6 a word whose server died before it woke the chat is found by the sweep', async () => {
  const floor = await deferred()
  const anna = await floor.operator()
  const [, id] = await parked(floor, anna)
  await sql`insert into messages (organisation_id, chat_id, seq, client_id, author, author_id, body)
    select organisation_id, id, 3, ${randomUUID()}, 'visitor', visitor_id, 'Hello?' from chats where id = ${id}`.execute(
    house.db,
  )
  await until(async () => ((await rowOf(anna, id))?.state === 'active' ? true : undefined))
})

test('QU-6 what sleeps for too long ends and says why; to whom an answer is owed waits instead', async () => {
  const floor = await deferred({ closeParkedDays: 2 })
  const anna = await floor.operator()
  const [vera, over] = await parked(floor, anna)
  const [wim, owed] = await answered(floor, anna)
  await write(wim, owed)
  await anna.call(routing.park, { params: { id: owed }, body: { seen: 3 } })
  for (const id of [over, owed]) await ago(house, floor, id, 47)
  await tendParked(house.db)
  expect(await rowOf(anna, over)).toMatchObject({ state: 'parked' })
  for (const id of [over, owed]) await ago(house, floor, id, 2)
  await tendParked(house.db)
  expect(await vera.call(visitors.chats)).toMatchObject([
    { state: 'closed', closedBecause: 'expired' },
  ])
  expect(await rowOf(anna, owed)).toMatchObject({ state: 'active', parked: null })
})

/** The operator's last page is gone, and so is the grace. */
async function vanish(operator: Operator): Promise<void> {
  operator.page.close()
  await until(async () => {
    const { rows } =
      await sql`update operators set grace_until = clock_timestamp() - interval '1 second'
      where user_id = ${operator.userId} and grace_until is not null returning 1`.execute(house.db)
    return rows[0]
  })
  await sweep(house.db)
}

test('QU-13 QU-6 a deferred chat is kept for an operator who is gone, its visitor is told, and theirs it is again', async () => {
  const floor = await deferred()
  const anna = await floor.operator()
  const bert = await floor.operator({ isAway: true })
  const [vera, id] = await answered(floor, anna)
  await write(vera, id)
  await bert.call(queues.join, { params: { id: floor.queue.id } })
  await vanish(anna)
  expect(await rowOf(anna, id)).toMatchObject({
    state: 'parked',
    parked: { operatorId: anna.userId, because: 'gone', isOwed: true },
  })
  expect(await vera.call(visitors.chats)).toMatchObject([{ state: 'active', isKept: true }])
  await anna.live()
  await until(async () => ((await rowOf(anna, id))?.state === 'active' ? true : undefined))
  expect(await vera.call(visitors.chats)).toMatchObject([{ state: 'active', isKept: false }])
})

test('QU-13 what is kept for somebody who does not come back is anybody’s after a while', async () => {
  const floor = await deferred({ keepHours: 4 })
  const anna = await floor.operator()
  const [vera, id] = await answered(floor, anna)
  await write(vera, id)
  await vanish(anna)
  const bert = await floor.operator()
  await tendParked(house.db)
  expect(await mineOf(bert)).toEqual([])
  await ago(house, floor, id, 5)
  await tendParked(house.db)
  expect(await mineOf(bert)).toEqual([id])
})

test('QU-13 where the queue says so, and in every live queue, chats of whoever is gone wait again', async () => {
  for (const floor of [await deferred({ whenGone: 'queue' }), await furnish(house)]) {
    const anna = await floor.operator()
    const visitor = await floor.visitor()
    const { id } = await visitor.ask()
    if (floor.queue.kind === 'live') await anna.answer()
    await vanish(anna)
    expect(await stateOf(id)).toMatchObject({ state: 'waiting' })
    expect(await visitor.call(visitors.chats)).toMatchObject([{ state: 'waiting', place: 1 }])
  }
})

test('QU-6 QU-1 Why says for whom a parked chat is kept, what wakes it, and when it ends', async () => {
  const floor = await deferred({ closeParkedDays: 2, wakeTo: 'others' })
  const anna = await floor.operator()
  const boss = await house.person({ organisationId: floor.organisationId, role: 'supervisor' })
  const [vera, id] = await parked(floor, anna)
  const told = await boss.call(why.chat, { params: { id } })
  const since = told.parked?.at ?? ''
  expect(told).toMatchObject({
    ...{ state: 'parked', operators: [], next: null },
    parked: { userId: anna.userId, because: 'by_hand', isOwed: false, wakeTo: 'others' },
  })
  expect(Date.parse(told.parked?.until ?? '') - Date.parse(since)).toBe(48 * 3_600_000)
  await write(vera, id)
  expect(await boss.call(why.chat, { params: { id } })).toMatchObject({
    ...{ state: 'active', parked: null },
    assignments: [{ state: 'ended' }, { state: 'active', rule: 'woken' }],
  })
})
