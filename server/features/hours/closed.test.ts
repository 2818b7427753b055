// What opening hours do to those who come, through the doors.
import { beforeAll, expect, test } from 'vitest'
import { accounts } from '#contract/accounts.ts'
import { type Hours, hours, type Interval } from '#contract/hours.ts'
import { presence } from '#contract/presence.ts'
import { type Queue, type QueueChanges, queues } from '#contract/queues.ts'
import { scope } from '#contract/scopes.ts'
import { type Site, type SiteChanges, sites } from '#contract/sites.ts'
import { visitors } from '#contract/visitors.ts'
import { why } from '#contract/why.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { type Floor, furnish, newChat, until } from '../../testing/floor.ts'
import { openHouse, type Person } from '../../testing/house.ts'
import { findOperator } from '../presence/queries.ts'
import { brokenLaws, NONE_BROKEN } from '../routing/laws.ts'

const house = openHouse()

const week = (...intervals: Interval[]): Interval[][] => Array.from({ length: 7 }, () => intervals)
const ALWAYS = week({ from: 0, to: 1440 })
const NEVER = week()
/** The sweep comes four times a second; a busy machine is given time. */
const SOON = 3_000

const newHours = (
  { admin, organisationId }: Floor,
  given: Interval[][],
  name = 'Office hours',
): Promise<Hours> =>
  admin.call(hours.create, {
    body: { accountId: organisationId, name, timeZone: 'UTC', week: given, exceptions: [] },
  })

async function setHours(admin: Person, id: string, given: Interval[][]): Promise<void> {
  const now = (await admin.call(hours.list)).find((one) => one.id === id)
  const body = { set: { week: given }, base: now?.versions ?? {} }
  await admin.call(hours.change, { params: { id }, body })
}

async function shape({ admin }: Floor, { id }: Queue, set: QueueChanges['set']): Promise<Queue> {
  const now = (await admin.call(queues.list)).find((one) => one.id === id)
  return admin.call(queues.change, { params: { id }, body: { set, base: now?.versions ?? {} } })
}

async function shapeSite({ admin }: Floor, { id }: Site, set: SiteChanges['set']): Promise<Site> {
  const now = (await admin.call(sites.list)).find((one) => one.id === id)
  return admin.call(sites.change, { params: { id }, body: { set, base: now?.versions ?? {} } })
}

const newQueue = ({ admin, organisationId }: Floor, name: string, kind: Queue['kind'] = 'live') =>
  admin.call(queues.create, {
    body: { accountId: organisationId, name, kind, offerSeconds: 20, targetSeconds: 60 },
  })

const stateOf = async (chatId: string) =>
  house.db
    .selectFrom('routedChats')
    .select(['state', 'queueId', 'kind', 'isMessage', 'dueAt', 'enqueuedAt'])
    .where('chatId', '=', chatId)
    .executeTakeFirstOrThrow()

const inState = (chatId: string, state: string, ms = SOON) =>
  until(async () => {
    const now = await stateOf(chatId)
    return now.state === state ? now : undefined
  }, ms)

const greet = ({ site }: Floor) => house.anyone.call(visitors.greet, { params: { key: site.key } })

