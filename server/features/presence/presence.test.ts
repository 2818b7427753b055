// Presence through the doors: finishing, idle, a status that holds, reasons, signing out with chats.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { chats } from '#contract/chats.ts'
import { type PresenceRules, presence } from '#contract/presence.ts'
import { type Chat, routing } from '#contract/routing.ts'
import { scope } from '#contract/scopes.ts'
import { session } from '#contract/session.ts'
import { statuses } from '#contract/statuses.ts'
import { transfers } from '#contract/transfers.ts'
import { why } from '#contract/why.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { type Floor, furnish, type Operator, until } from '../../testing/floor.ts'
import { openHouse } from '../../testing/house.ts'
import { brokenLaws, NONE_BROKEN } from '../routing/laws.ts'

const house = openHouse()

const USUAL: PresenceRules = {
  ...{ idleMinutes: null, idleWhenIgnored: false, heldMinutes: 5, leavingWithChats: 'warn' },
}
const rule = ({ admin }: Floor, change: Partial<PresenceRules>) =>
  admin.call(presence.setRules, { body: { ...USUAL, ...change } })

/** The operator's day, its last lines: the status, why, and who did it. */
async function ledger(anna: Operator, most: number) {
  const { intervals } = await anna.call(statuses.day, {
    params: { id: anna.userId },
    query: {},
  })
  return intervals
    .slice(-most)
    .map(({ status, cause, actor }) => [status, cause, actor?.id ?? null])
}

/** Sits there with their own row before them. */
async function seat(floor: Floor, at: Parameters<Floor['operator']>[0] = {}): Promise<Operator> {
  const anna = await floor.operator(at)
  await anna.page.watch(scope.user(anna.userId))
  return anna
}

const mine = (anna: Operator) => anna.call(presence.mine)

test('PR-4 finishing: nothing new, what is held is kept, and with its end it is what was chosen', async () => {
  const floor = await furnish(house)
  const anna = await seat(floor, { liveLimit: 3 })
  await (await floor.visitor()).ask('first')
  const first = await anna.answer()
  await (await floor.visitor()).ask('second')
  const second = await anna.answer()
  await (await floor.visitor()).ask('third')
  const ringing = await anna.offered()
  const finishing = { availability: 'finishing', finishAs: 'offline' } as const
  const row = await anna.call(presence.choose, { body: finishing })
  // What rang goes back, and comes to nobody.
  expect(row).toMatchObject({ ...finishing, live: { used: 2 } })
  const explained = await floor.admin.call(why.chat, { params: { id: ringing.id } })
  expect(explained).toMatchObject({ state: 'waiting', next: null })
  expect(explained.operators).toMatchObject([{ userId: anna.userId, ruledOutBy: 'finishing' }])
  const bert = await floor.operator()
  expect((await bert.answer()).id).toBe(ringing.id)
  // A colleague cannot hand them anything, and is told why.
  const handed = await bert.try(transfers.begin, {
    params: { id: ringing.id },
    body: { id: randomUUID(), to: { kind: 'operator', id: anna.userId } },
  })
  expect(handed).toMatchObject({ status: 409, body: { error: { code: 'target_finishing' } } })
  await anna.call(routing.close, { params: { id: first.id } })
  expect(await mine(anna)).toMatchObject({ availability: 'finishing', live: { used: 1 } })
  await anna.call(routing.close, { params: { id: second.id } })
  expect(await mine(anna)).toMatchObject({
    ...{ availability: 'offline', finishAs: null, cause: 'finished', live: { used: 0 } },
  })
  expect(await ledger(anna, 2)).toEqual([
    ['finishing', 'chosen', anna.userId],
    ['offline', 'finished', null],
  ])
  await expectSync(anna.page, anna, scope.user(anna.userId))
  expect(await brokenLaws(house.db)).toMatchObject({ ...NONE_BROKEN, unmatched: 0 })
})

test('PR-4 finishing ends whatever takes the last chat, and at once where there is none', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator()
  const visitor = await floor.visitor()
  await visitor.ask()
  await anna.answer()
  await floor.admin.call(presence.setOf, {
    params: { id: anna.userId },
    body: { availability: 'finishing' },
  })
  expect(await mine(anna)).toMatchObject({ availability: 'finishing', finishAs: 'away' })
  // The connection is gone for good: the chat is somebody else's now.
  anna.page.close()
  await until(async () => ((await mine(anna)).connection === 'reconnecting' ? true : undefined))
  await sql`update operators set grace_until = now() where user_id = ${anna.userId}`.execute(
    house.db,
  )
  await until(async () => ((await mine(anna)).availability === 'away' ? true : undefined))
  expect(await mine(anna)).toMatchObject({ cause: 'finished', connection: 'disconnected' })
  const bert = await floor.operator({ isAway: true })
  const row = await bert.call(presence.choose, { body: { availability: 'finishing' } })
  expect(row).toMatchObject({ availability: 'away', finishAs: null })
  const wrong = { availability: 'away', finishAs: 'offline' } as const
  expect((await bert.try(presence.choose, { body: wrong })).status).toBe(400)
})

