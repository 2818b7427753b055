// A limit in units and a cool-down through the doors: set while people work, from several pages and
// at several servers at once.
import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { presence } from '#contract/presence.ts'
import { queues } from '#contract/queues.ts'
import { routing } from '#contract/routing.ts'
import { scope } from '#contract/scopes.ts'
import { transfers } from '#contract/transfers.ts'
import { units } from '#contract/units.ts'
import { why } from '#contract/why.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { type Floor, furnish, type Operator, until } from '../../testing/floor.ts'
import { openHouse } from '../../testing/house.ts'
import { edit, recordOf, set } from '../../testing/people.ts'
import { brokenLaws } from './laws.ts'

const house = openHouse()

const limitUnits = (
  { admin }: Pick<Floor, 'admin'>,
  { userId: id }: Operator,
  limit: number | null,
  version = 1,
) => admin.call(units.set, { params: { id }, body: { limit, version } })
const loadsOf = async (operator: Operator) => {
  const { live, deferred, units: all } = await operator.call(presence.mine)
  return { live: live.used, deferred: deferred.used, units: all }
}
const ask = async (floor: Floor) => (await floor.visitor()).ask()
const whyChat = (floor: Floor, id: string) => floor.admin.call(why.chat, { params: { id } })

test('QU-5 IN-1 many who ask at once, at two servers, never get past the units of one; and Why says so', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator({ liveLimit: 9 })
  const page = await floor.admin.live()
  await page.watch(scope.floor(floor.organisationId))
  expect(await limitUnits(floor, anna, 2)).toMatchObject({ limit: 2, version: 2 })
  await house.another()
  const visitors = await Promise.all(Array.from({ length: 7 }, () => floor.visitor()))
  const asked = await Promise.all(visitors.map((visitor) => visitor.ask()))
  await until(async () => ((await loadsOf(anna)).units.used === 2 ? true : undefined))
  expect(await loadsOf(anna)).toMatchObject({ live: 2, units: { used: 2, limit: 2 } })
  const held = new Set((await anna.call(routing.mine)).map(({ id }) => id))
  const waiting = asked.find(({ id }) => !held.has(id))?.id ?? ''
  const it = await whyChat(floor, waiting)
  expect(it.operators[0]).toMatchObject({
    ...{ userId: anna.userId, ruledOutBy: 'units_full', used: 2, limit: 9, usedOther: 0 },
    units: { used: 2, limit: 2, needed: 1 },
  })
  const [failed] = it.operators[0]?.fails ?? []
  const offers = (await anna.call(routing.mine)).flatMap(({ offer }) => offer?.expiresAt ?? [])
  expect(failed).toEqual({ check: 'units', changesAt: offers.toSorted()[0] })
  await limitUnits(floor, anna, null, 2)
  await until(async () => ((await loadsOf(anna)).live === 7 ? true : undefined))
  await expectSync(page, floor.admin, scope.floor(floor.organisationId))
})

test('QU-5 what is given outright above it is marked, lasts, and lets nothing follow; asked for, it is refused', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator({ liveLimit: 9 })
  await limitUnits(floor, anna, 1)
  const first = await ask(floor)
  await anna.answer()
  const second = await ask(floor)
  const give = (overLimit: boolean) =>
    floor.admin.try(transfers.assign, {
      params: { id: second.id },
      body: { id: randomUUID(), userId: anna.userId, overLimit },
    })
  expect(await give(false)).toMatchObject({ status: 409, body: { error: { code: 'at_limit' } } })
  expect((await give(true)).status).toBe(200)
  expect(await loadsOf(anna)).toMatchObject({ live: 2, units: { used: 2, limit: 1 } })
  const third = await ask(floor)
  await anna.call(routing.close, { params: { id: first.id } })
  expect((await whyChat(floor, third.id)).operators[0]).toMatchObject({ ruledOutBy: 'units_full' })
  await anna.call(routing.close, { params: { id: second.id } })
  await until(async () => ((await loadsOf(anna)).units.used === 1 ? true : undefined))
  expect(await brokenLaws(house.db)).toMatchObject({ overLimit: 0, raisedOverLimit: 0, drifted: 0 })
})

test('QU-5 LA-18 it is a field of the person: from the Wall or the record, and the second of two is told what stands', async () => {
  const floor = await furnish(house)
  const { admin } = floor
  const anna = await floor.operator({ liveLimit: 3 })
  const seen = await recordOf(admin, anna)
  expect(seen.fields).toMatchObject({ 'limit.units': null })
  await set(admin, anna, { 'limit.units': 5 })
  expect((await loadsOf(anna)).units).toEqual({ used: 0, limit: 5, own: 5, version: 2 })
  const late = await admin.try(units.set, {
    params: { id: anna.userId },
    body: { limit: 7, version: 1 },
  })
  expect(late).toMatchObject({
    ...{ status: 409, body: { error: { code: 'stale', theirs: { value: 5, version: 2 } } } },
  })
  await limitUnits(floor, anna, 4, 2)
  expect(await edit(admin, anna, { 'limit.units': 8 }, seen)).toMatchObject({
    status: 409,
    body: { error: { conflicts: { 'limit.units': { value: 4, version: 3 } } } },
  })
  expect((await edit(admin, anna, { 'limit.live': 2 }, seen)).status).toBe(200)
  await set(admin, anna, { 'limit.units': null })
  expect((await recordOf(admin, anna)).fields).toMatchObject({
    ...{ 'limit.units': null, 'limit.live': 2 },
  })
  const wrong = await edit(admin, anna, { 'limit.units': 1_001 }, await recordOf(admin, anna))
  expect(wrong).toMatchObject({ status: 400, body: { error: { code: 'invalid' } } })
})

test('QU-18 IN-4 a cool-down is kept, Why says until when, and the next chat comes within a second of its end', async () => {
  const floor = await furnish(house)
  const { admin, queue } = floor
  const changed = await admin.call(queues.change, {
    params: { id: queue.id },
    body: { set: { cooldownSeconds: 2 }, base: {} },
  })
  expect(changed).toMatchObject({ cooldownSeconds: 2, burstMost: null, chatUnits: 1 })
  const anna = await floor.operator({ liveLimit: 5 })
  await ask(floor)
  const { offer: first } = await anna.offered()
  const second = await ask(floor)
  const endsAt = new Date(Date.parse(first.offeredAt) + 2_000).toISOString()
  const it = await whyChat(floor, second.id)
  expect(it.operators[0]).toMatchObject({
    ...{ ruledOutBy: 'cooling_down', coolsUntil: endsAt },
    fails: [{ check: 'cooldown', changesAt: endsAt }],
  })
  const next = await until(async () => {
    const chats = await anna.call(routing.mine)
    return chats.find(({ id }) => id === second.id)?.offer ?? undefined
  })
  const late = Date.parse(next.offeredAt) - Date.parse(endsAt)
  expect(late).toBeGreaterThanOrEqual(0)
  expect(late).toBeLessThan(1_000)
})
