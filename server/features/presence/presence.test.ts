// Presence through the doors: the facts apart, the grace, silence, finishing, idle.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { chats } from '#contract/chats.ts'
import { type PresenceRules, presence } from '#contract/presence.ts'
import { routing } from '#contract/routing.ts'
import { scope } from '#contract/scopes.ts'
import { statuses } from '#contract/statuses.ts'
import { transfers } from '#contract/transfers.ts'
import { visitors } from '#contract/visitors.ts'
import { why } from '#contract/why.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { type Floor, furnish, type Operator, until } from '../../testing/floor.ts'
import { openHouse } from '../../testing/house.ts'
import { mine, rule } from '../../testing/presence.ts'
import { brokenLaws, NONE_BROKEN } from '../routing/laws.ts'

const house = openHouse()

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

test('PR-1 what is chosen, what connections say and what is held are three facts; one view is ready by them', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator({ liveLimit: 2 })
  const visitor = await floor.visitor()
  await visitor.ask()
  await anna.answer()
  const { key } = floor.site
  const isOnline = async () =>
    (await house.anyone.call(visitors.greet, { params: { key } })).anybodyOnline
  const facts = async () => {
    const { availability, connection, live } = await mine(anna)
    return [availability, connection, live.used, await isOnline()]
  }
  expect(await facts()).toEqual(['available', 'connected', 1, true])
  await anna.call(presence.choose, { body: { availability: 'away' } })
  expect(await facts()).toEqual(['away', 'connected', 1, false])
  await anna.call(presence.choose, { body: { availability: 'available' } })
  anna.page.close()
  await until(async () => ((await mine(anna)).connection === 'reconnecting' ? true : undefined))
  expect(await facts()).toEqual(['available', 'reconnecting', 1, false])
  const second = await visitor.ask('second')
  const said = await floor.admin.call(why.chat, { params: { id: second.id } })
  expect(said.operators).toMatchObject([{ ruledOutBy: 'not_connected' }])
  await anna.live()
  expect((await anna.offered()).id).toBe(second.id)
  expect(await facts()).toEqual(['available', 'connected', 2, true])
})

test('IN-10 rules that two set at once are both kept; the same one is set over only by who has seen it', async () => {
  const floor = await furnish(house)
  const base = await floor.admin.call(presence.rules)
  const set = (change: Partial<PresenceRules>) =>
    floor.admin.try(presence.setRules, { body: { set: change, base } })
  const both = await Promise.all([set({ heldMinutes: 7 }), set({ graceSeconds: 40 })])
  expect(both.map(({ status }) => status)).toEqual([200, 200])
  expect(await set({ heldMinutes: 9, idleMinutes: 3 })).toMatchObject({
    ...{ status: 409, body: { error: { code: 'stale' } } },
  })
  expect(await floor.admin.call(presence.rules)).toEqual({
    ...{ ...base, heldMinutes: 7, graceSeconds: 40 },
  })
})

test('PR-3 whoever is back within the organisation’s grace has missed nothing; it is theirs to set', async () => {
  const floor = await furnish(house)
  await rule(floor, { graceSeconds: 10 })
  expect(
    (await floor.admin.try(presence.setRules, { body: { set: { graceSeconds: 9 }, base: {} } }))
      .status,
  ).toBe(400)
  const anna = await floor.operator()
  await (await floor.visitor()).ask()
  const held = await anna.answer()
  const before = await anna.call(routing.mine)
  anna.page.close()
  await until(async () => ((await mine(anna)).connection === 'reconnecting' ? true : undefined))
  const { rows } = await sql<{ seconds: number }>`
    select extract(epoch from grace_until - connection_since)::int as seconds from operators
     where user_id = ${anna.userId}`.execute(house.db)
  expect(rows).toEqual([{ seconds: 10 }])
  await anna.live()
  expect(await mine(anna)).toMatchObject({ connection: 'connected', live: { used: 1 } })
  expect(await anna.call(routing.mine)).toEqual(before)
  expect(before).toMatchObject([{ id: held.id, state: 'active' }])
})

test('PR-6 who misses three in a row is offered nothing more, by name of that, until one click', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator()
  const visitor = await floor.visitor()
  await sql`update operators set missed_in_row = 2 where user_id = ${anna.userId}`.execute(house.db)
  const { id } = await visitor.ask()
  await anna.offered()
  await sql`update assignments set expires_at = now() where user_id = ${anna.userId}`.execute(
    house.db,
  )
  await until(async () => ((await mine(anna)).isNotAnswering ? true : undefined))
  expect(await mine(anna)).toMatchObject({ availability: 'available', missed: 3 })
  const said = await floor.admin.call(why.chat, { params: { id } })
  expect(said).toMatchObject({ state: 'waiting', next: null })
  expect(said.operators).toMatchObject([{ userId: anna.userId, ruledOutBy: 'not_answering' }])
  expect((await ledger(anna, 1))[0]).toEqual(['not_answering', 'missed_offers', null])
  await anna.call(presence.choose, { body: { availability: 'available' } })
  expect((await anna.offered()).id).toBe(id)
  expect(await mine(anna)).toMatchObject({ missed: 0, isNotAnswering: false })
})

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
