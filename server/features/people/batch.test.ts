// Setting fields of many, and taking back what was done to many.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import type { Fields } from '#contract/fields.ts'
import { people } from '#contract/people.ts'
import { scope } from '#contract/scopes.ts'
import { session } from '#contract/session.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { furnish } from '../../testing/floor.ts'
import { openHouse, type Person } from '../../testing/house.ts'
import { does, everythingOf, recordOf } from '../../testing/lifecycle.ts'
import { brokenLaws, NONE_BROKEN } from '../routing/laws.ts'

const house = openHouse()

const changeMany = (by: Person, whom: readonly Person[], set: Fields) =>
  by.call(people.changeMany, { body: { ids: whom.map((one) => one.membershipId), set } })
const undo = (by: Person, batchId: string | null) =>
  by.call(people.undo, { params: { id: batchId ?? '' } })
const refusals = ({ results }: { results: { refusal: string | null }[] }) =>
  results.map(({ refusal }) => refusal)

const agents = async (organisationId: string, count: number) => {
  const list: Person[] = []
  for (let n = 0; n < count; n++) list.push(await house.person({ organisationId, role: 'agent' }))
  return list
}

/** As if the batch had been made so long ago. */
const madeAgo = (batchId: string | null, seconds: number) =>
  sql`update batches set made_at = now() - ${seconds} * interval '1 second' where id = ${batchId}`.execute(
    house.db,
  )

describe('changing many', () => {
  test('AD-5: fields of many are set at once, each person or not at all, and every page hears of it', async () => {
    const floor = await furnish(house)
    const { organisationId, admin } = floor
    const [anna, bo, cleo] = await agents(organisationId, 3)
    if (!anna || !bo || !cleo) throw new Error('there are three')
    await does(admin, 'archive', cleo)
    const page = await admin.live()
    await page.watch(scope.people(organisationId))
    const set = { 'limit.live': 7, [`queue:${floor.queue.id}`]: { participates: true, tier: 2 } }
    const done = await changeMany(admin, [anna, bo, cleo], set)
    expect(refusals(done)).toEqual([null, null, 'wrong_status'])
    for (const one of [anna, bo]) expect((await recordOf(admin, one)).fields).toMatchObject(set)
    expect((await recordOf(admin, cleo)).fields['limit.live']).toBe(3)
    await expectSync(page, admin, scope.people(organisationId))
    expect(await brokenLaws(house.db)).toEqual(NONE_BROKEN)
  })

  test('what fits no field is refused for all; what some may not is refused for them alone', async () => {
    const { organisationId, admin } = await furnish(house)
    const [anna] = await agents(organisationId, 1)
    const manager = await house.person({ organisationId, role: 'manager' })
    if (!anna) throw new Error('there is one')
    const ids = [anna.membershipId, admin.membershipId, manager.membershipId, randomUUID()]
    for (const set of [{ nonsense: 1 }, { 'limit.live': 'many' }] as Fields[])
      expect((await manager.try(people.changeMany, { body: { ids, set } })).status).toBe(400)
    const answer = await manager.call(people.changeMany, {
      body: { ids, set: { 'limit.live': 4 } },
    })
    expect(refusals(answer)).toEqual([null, 'stronger_person', 'own_rights', 'not_found'])
    expect(answer.results[1]?.field).toBe('limit.live')
  })
})