/** As if there had been neither key nor pointer for so long. */
async function leaveAlone({ userId }: Operator, minutes: number): Promise<void> {
  await sql`update operators set availability_since = now() - ${minutes} * interval '1 minute'
    where user_id = ${userId}`.execute(house.db)
  await sql`update operator_activity set active_at = now() - ${minutes} * interval '1 minute'
    where user_id = ${userId}`.execute(house.db)
}

const isWarned = (anna: Operator) =>
  anna.page.until((seen) => typeof seen.get('operator', anna.userId)?.idleUntil === 'string')

const minuteIsOver = ({ userId }: Operator) =>
  sql`update operators set idle_until = now() where user_id = ${userId}`.execute(house.db)

test('PR-5 idle: warned on every device; a key on one ends it on all, silence makes them away', async () => {
  const floor = await furnish(house)
  await rule(floor, { idleMinutes: 10 })
  const anna = await seat(floor)
  const phone = await anna.live()
  await phone.watch(scope.user(anna.userId))
  await leaveAlone(anna, 11)
  await Promise.all([isWarned(anna), isWarned({ ...anna, page: phone })])
  const left = Date.parse((await mine(anna)).idleUntil ?? '') - Date.now()
  expect(left).toBeGreaterThan(50_000)
  expect(left).toBeLessThan(61_000)
  await anna.call(presence.active)
  for (const page of [anna.page, phone])
    await page.until((seen) => seen.get('operator', anna.userId)?.idleUntil === null)
  // And now there is nobody.
  await leaveAlone(anna, 11)
  await isWarned(anna)
  await minuteIsOver(anna)
  await anna.page.until((seen) => seen.get('operator', anna.userId)?.availability === 'away')
  expect(await mine(anna)).toMatchObject({ availability: 'away', cause: 'idle', reason: null })
  expect((await ledger(anna, 1))[0]).toEqual(['away', 'idle', null])
  await expectSync(anna.page, anna, scope.user(anna.userId))
})

test('PR-5 whoever is being rung is not idle; where only ignored chats count, nobody else is', async () => {
  const floor = await furnish(house)
  const anna = await seat(floor)
  const visitor = await floor.visitor()
  await visitor.ask()
  const { id } = await anna.offered()
  await rule(floor, { idleMinutes: 10 })
  await leaveAlone(anna, 60)
  const due = async () => {
    const { rows } = await sql<{ what: string }>`
      select what from idle_due(now()) where user_id = ${anna.userId}`.execute(house.db)
    return rows.map(({ what }) => what)
  }
  expect(await due()).toEqual([])
  await rule(floor, { idleMinutes: 10, idleWhenIgnored: true })
  await anna.answer()
  await leaveAlone(anna, 60)
  // The visitor has waited for a moment only.
  expect(await due()).toEqual([])
  const earlier = sql`update messages set at = at - interval '20 minutes' where chat_id = ${id}`
  await earlier.execute(house.db)
  await isWarned(anna)
  await anna.call(chats.write, {
    params: { id },
    body: { clientId: randomUUID(), body: 'Here I am' },
  })
  // Answered: nobody is ignored any more, whether there was a key or not.
  await anna.page.until((seen) => seen.get('operator', anna.userId)?.idleUntil === null)
})

test('PR-5 a server that dies does not keep anybody from being idle, nor make them so', async () => {
  const floor = await furnish(house)
  await rule(floor, { idleMinutes: 10 })
  const anna = await floor.operator()
  await leaveAlone(anna, 9)
  const dies = sql`update connections set node_id = gen_random_uuid() where user_id = ${anna.userId}`
  await dies.execute(house.db)
  await until(async () => ((await mine(anna)).connection === 'reconnecting' ? true : undefined))
  const again = { ...anna, page: await anna.live() }
  await again.page.watch(scope.user(anna.userId))
  expect(await mine(anna)).toMatchObject({ availability: 'available', idleUntil: null })
  const { rows } = await sql<{ minutes: number }>`
    select extract(epoch from now() - active_at) / 60 as minutes from operator_activity
     where user_id = ${anna.userId}`.execute(house.db)
  // To come back from a server that died is not to have been there.
  expect(Number(rows[0]?.minutes)).toBeGreaterThan(8)
  await leaveAlone(anna, 11)
  await isWarned(again)
})

