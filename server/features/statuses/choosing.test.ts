// Statuses through the doors: what a supervisor has set holds, the catalogue, signing out with chats.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { presence } from '#contract/presence.ts'
import type { Chat } from '#contract/routing.ts'
import { session } from '#contract/session.ts'
import { statuses } from '#contract/statuses.ts'
import { furnish } from '../../testing/floor.ts'
import { openHouse } from '../../testing/house.ts'
import { mine, rule } from '../../testing/presence.ts'

const house = openHouse()

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
  const look = { accountId, accepts: null, icon: 'meal', colour: 'amber', maxMinutes: 30 } as const
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