test('QU-14 whoever waits for the opening is early, is offered to nobody, and is served once it opens', async () => {
  const floor = await furnish(house)
  const calendar = await newHours(floor, NEVER)
  await shape(floor, floor.queue, { hoursId: calendar.id, whenClosed: 'wait' })
  const anna = await floor.operator()
  const own = [scope.user(anna.userId), scope.queue(floor.queue.id)]
  for (const one of own) await anna.page.watch(one)
  expect(await greet(floor)).toMatchObject({ closed: { offers: 'wait', opensAt: null } })
  const visitor = await floor.visitor()
  const visit = await visitor.ask()
  expect(visit).toMatchObject({
    ...{ state: 'waiting', place: null, wait: null },
    early: { opensAt: null, isMessage: false },
  })
  expect(await stateOf(visit.id)).toMatchObject({ state: 'early' })
  const params = { id: visit.id }
  const answer = await floor.admin.call(why.chat, { params })
  expect(answer).toMatchObject({ state: 'early', opensAt: null, next: null, place: null })
  expect(answer.operators).toMatchObject([
    { userId: anna.userId, ruledOutBy: 'closed_until', fails: [{ check: 'hours' }] },
  ])
  // Tomorrow's opening is said at once.
  const soon = new Date(Date.now() + 86_400_000)
  const minutes = soon.getUTCHours() * 60 + soon.getUTCMinutes() - 1
  const tomorrow = week()
  const day = (soon.getUTCDay() + 6) % 7
  if (minutes > 0) {
    await setHours(
      floor.admin,
      calendar.id,
      tomorrow.map((_, one) => (one === day ? [{ from: minutes, to: minutes + 1 }] : [])),
    )
    const opensAt = new Date(Math.floor(Date.now() / 60_000) * 60_000 + 1439 * 60_000).toISOString()
    const told = await until(async () => {
      const { opensAt: at } = await floor.admin.call(why.chat, { params })
      return at ?? undefined
    }, SOON)
    expect(Math.abs(Date.parse(told) - Date.parse(opensAt))).toBeLessThanOrEqual(60_000)
  }
  await expectSync(anna.page, anna, ...own)
  expect(await brokenLaws(house.db)).toEqual(NONE_BROKEN)
  await setHours(floor.admin, calendar.id, ALWAYS)
  await inState(visit.id, 'offered')
  expect((await anna.answer()).id).toBe(visit.id)
  expect(await visitor.call(visitors.chats)).toMatchObject([{ state: 'active', early: null }])
})

test('QU-14 what is left while it is closed needs an address, and goes where messages are answered', async () => {
  const floor = await furnish(house)
  const calendar = await newHours(floor, NEVER)
  const letters = await newQueue(floor, 'Letters', 'deferred')
  await shape(floor, floor.queue, { hoursId: calendar.id, messageQueueId: letters.id })
  expect(await greet(floor)).toMatchObject({ closed: { offers: 'message' } })
  const visitor = await floor.visitor()
  const chat = newChat()
  expect(await visitor.try(visitors.ask, { body: chat })).toMatchObject({
    ...{ status: 409, body: { error: { code: 'contact_needed', field: 'email' } } },
  })
  const { id } = await visitor.call(visitors.ask, { body: { ...chat, email: 'vera@example.org' } })
  expect(await stateOf(id)).toMatchObject({
    ...{ queueId: letters.id, kind: 'deferred', isMessage: true, state: 'waiting' },
  })
  // Without such a queue it stays in its own line, and needs no room there.
  await shape(floor, floor.queue, { messageQueueId: null, maxWaiting: 1 })
  for (const name of ['one', 'two']) {
    const next = await floor.visitor()
    const own = { ...newChat(), email: `${name}@example.org` }
    const left = await next.call(visitors.ask, { body: own })
    expect(left.early).toEqual({ opensAt: null, isMessage: true })
  }
})