describe('undo', () => {
  test('AD-5: gives back what was before; a field that somebody else set since is left alone', async () => {
    const { organisationId, admin } = await furnish(house)
    const [anna, bo] = await agents(organisationId, 2)
    if (!anna || !bo) throw new Error('there are two')
    await changeMany(admin, [anna], { alias: 'Annie' })
    const { batchId, undoUntil } = await changeMany(admin, [anna, bo], {
      alias: 'Agent',
      'limit.live': 9,
    })
    expect(Date.parse(undoUntil ?? '') - Date.now()).toBeGreaterThan(9 * 60_000)
    const manager = await house.person({ organisationId, role: 'manager' })
    await changeMany(manager, [bo], { alias: 'Bobby' })
    const undone = await undo(admin, batchId)
    expect(undone).toMatchObject({ batchId: null, undoUntil: null })
    const byId = new Map(undone.results.map(({ id, refusal }) => [id, refusal]))
    expect([byId.get(anna.membershipId), byId.get(bo.membershipId)]).toEqual([null, 'stale'])
    expect((await recordOf(admin, anna)).fields).toMatchObject({ alias: 'Annie', 'limit.live': 3 })
    expect((await recordOf(admin, bo)).fields).toMatchObject({ alias: 'Bobby', 'limit.live': 9 })
    // Twice is once: what was set since stays.
    await changeMany(manager, [anna], { alias: 'Queen' })
    await undo(admin, batchId)
    expect((await recordOf(admin, anna)).fields['alias']).toBe('Queen')
  })

  test('AD-5: takes an act back: each is as they were, also who was blocked before', async () => {
    const { organisationId, admin } = await furnish(house)
    const [anna, bo, cleo] = await agents(organisationId, 3)
    if (!anna || !bo || !cleo) throw new Error('there are three')
    await does(admin, 'block', bo)
    const before = await Promise.all([anna, bo, cleo].map((one) => everythingOf(house.db, one)))
    const { batchId } = await does(admin, 'archive', anna, bo, cleo)
    expect(refusals(await does(admin, 'restore', cleo))).toEqual([null])
    const undone = await undo(admin, batchId)
    const byId = new Map(undone.results.map(({ id, refusal }) => [id, refusal]))
    expect([anna, bo, cleo].map((one) => byId.get(one.membershipId))).toEqual([null, null, 'stale'])
    expect(await Promise.all([anna, bo, cleo].map((one) => everythingOf(house.db, one)))).toEqual(
      before,
    )
    const unblocked = await does(admin, 'unblock', bo)
    await undo(admin, unblocked.batchId)
    expect(await everythingOf(house.db, bo)).toEqual(before[1])
    const blocked = await does(admin, 'block', anna)
    expect((await anna.try(session.me)).status).toBe(401)
    await undo(admin, blocked.batchId)
    expect((await recordOf(admin, anna)).status).toBe('active')
  })

  test('AD-5: is over after ten minutes, is for whoever did it, and there is none of a removal', async () => {
    const { organisationId, admin } = await furnish(house)
    const [anna, bo] = await agents(organisationId, 2)
    const other = await house.person({ organisationId, role: 'administrator' })
    if (!anna || !bo) throw new Error('there are two')
    const { batchId } = await does(admin, 'block', anna)
    const params = { id: batchId ?? '' }
    expect((await other.try(people.undo, { params })).status).toBe(404)
    await madeAgo(batchId, 601)
    expect((await admin.try(people.undo, { params })).status).toBe(409)
    expect((await recordOf(admin, anna)).status).toBe('blocked')
    await madeAgo(batchId, 590)
    expect(refusals(await undo(admin, batchId))).toEqual([null])
    expect(await does(admin, 'remove', bo)).toMatchObject({ batchId: null, undoUntil: null })
    // Nothing was done, so there is nothing to take back.
    expect(await does(admin, 'unblock', anna)).toMatchObject({ batchId: null, undoUntil: null })
  })

  test('AD-5: whoever has lost the rights since takes nothing back', async () => {
    const { organisationId, admin } = await furnish(house)
    const [anna] = await agents(organisationId, 1)
    const manager = await house.person({ organisationId, role: 'manager' })
    if (!anna) throw new Error('there is one')
    const { batchId } = await does(manager, 'block', anna)
    const [held] = (await recordOf(admin, manager)).roles
    const viewer = await sql<{ id: string }>`
      select id from roles where organisation_id = ${organisationId} and key = 'viewer'`.execute(
      house.db,
    )
    const grant = `grant:${viewer.rows[0]?.id}@account:${organisationId}`
    await changeMany(admin, [manager], { [held?.key ?? '']: null, [grant]: true })
    expect(refusals(await undo(manager, batchId))).toEqual(['forbidden'])
    expect((await recordOf(admin, anna)).status).toBe('blocked')
  })
})
