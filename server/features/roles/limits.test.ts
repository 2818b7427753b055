// What a role lets its holders hold at most, through the doors: set while people work, at several
// servers at once, and while roles come and go.
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { audit } from '#contract/audit.ts'
import { type Fields, fieldKey } from '#contract/fields.ts'
import { people } from '#contract/people.ts'
import type { Operator as OperatorRow } from '#contract/presence.ts'
import { roles } from '#contract/roles.ts'
import { routing } from '#contract/routing.ts'
import { scope } from '#contract/scopes.ts'
import { units } from '#contract/units.ts'
import { users } from '#contract/users.ts'
import { visitors } from '#contract/visitors.ts'
import { why } from '#contract/why.ts'
import { caller } from '../../client/http.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { type Floor, furnish, newChat, type Operator, until } from '../../testing/floor.ts'
import { openHouse, type Person } from '../../testing/house.ts'
import { edit } from '../../testing/people.ts'
import { brokenLaws, NONE_BROKEN } from '../routing/laws.ts'

const house = openHouse()

type Limits = Partial<Record<'live' | 'deferred' | 'units', number | null>>

const fieldsOf = (limits: Limits) =>
  Object.fromEntries(Object.entries(limits).map(([kind, value]) => [`limit.${kind}`, value]))
const roleOf = async ({ admin }: Floor, key: string) => {
  const role = (await admin.call(users.roles)).find((one) => one.key === key)
  if (role === undefined) throw new Error(`there is no role ${key}`)
  return role
}
/** As it is seen now, whoever has set it meanwhile. */
async function limitRole(floor: Floor, id: string, limits: Limits, by: Person = floor.admin) {
  const role = (await floor.admin.call(users.roles)).find((one) => one.id === id)
  const base = Object.fromEntries(
    Object.entries(role?.marks ?? {}).map(([key, { version }]) => [key, version]),
  )
  return by.try(roles.change, { params: { id }, body: { set: fieldsOf(limits), base } })
}
async function ownRole({ admin }: Floor, name: string, limits: Limits): Promise<string> {
  const { id } = await admin.call(roles.create, { body: { name } })
  const body = { set: fieldsOf(limits), base: {} }
  await admin.call(roles.change, { params: { id }, body })
  return id
}
const atRoot = ({ organisationId }: Floor, roleId: string) =>
  fieldKey.grant(roleId, { kind: 'account', id: organisationId })
const give = (floor: Floor, to: Person, roleId: string, isGiven = true, by = floor.admin) => {
  const set: Fields = { [atRoot(floor, roleId)]: isGiven ? true : null }
  return edit(by, to, set)
}
/** What counts, and what is set. */
const loadsOf = async ({ userId }: Person) => {
  const { rows } = await sql<{ row: OperatorRow }>`
    select "row" from operator_rows where user_id = ${userId}`.execute(house.db)
  const pair = (load?: { limit: number | null; own: number | null }) => [load?.limit, load?.own]
  const row = rows[0]?.row
  return { live: pair(row?.live), deferred: pair(row?.deferred), units: pair(row?.units) }
}
const heldBy = async (operator: Operator) =>
  (await operator.call(routing.mine)).filter(({ state }) => state !== 'parked').map(({ id }) => id)
const ask = async (floor: Floor) => (await floor.visitor()).ask()

test('QU-5 IN-1 many who ask at once, at two servers, while it is changed, never get past it; and Why says whose it is', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator({ liveLimit: 9 })
  const page = await floor.admin.live()
  await page.watch(scope.floor(floor.organisationId))
  const list = await floor.admin.live()
  await list.watch(scope.people(floor.organisationId))
  const second = await house.another()
  const trainee = await ownRole(floor, 'Trainee', { live: 2 })
  await give(floor, anna, trainee)
  await page.until((replica) => replica.get('operator', anna.userId)?.live.limit === 2)
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
  const it = await floor.admin.call(why.chat, { params: { id: waiting.id } })
  expect(it.operators[0]).toMatchObject({
    ...{ userId: anna.userId, ruledOutBy: 'at_limit', used: 2, limit: 2 },
    byRole: { key: expect.stringMatching(/^own_/), name: 'Trainee' },
  })
  for (const _ of [1, 2]) await anna.answer()
  const limits = [3, 1, null, 4]
  await Promise.all([
    limits.reduce<Promise<unknown>>(
      (before, live) => before.then(() => limitRole(floor, trainee, { live })),
      Promise.resolve(),
    ),
    ...(await heldBy(anna)).map((id) => anna.call(routing.close, { params: { id } })),
  ])
  // Given while nothing limited, they are kept; what is lowered drains.
  const kept = (await heldBy(anna)).length
  expect(kept).toBeGreaterThanOrEqual(4)
  // What it leaves is given before the answer goes out: no clock is waited for.
  await limitRole(floor, trainee, { live: 8 })
  expect(await heldBy(anna)).toHaveLength(7)
  await page.until((replica) => replica.get('operator', anna.userId)?.live.limit === 8)
  await list.until((replica) => replica.get('person', anna.membershipId)?.live?.limit === 8)
  expect(list.replica.get('person', anna.membershipId)?.live).toMatchObject({ limit: 8, own: 9 })
  await expectSync(page, floor.admin, scope.floor(floor.organisationId))
  await expectSync(list, floor.admin, scope.people(floor.organisationId))
  expect(await brokenLaws(house.db)).toEqual(NONE_BROKEN)
})