test('QU-11 QU-17 a closed queue overflows into an open one and never into a closed one; the line of those who are early is bounded', async () => {
  const floor = await furnish(house)
  const [shut, open] = [await newHours(floor, NEVER), await newHours(floor, ALWAYS, 'Always')]
  const [second, third] = [await newQueue(floor, 'Second'), await newQueue(floor, 'Third')]
  await shape(floor, second, { hoursId: shut.id, overflowQueueId: third.id, whenClosed: 'wait' })
  await shape(floor, third, { hoursId: open.id })
  const set = { hoursId: shut.id, whenClosed: 'overflow', overflowQueueId: second.id } as const
  await shape(floor, floor.queue, { ...set, maxWaiting: 1 })
  expect(await greet(floor)).toMatchObject({ closed: null })
  const { id } = await (await floor.visitor()).ask()
  expect(await stateOf(id)).toMatchObject({ state: 'waiting', queueId: third.id })
  // The third closes too: who comes now waits for the opening, as many as may.
  await setHours(floor.admin, open.id, NEVER)
  expect(await greet(floor)).toMatchObject({ closed: { offers: 'wait' } })
  const early = await (await floor.visitor()).ask()
  expect(await stateOf(early.id)).toMatchObject({ state: 'early', queueId: floor.queue.id })
  const full = await floor.visitor()
  expect(await full.try(visitors.ask, { body: newChat() })).toMatchObject({
    ...{ status: 409, body: { error: { code: 'queue_full' } } },
  })
  // Whoever waited in time is still there; whoever is early goes on once somewhere opens.
  expect(await stateOf(id)).toMatchObject({ state: 'waiting' })
  await setHours(floor.admin, open.id, ALWAYS)
  expect(await inState(early.id, 'waiting')).toMatchObject({ queueId: third.id })
  expect(await brokenLaws(house.db)).toEqual(NONE_BROKEN)
})

test('QU-14 at closing time whoever waits is served, or is as one who comes, as the queue says', async () => {
  const floor = await furnish(house)
  const calendar = await newHours(floor, ALWAYS)
  await shape(floor, floor.queue, { hoursId: calendar.id, whenClosed: 'wait' })
  const first = await (await floor.visitor()).ask()
  await setHours(floor.admin, calendar.id, NEVER)
  const anna = await floor.operator()
  expect((await anna.answer()).id).toBe(first.id)
  await setHours(floor.admin, calendar.id, ALWAYS)
  await anna.call(presence.choose, { body: { availability: 'away' } })
  await shape(floor, floor.queue, { atClosing: 'as_comer' })
  const second = await (await floor.visitor()).ask()
  expect(await stateOf(second.id)).toMatchObject({ state: 'waiting' })
  await setHours(floor.admin, calendar.id, NEVER)
  const { dueAt, enqueuedAt } = await inState(second.id, 'early')
  expect(dueAt).toBe(enqueuedAt)
  // Without opening hours a queue is always open.
  await shape(floor, floor.queue, { hoursId: null })
  await inState(second.id, 'waiting')
  expect(await brokenLaws(house.db)).toEqual(NONE_BROKEN)
})

test('QU-14 a closed site closes the door of its queue for those who come from it, and for no others', async () => {
  const floor = await furnish(house)
  const { admin, organisationId: accountId, queue } = floor
  const calendar = await newHours(floor, NEVER)
  await shape(floor, queue, { whenClosed: 'wait' })
  const body = { accountId, queueId: queue.id, name: 'Second shop', allowedOrigins: [] }
  const other = await admin.call(sites.create, {
    body: { ...body, colour: '#111111', language: 'en' },
  })
  await shapeSite(floor, other, { hoursId: calendar.id })
  const { token } = await house.anyone.call(visitors.begin, { body: { siteKey: other.key } })
  const here = await (await floor.visitor()).ask()
  const there = await house.visitor(token).call(visitors.ask, { body: newChat() })
  expect(here.early).toBeNull()
  expect(there.early).toEqual({ opensAt: null, isMessage: false })
  const refused = await admin.try(hours.remove, { params: { id: calendar.id } })
  expect(refused).toMatchObject({ status: 409, body: { error: { code: 'in_use' } } })
  await shapeSite(floor, other, { hoursId: null })
  await inState(there.id, 'waiting')
})

test('IN-6 opening and closing change nobody’s status', async () => {
  const floor = await furnish(house)
  const calendar = await newHours(floor, ALWAYS)
  await shape(floor, floor.queue, { hoursId: calendar.id })
  const anna = await floor.operator()
  const standing = async () => {
    const { availability, since, setBy, joined } =
      (await findOperator(house.db, floor.organisationId, anna.userId)) ?? {}
    return { availability, since, setBy, joined }
  }
  const before = await standing()
  for (const given of [NEVER, ALWAYS]) {
    await setHours(floor.admin, calendar.id, given)
    const ofQueue = (await floor.admin.snapshot(scope.setup(floor.organisationId))).r
    expect(ofQueue).toContainEqual(
      expect.arrayContaining(['opening', expect.objectContaining({ isOpen: given === ALWAYS })]),
    )
    expect(await standing()).toEqual(before)
  }
})