test('PR-8 what a supervisor has set holds: until when and by whom is said, and it can be lifted', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator()
  const params = { id: anna.userId }
  const set = await floor.admin.call(presence.setOf, {
    params,
    body: { availability: 'busy', reason: 'Stocktaking' },
  })
  expect(Date.parse(set.heldUntil ?? '') - Date.now()).toBeGreaterThan(290_000)
  const undo = { body: { availability: 'available' } } as const
  const refused = await anna.try(presence.choose, undo)
  const { setBy: by, heldUntil } = await mine(anna)
  expect(by).not.toBeNull()
  expect(refused).toMatchObject({
    ...{ status: 409, body: { error: { code: 'status_held', until: heldUntil, by } } },
  })
  // To repeat it is not to undo it; coming back is not either.
  await anna.call(presence.choose, { body: { availability: 'busy', reason: 'Stocktaking' } })
  expect(await mine(anna)).toMatchObject({ availability: 'busy', setBy: by, heldUntil })
  const bert = await floor.operator()
  expect((await bert.try(presence.lift, { params })).status).toBe(403)
  expect(await floor.admin.call(presence.lift, { params })).toMatchObject({ heldUntil: null })
  expect(await anna.call(presence.choose, undo)).toMatchObject({ setBy: null, cause: 'chosen' })
  // Where nothing holds, and where the time is over.
  await rule(floor, { heldMinutes: 0 })
  await floor.admin.call(presence.setOf, { params, body: { availability: 'busy' } })
  expect(await anna.call(presence.choose, undo)).toMatchObject({ availability: 'available' })
  await rule(floor, { heldMinutes: 1 })
  await floor.admin.call(presence.setOf, { params, body: { availability: 'away' } })
  await sql`update operators set held_until = now() - interval '1 second'
    where user_id = ${anna.userId}`.execute(house.db)
  expect(await anna.call(presence.choose, undo)).toMatchObject({ heldUntil: null })
})

test('PR-2 a status of the catalogue: for whom it is, what goes with it, and what it counts as', async () => {
  const floor = await furnish(house)
  const { admin, organisationId: accountId } = floor
  const anna = await floor.operator()
  const look = { accountId, icon: 'meal', colour: 'amber', maxMinutes: 30 } as const
  const lunch = await admin.call(statuses.create, {
    body: { ...look, name: 'Lunch', availability: 'away', isPaid: true, departmentIds: null },
  })
  const forNobody = await admin.call(statuses.create, {
    body: { ...look, name: 'Stock', availability: 'busy', isPaid: true, departmentIds: [] },
  })
  expect((await anna.call(statuses.mine)).map(({ id }) => id)).toEqual([lunch.id])
  const row = await anna.call(presence.choose, {
    body: { availability: 'away', statusId: lunch.id },
  })
  const mark = { statusId: lunch.id, icon: 'meal', colour: 'amber', isPaid: true, maxMinutes: 30 }
  expect(row).toMatchObject({ availability: 'away', reason: 'Lunch', mark })
  const day = await anna.call(statuses.day, { params: { id: anna.userId }, query: {} })
  expect(day.intervals.at(-1)).toMatchObject({ status: 'away', reason: 'Lunch', isPaid: true })
  for (const body of [
    { availability: 'busy', statusId: lunch.id },
    { availability: 'away', statusId: lunch.id, reason: 'Both' },
  ] as const)
    expect((await anna.try(presence.choose, { body })).status).toBe(400)
  for (const body of [
    { availability: 'busy', statusId: forNobody.id },
    { availability: 'away', statusId: randomUUID() },
  ] as const)
    expect((await anna.try(presence.choose, { body })).status).toBe(404)
  // Whoever has it keeps it as it was.
  await admin.call(statuses.change, {
    params: { id: lunch.id },
    body: { set: { isPaid: false, name: 'Meal' }, base: {} },
  })
  await admin.call(statuses.remove, { params: { id: lunch.id } })
  expect(await mine(anna)).toMatchObject({ reason: 'Lunch', mark })
  const same = await admin.try(statuses.create, {
    body: { ...look, name: 'stock', availability: 'busy', isPaid: true, departmentIds: null },
  })
  expect(same).toMatchObject({ status: 409, body: { error: { code: 'name_taken' } } })
  expect(
    (await anna.call(presence.choose, { body: { availability: 'available' } })).mark,
  ).toBeNull()
})

test('PR-9 signing out with chats is asked about, refused or goes on, as the organisation says', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator()
  await (await floor.visitor()).ask()
  const held: Chat = await anna.answer()
  await rule(floor, { leavingWithChats: 'forbid' })
  const handOver = { query: { chats: 'hand_over' } } as const
  const forbidden = await anna.try(session.signOut, handOver)
  expect(forbidden).toMatchObject({
    ...{ status: 409, body: { error: { code: 'chats_must_end', count: 1 } } },
  })
  await rule(floor, { leavingWithChats: 'warn' })
  const asked = await anna.try(session.signOut, { query: {} })
  expect(asked).toMatchObject({ status: 409, body: { error: { code: 'chats_open', count: 1 } } })
  expect(await mine(anna)).toMatchObject({ connection: 'connected', live: { used: 1 } })
  const bert = await floor.operator()
  await anna.call(session.signOut, handOver)
  expect((await bert.offered()).id).toBe(held.id)
})
