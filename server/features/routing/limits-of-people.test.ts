// The limits of people: nobody is above them, and who may set them.
import { describe, expect, test } from 'vitest'
import { departments } from '#contract/departments.ts'
import { groups } from '#contract/groups.ts'
import { presence } from '#contract/presence.ts'
import { routing } from '#contract/routing.ts'
import { scope } from '#contract/scopes.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { type Floor, furnish, type Operator, until } from '../../testing/floor.ts'
import { openHouse, type Person } from '../../testing/house.ts'
import { breath, go, grantKey, mineOf, setFields } from '../../testing/records.ts'

const house = openHouse()

describe('limits', () => {
  test('LA-18 LA-19 nobody is given a chat of a kind above the limit, and 0 is none', async () => {
    for (const kind of ['live', 'deferred'] as const) {
      const floor = await furnish(house, { queue: { kind } })
      const anna = await floor.operator({ isAway: true })
      await limit(floor.admin, anna, kind, 0)
      await go(anna, 'available')
      const visitors = await Promise.all(Array.from({ length: 8 }, () => floor.visitor()))
      await Promise.all(visitors.map((visitor) => visitor.ask()))
      await breath()
      expect(await mineOf(anna)).toEqual([])
      await limit(floor.admin, anna, kind, 3)
      await until(async () => ((await mineOf(anna)).length === 3 ? true : undefined))
      await breath()
      expect((await anna.call(presence.mine))[kind]).toMatchObject({ used: 3, limit: 3 })
    }
  })

  test('LA-19 lowering the limit drops no chat: the operator drains, and the Wall is told 4 of 3', async () => {
    const floor = await furnish(house)
    const anna = await floor.operator({ liveLimit: 4 })
    const wall = await floor.admin.live()
    await wall.watch(scope.floor(floor.organisationId))
    for (let i = 0; i < 4; i++) {
      await (await floor.visitor()).ask()
      await anna.answer()
    }
    const held = await mineOf(anna)
    await limit(floor.admin, anna, 'live', 3)
    const loadOnWall = () => wall.replica.get('operator', anna.userId)?.live
    await wall.until(() => loadOnWall()?.limit === 3)
    expect(loadOnWall()).toMatchObject({ used: 4, limit: 3 })
    expect(await mineOf(anna)).toEqual(held)
    await (await floor.visitor()).ask('the fifth')
    await anna.call(routing.close, { params: { id: held[0] ?? '' } })
    await wall.until(() => loadOnWall()?.used === 3)
    await breath()
    expect(await mineOf(anna)).toEqual(held.slice(1))
  })

  test('SW-13 a supervisor sets the limits of their own group, sees it live, and knows of no other', async () => {
    const floor = await furnish(house)
    const { admin, organisationId } = floor
    const [mine, theirs] = [await newGroup(floor, 'One'), await newGroup(floor, 'Two')]
    const [anna, bert] = [await floor.operator(), await floor.operator()]
    await setFields(floor.admin, anna, { supervisorGroupId: mine.group.id })
    await setFields(floor.admin, bert, { supervisorGroupId: theirs.group.id })
    const boss = await house.person({ organisationId, role: 'agent' })
    const at = { kind: 'group', id: mine.group.id } as const
    const agent = await grantKey(floor, 'agent')
    const supervisor = await grantKey(floor, 'supervisor', at)
    const sessions = await grantKey(floor, 'session_manager', at)
    await setFields(floor.admin, boss, { [supervisor]: true, [sessions]: true, [agent]: null })

    const page = await boss.live()
    const floorOfGroup = scope.floor(mine.group.id)
    await page.watch(floorOfGroup)
    const seen = () => page.replica.get('operator', anna.userId)
    await page.until(() => seen()?.live.limit === 3)
    expect(page.replica.get('operator', bert.userId)).toBeUndefined()
    for (const kind of ['live', 'deferred'] as const) await limit(boss, anna, kind, 7)
    await page.until(() => seen()?.live.limit === 7 && seen()?.deferred.limit === 7)
    await go(anna, 'away')
    await page.until(() => seen()?.availability === 'away')
    await expectSync(page, boss, floorOfGroup)

    const body = { kind: 'live', limit: 9, version: 1 } as const
    const stranger = await boss.try(routing.setLimit, { params: { id: bert.userId }, body })
    expect(stranger).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } })
    const answer = await page.socket.emitWithAck('watch', {
      s: scope.floor(theirs.group.id),
      since: -1,
    })
    expect(answer).toMatchObject({ ok: false, error: { code: 'not_found' } })

    // Whoever leaves the group leaves its floor.
    await setFields(floor.admin, anna, { supervisorGroupId: theirs.group.id })
    await page.until(() => seen() === undefined)
    expect(await admin.call(routing.setLimit, { params: { id: bert.userId }, body })).toBeTruthy()
  })
})

async function newGroup({ admin, organisationId: accountId }: Floor, name: string) {
  const lead = await house.person({ organisationId: accountId, role: 'supervisor' })
  const { id: departmentId } = await admin.call(departments.create, { body: { accountId, name } })
  const body = { departmentId, name, supervisorUserId: lead.userId }
  return { lead, group: await admin.call(groups.create, { body }) }
}

async function limit(by: Person, of: Operator, kind: 'live' | 'deferred', most: number) {
  const { version } = (await of.call(presence.mine))[kind]
  const body = { kind, limit: most, version }
  return by.call(routing.setLimit, { params: { id: of.userId }, body })
}