let shared: Floor
beforeAll(async () => {
  shared = await furnish(house)
})

test('QU-14 opening hours belong to an account and serve those below; two who change one field are told', async () => {
  const { admin, organisationId } = shared
  const north = await house.account(organisationId, 'North')
  const manager = await house.person({ organisationId, accountId: north, role: 'manager' })
  const page = await manager.live()
  await page.watch(scope.setup(north))
  const made = await newHours(shared, ALWAYS, 'Everywhere')
  expect((await manager.call(hours.list)).map(({ name }) => name)).toContain('Everywhere')
  const own = await manager.call(queues.create, {
    body: { accountId: north, name: 'N', kind: 'live', offerSeconds: 20, targetSeconds: 60 },
  })
  const params = { id: own.id }
  const set = { hoursId: made.id }
  expect(await manager.call(queues.change, { params, body: { set, base: {} } })).toMatchObject(set)
  const body = { set: { week: NEVER }, base: {} }
  expect(await manager.try(hours.change, { params: { id: made.id }, body })).toMatchObject({
    status: 404,
  })
  const ofNorth = await manager.call(hours.create, {
    body: { accountId: north, name: 'North', timeZone: 'UTC', week: NEVER, exceptions: [] },
  })
  const other = { set: { hoursId: ofNorth.id }, base: {} }
  const above = { params: { id: shared.queue.id }, body: other }
  expect(await admin.try(queues.change, above)).toMatchObject({
    ...{ status: 400, body: { error: { code: 'invalid', field: 'hoursId' } } },
  })
  await setHours(admin, made.id, NEVER)
  const late = await admin.try(hours.change, { params: { id: made.id }, body })
  expect(late).toMatchObject({ status: 200 })
  const stale = { set: { week: ALWAYS, name: 'All over' }, base: {} }
  expect(await admin.try(hours.change, { params: { id: made.id }, body: stale })).toMatchObject({
    ...{ status: 409, body: { error: { code: 'stale', conflicts: { week: { version: 1 } } } } },
  })
  await expectSync(page, manager, scope.setup(north))
  // Below another account it has that one's too.
  const holding = await house.account(organisationId, 'Holding')
  const theirs = { accountId: holding, name: 'Holding', timeZone: 'UTC' }
  const { id } = await admin.call(hours.create, {
    body: { ...theirs, week: NEVER, exceptions: [] },
  })
  const moved = { parentId: holding, version: 0 }
  await admin.call(accounts.move, { params: { id: north }, body: moved })
  await expectSync(page, manager, scope.setup(north))
  expect(page.replica.all('hours').map((one) => one.id)).toContain(id)
})

test.each([
  ['timeZone', { timeZone: 'Mars/Olympus' }],
  ['week', { week: week({ from: 60, to: 60 }) }],
  ['week', { week: week({ from: 0, to: 600 }, { from: 540, to: 700 }) }],
  ['week', { week: week({ from: 60, to: 1501 }) }],
  ['exceptions', { exceptions: [{ date: '2026-02-30', name: 'None', intervals: [] }] }],
  ['exceptions', { exceptions: Array(2).fill({ date: '2026-02-03', name: 'A', intervals: [] }) }],
])('QU-14 a calendar that cannot be is refused: %s', async (field, change) => {
  const { admin, organisationId: accountId } = shared
  const sound = { name: 'Odd', timeZone: 'UTC', week: ALWAYS, exceptions: [] }
  const body = { accountId, ...sound, ...change }
  expect(await admin.try(hours.create, { body })).toMatchObject({
    ...{ status: 400, body: { error: { code: 'invalid', field } } },
  })
})