test('QU-5 of several roles the least counts, while they are held through a membership that is active; what is set stays', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator({ liveLimit: 6 })
  const record = () => floor.admin.call(people.record, { params: { id: anna.membershipId } })
  const [few, fewer] = [
    await ownRole(floor, 'Few', { live: 4, deferred: 2, units: 7 }),
    await ownRole(floor, 'Fewer', { live: 2, units: 8 }),
  ]
  const before = await loadsOf(anna)
  await give(floor, anna, few)
  await give(floor, anna, fewer)
  expect(await loadsOf(anna)).toEqual({
    ...{ live: [2, 6], deferred: [Math.min(2, before.deferred[1] ?? 0), before.deferred[1]] },
    units: [7, null],
  })
  const { fields, roleLimits } = await record()
  expect(fields['limit.live']).toBe(6)
  expect(fields['limit.units']).toBeNull()
  expect(roleLimits).toMatchObject({
    ...{ live: { limit: 2, name: 'Fewer' }, units: { limit: 7, name: 'Few' } },
  })
  // What is set is the person's own: it counts where it is less.
  await floor.admin.call(units.set, {
    params: { id: anna.userId },
    body: { limit: 5, version: 1 },
  })
  expect((await loadsOf(anna)).units).toEqual([5, 5])
  await give(floor, anna, fewer, false)
  expect((await loadsOf(anna)).live).toEqual([4, 6])
  // Blocked where the role is held, and given back.
  const act = (one: 'block' | 'unblock') =>
    floor.admin.call(people.act, { body: { act: one, ids: [anna.membershipId] } })
  await act('block')
  expect((await record()).roleLimits).toEqual({})
  await act('unblock')
  expect((await loadsOf(anna)).live).toEqual([4, 6])
  await give(floor, anna, few, false)
  expect(await loadsOf(anna)).toEqual({ ...before, units: [5, 5] })
  expect(await brokenLaws(house.db)).toEqual(NONE_BROKEN)
})

test('QU-5 of a built-in role it is set too; a clone takes it along, and whoever joins later has it', async () => {
  const floor = await furnish(house)
  const anna = await floor.operator({ liveLimit: 5 })
  const agent = await roleOf(floor, 'agent')
  expect(await limitRole(floor, agent.id, { live: 1, deferred: 0 })).toMatchObject({
    ...{ status: 200, body: { limits: { live: 1, deferred: 0, units: null } } },
  })
  expect((await loadsOf(anna)).live).toEqual([1, 5])
  const bert = await floor.operator({ liveLimit: 3 })
  expect((await loadsOf(bert)).live).toEqual([1, 3])
  await ask(floor)
  await ask(floor)
  await ask(floor)
  await until(async () => ((await heldBy(bert)).length === 1 ? true : undefined))
  expect(await heldBy(anna)).toHaveLength(1)
  const clone = await floor.admin.call(roles.create, { body: { name: 'Mine', cloneOf: agent.id } })
  expect(clone.limits).toEqual({ live: 1, deferred: 0, units: null })
  const { lines } = await floor.admin.call(audit.list, { query: { action: 'role.change' } })
  expect(lines[0]?.changes).toEqual([
    { field: 'limit.live', before: null, after: 1 },
    { field: 'limit.deferred', before: null, after: 0 },
  ])
})

test('AC-8 it is set by whoever rules the roles and the limits of the organisation, and by nobody else', async () => {
  const floor = await furnish(house)
  const { organisationId } = floor
  const agent = await roleOf(floor, 'agent')
  const ruler = await house.person({ organisationId, role: 'viewer' })
  const { id: rules } = await floor.admin.call(roles.create, {
    body: { name: 'Rules', permissions: ['roles.manage', 'chats.answer', 'users.view'] },
  })
  await give(floor, ruler, rules)
  expect((await limitRole(floor, agent.id, { live: 1 }, ruler)).status).toBe(403)
  const wrong = await floor.admin.try(roles.change, {
    params: { id: agent.id },
    body: { set: { 'limit.live': 1, 'permission.wall.view': true }, base: {} },
  })
  expect(wrong.body.error.code).toBe('built_in')
  expect((await roleOf(floor, 'agent')).limits.live).toBeNull()
  const stale = await floor.admin.try(roles.change, {
    params: { id: rules },
    body: { set: { 'limit.live': 3 }, base: { 'limit.live': 4 } },
  })
  expect(stale.body.error).toMatchObject({ code: 'stale', conflicts: { 'limit.live': {} } })
  // Nor is it in anybody's hand to write it past the roles.
  for (const [table, column] of [
    ['operator_loads', 'role_limit'],
    ['operators', 'role_unit_limit'],
  ] as const)
    await expect(
      sql`update ${sql.table(table)} set ${sql.ref(column)} = 1
           where organisation_id = ${organisationId}`.execute(house.db),
    ).rejects.toMatchObject({ code: '42501' })
})

test('QU-5 IN-1 roles that are given, taken and limited by many at once leave everybody limited as the roles say', async () => {
  const floor = await furnish(house)
  const [anna, bert] = [await floor.operator({ liveLimit: 9 }), await floor.operator()]
  const other = await house.person({ organisationId: floor.organisationId, role: 'administrator' })
  const made = [
    await ownRole(floor, 'Ash', { live: 3 }),
    await ownRole(floor, 'Birch', { live: null }),
  ]
  for (let round = 0; round < 6; round++) {
    const isGiven = round % 2 === 0
    await Promise.all([
      ...made.map((id, at) => give(floor, anna, id, isGiven, at ? other : floor.admin)),
      give(floor, bert, made[0] ?? '', isGiven, other),
      ...made.map((id, at) =>
        limitRole(floor, id, { live: (round + at) % 3 || null, units: at ? 5 : null }),
      ),
    ])
    expect(await brokenLaws(house.db)).toEqual(NONE_BROKEN)
  }
})
