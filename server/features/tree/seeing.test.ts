// What somebody sees of the tree: the subtrees of what they hold, and nothing beside.
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { accounts } from '#contract/accounts.ts'
import { departments } from '#contract/departments.ts'
import { groups } from '#contract/groups.ts'
import { people } from '#contract/people.ts'
import { type Permission, permissionsOf } from '#contract/permissions.ts'
import { queues } from '#contract/queues.ts'
import { scope } from '#contract/scopes.ts'
import { sites } from '#contract/sites.ts'
import { skills } from '#contract/skills.ts'
import { users } from '#contract/users.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { hold, pathOf, plant, type Shape, shapes } from '../../testing/forest.ts'
import { openHouse, type Person } from '../../testing/house.ts'

const house = openHouse()

/** The numbers of the accounts below whatever is held with the permission. */
function expected({ parents, held }: Shape, permission?: Permission): number[] {
  const counting = held.filter(
    ({ role }) => permission === undefined || permissionsOf[role].includes(permission),
  )
  return [0, ...parents.map((_, n) => n + 1)].filter((n) =>
    counting.some(({ at }) => pathOf(parents, n).includes(at)),
  )
}

test('GB-1: whatever the tree and the roles held in it, one sees the union of the subtrees, over HTTP and live', async () => {
  await fc.assert(
    fc.asyncProperty(shapes, async (shape) => {
      const ids = await plant(house, shape)
      const idOf = (n: number) => ids[n] ?? ''
      const [first = { role: 'viewer' as const, at: 0 }, ...more] = shape.held
      const at = { organisationId: idOf(0), accountId: idOf(first.at), role: first.role }
      const who = await house.person(at)
      for (const { role, at } of more) await hold(house.db, who, role, idOf(at))
      const seen = expected(shape).map(idOf).toSorted()
      expect((await who.call(accounts.list)).map(({ id }) => id).toSorted()).toEqual(seen)
      const page = await who.live()
      const scopesOf = (make: (id: string) => string, permission?: Permission) =>
        expected(shape, permission).map((n) => make(idOf(n)))
      expect([...page.scopes].toSorted()).toEqual(
        [
          scope.user(who.userId),
          ...scopesOf(scope.setup),
          ...scopesOf(scope.people, 'users.view'),
          ...scopesOf(scope.floor, 'wall.view'),
        ].toSorted(),
      )
      page.close()
    }),
    { numRuns: 25 },
  )
}, 60_000)

describe('in a company with two regions', () => {
  let organisationId: string
  let north: string
  let south: string
  let root: Person
  let ofNorth: Person
  let ofSouth: Person
  beforeAll(async () => {
    organisationId = (await house.organisation()).id
    north = await house.account(organisationId, 'North')
    south = await house.account(organisationId, 'South')
    root = await house.person({ organisationId, role: 'administrator' })
    ofNorth = await house.person({ organisationId, accountId: north, role: 'administrator' })
    ofSouth = await house.person({ organisationId, accountId: south, role: 'administrator' })
  })

  test('GB-3: people, groups, queues and whatever else stands in an account say which', async () => {
    for (const [admin, accountId] of [
      [ofNorth, north],
      [ofSouth, south],
    ] as const) {
      const { id: departmentId } = await admin.call(departments.create, {
        body: { accountId, name: 'Care' },
      })
      const group = { departmentId, name: 'Early', supervisorUserId: admin.userId }
      await admin.call(groups.create, { body: group })
      await admin.call(skills.create, { body: { accountId, name: 'French' } })
      await admin.call(queues.create, {
        body: { accountId, name: 'Sales', kind: 'live', offerSeconds: 20, targetSeconds: 60 },
      })
    }
    for (const list of [users.list, groups.list, queues.list, departments.list, skills.list]) {
      const rows: { accountId: string }[] = await root.call<unknown, { accountId: string }[]>(list)
      expect(new Set(rows.map(({ accountId }) => accountId))).toEqual(
        new Set(list === users.list ? [organisationId, north, south] : [north, south]),
      )
    }
  })

  test('GB-4: a location added later is there for whoever holds a role above, live, without reload', async () => {
    const page = await root.live()
    const pageOfSouth = await ofSouth.live()
    const harbour = await ofNorth.call(accounts.create, {
      body: { parentId: north, kind: 'location', name: 'Harbour' },
    })
    await page.until(() => page.scopes.includes(scope.people(harbour.id)))
    expect(page.scopes).toEqual(
      expect.arrayContaining([scope.setup(harbour.id), scope.floor(harbour.id)]),
    )
    await page.watch(scope.setup(harbour.id))
    expect(page.replica.get('account', harbour.id)).toEqual(harbour)
    expect(await root.call(accounts.list)).toContainEqual(harbour)
    expect(pageOfSouth.scopes.join()).not.toContain(harbour.id)
    await expectSync(page, root, scope.setup(harbour.id))
  })

  test('GB-5: a sibling is invisible: no row, no count, no search, and its ids do not exist', async () => {
    const [inSouth] = await ofSouth.call(queues.list)
    for (const list of [
      accounts.list,
      users.list,
      groups.list,
      queues.list,
      departments.list,
      skills.list,
      sites.list,
    ])
      expect(JSON.stringify(await ofNorth.call<unknown, unknown>(list))).not.toContain(south)
    const found = await ofNorth.call(users.list)
    expect(found.map(({ userId }) => userId)).toEqual([ofNorth.userId])
    const nobody = { params: { id: '00000000-0000-4000-8000-000000000000' } }
    const asks = [
      [people.record, { params: { id: ofSouth.membershipId } }, nobody],
      [accounts.settings, { params: { id: south } }, nobody],
      [accounts.use, { params: { id: south } }, nobody],
      [queues.remove, { params: { id: inSouth?.id } }, nobody],
    ] as const
    for (const [endpoint, theirs, unknown] of asks) {
      const answer = await ofNorth.try<unknown, unknown>(endpoint, theirs)
      const none = await ofNorth.try<unknown, unknown>(endpoint, unknown)
      expect([endpoint.path, answer.status, none.status]).toEqual([endpoint.path, 404, 404])
      expect({ ...answer.body.error, requestId: '' }).toEqual({
        ...none.body.error,
        requestId: '',
      })
    }
    const page = await ofNorth.live()
    expect(page.scopes.join()).not.toContain(south)
    await expect(page.watch(scope.people(south))).rejects.toThrow('not_found')
  })

  test('GB-6: a person’s line says where each role is held, so that what is inherited can be told', async () => {
    await hold(house.db, root, 'viewer', north)
    const [line] = (await root.call(users.list)).filter(({ id }) => id === root.membershipId)
    expect(line?.roles).toEqual([
      { key: 'administrator', name: 'Administrator', ...held(organisationId) },
      { key: 'viewer', name: 'Viewer', ...held(north) },
    ])
  })

  test('NX-3: the account is what the URL and the body say, whoever works in several', async () => {
    await hold(house.db, ofNorth, 'administrator', south)
    expect((await ofNorth.call(accounts.list)).map(({ id }) => id)).toEqual(
      expect.arrayContaining([north, south]),
    )
    for (const accountId of [north, south]) {
      const body = { accountId, name: 'Named by two' }
      expect(await ofNorth.call(departments.create, { body })).toMatchObject({ accountId })
    }
    const { fields } = await ofNorth.call(accounts.settings, { params: { id: south } })
    expect(fields.name).toBe('South')
  })
})

const held = (accountId: string) => ({ kind: 'account', at: accountId, accountId })
