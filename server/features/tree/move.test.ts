import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { accounts } from '#contract/accounts.ts'
import { audit } from '#contract/audit.ts'
import { fieldKey } from '#contract/fields.ts'
import { hours } from '#contract/hours.ts'
import { people } from '#contract/people.ts'
import { may, type Permission } from '#contract/permissions.ts'
import { roles } from '#contract/roles.ts'
import { scope } from '#contract/scopes.ts'
import { session } from '#contract/session.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { hold, plant, shapes } from '../../testing/forest.ts'
import { openHouse, type Person } from '../../testing/house.ts'
import { joinAlso } from '../../testing/lifecycle.ts'
import { recordOf, set } from '../../testing/people.ts'
import { paths } from '../accounts/queries.ts'

const house = openHouse()
const codeOf = ({ status, body }: { status: number; body: { error?: { code: string } } }) =>
  status === 200 ? 'ok' : body.error?.code

const move = (who: Person, id: string, parentId: string, version = 0) =>
  who.try(accounts.move, { params: { id }, body: { parentId, version } })

describe('GB-15: an account moves below another one', () => {
  let organisationId: string
  let admin: Person
  let [a, b, c] = ['', '', '']
  beforeAll(async () => {
    organisationId = (await house.organisation()).id
    admin = await house.person({ organisationId, role: 'administrator' })
    a = await house.account(organisationId, 'A')
    b = await house.account(organisationId, 'B', a)
    c = await house.account(organisationId, 'C', b)
  })

  test('GB-15: never below itself, through the door or in SQL', async () => {
    for (const below of [a, b, c])
      expect(codeOf(await move(admin, a, below))).toBe('account_circle')
    const inSql = house.db
      .updateTable('accounts')
      .set({ parentId: c })
      .where('id', '=', a)
      .execute()
    await expect(inSql).rejects.toMatchObject({ constraint: 'accounts_stay_a_tree' })
    expect(codeOf(await move(admin, organisationId, a))).toBe('account_circle')
  })

  test('GB-15: of two moves at once that would close a circle together, one is refused', async () => {
    for (let round = 0; round < 5; round++) {
      const one = await house.account(organisationId, `One ${round}`)
      const other = await house.account(organisationId, `Other ${round}`)
      const answers = await Promise.all([move(admin, one, other), move(admin, other, one)])
      expect(answers.map(codeOf).toSorted()).toEqual(['account_circle', 'ok'])
    }
  })

  test('never deeper than eight, with all that hangs below it', async () => {
    let deep = organisationId
    for (let n = 1; n <= 6; n++) deep = await house.account(organisationId, `Level ${n}`, deep)
    const leaf = await house.account(organisationId, 'Leaf')
    const stem = await house.account(organisationId, 'Stem')
    await house.account(organisationId, 'On it', await house.account(organisationId, 'Twig', stem))
    expect(codeOf(await move(admin, stem, deep))).toBe('account_too_deep')
    const inSql = house.db
      .updateTable('accounts')
      .set({ parentId: deep })
      .where('id', '=', stem)
      .execute()
    await expect(inSql).rejects.toMatchObject({ constraint: 'accounts_are_not_deep' })
    expect(codeOf(await move(admin, leaf, deep))).toBe('ok')
  })

  test('on top of the move that was seen, and only where the name is free and something may lie', async () => {
    const [x, y] = [
      await house.account(organisationId, 'X'),
      await house.account(organisationId, 'Y'),
    ]
    expect(codeOf(await move(admin, x, y))).toBe('ok')
    const late = await move(admin, x, a)
    expect(late.body.error).toMatchObject({
      code: 'stale',
      conflicts: { parentId: { value: y, version: 1 } },
    })
    await house.account(organisationId, 'x', a)
    expect(codeOf(await move(admin, x, a, 1))).toBe('name_taken')
    const shop = await admin.call(accounts.create, {
      body: { parentId: organisationId, kind: 'location', name: 'Shop' },
    })
    expect(codeOf(await move(admin, x, shop.id, 1))).toBe('invalid')
    const below = { parentId: shop.id, kind: 'location' as const, name: 'Desk' }
    expect(codeOf(await admin.try(accounts.create, { body: below }))).toBe('invalid')
  })

  test('by whoever administers it, what it leaves and what it comes to', async () => {
    const [left, entered] = [
      await house.account(organisationId, 'Left'),
      await house.account(organisationId, 'Entered'),
    ]
    const moved = await house.account(organisationId, 'Moved', left)
    const at = { organisationId, role: 'administrator' as const }
    const ofMoved = await house.person({ ...at, accountId: moved })
    expect(codeOf(await move(ofMoved, moved, entered))).toBe('not_found')
    await hold(house.db, ofMoved, 'administrator', entered)
    expect(codeOf(await move(ofMoved, moved, entered))).toBe('forbidden')
    await hold(house.db, ofMoved, 'administrator', left)
    expect(codeOf(await move(ofMoved, moved, entered))).toBe('ok')
  })

  test('AC-8: nobody gets more at the account than the mover has there, the mover least of all', async () => {
    const [from, to] = [
      await house.account(organisationId, 'Kept'),
      await house.account(organisationId, 'Ruled'),
    ]
    const moving = await house.account(organisationId, 'Wanted', from)
    const surveyor = await admin.call(roles.create, {
      body: { name: 'Surveyor', permissions: ['accounts.manage'] },
    })
    const mover = await house.person({ organisationId, accountId: to, role: 'administrator' })
    const grant = fieldKey.grant(surveyor.id, { kind: 'account', id: organisationId })
    const body = { set: { [grant]: true as const }, base: {} }
    await admin.call(people.change, { params: { id: mover.membershipId }, body })
    expect(codeOf(await move(mover, moving, to))).toBe('forbidden')
    const asked = { params: { id: moving }, body: { parentId: to } }
    expect(codeOf(await mover.try(accounts.previewMove, asked))).toBe('forbidden')
    expect(codeOf(await move(mover, moving, organisationId))).toBe('ok')
    expect(codeOf(await move(admin, moving, to, 1))).toBe('ok')
  })

  test('GB-15: who gains and who loses hears it at once, on sockets that are open', async () => {
    const [from, to] = [
      await house.account(organisationId, 'From'),
      await house.account(organisationId, 'To'),
    ]
    const moving = await house.account(organisationId, 'Moving', from)
    const [loser, gainer] = [
      await house.person({ organisationId, accountId: from, role: 'manager' }),
      await house.person({ organisationId, accountId: to, role: 'viewer' }),
    ]
    const [losing, gaining, above] = [await loser.live(), await gainer.live(), await admin.live()]
    await losing.watch(scope.people(moving))
    await above.watch(scope.setup(moving))
    const preview = await admin.call(accounts.previewMove, {
      params: { id: moving },
      body: { parentId: to },
    })
    const nameOf = async (who: Person) => {
      const { firstName, lastName } = await who.call(session.me)
      return `${firstName} ${lastName}`
    }
    expect(preview).toMatchObject({
      accounts: 1,
      gains: [
        { userId: gainer.userId, name: await nameOf(gainer), roles: [{ key: 'viewer', at: to }] },
      ],
      loses: [
        { userId: loser.userId, name: await nameOf(loser), roles: [{ key: 'manager', at: from }] },
      ],
    })
    expect(codeOf(await move(admin, moving, to))).toBe('ok')
    await losing.until(() => !losing.scopes.includes(scope.people(moving)))
    await gaining.until(() => gaining.scopes.includes(scope.people(moving)))
    await expect(losing.watch(scope.people(moving))).rejects.toThrow('not_found')
    await above.until((replica) => replica.get('account', moving)?.parentId === to)
    await expectSync(above, admin, scope.setup(moving))
  })
})

/** What each may at the account now, as the server judges it. */
async function mayThere(who: readonly Person[], organisationId: string, accountId: string) {
  const path = (await paths(house.db, organisationId)).get(accountId) ?? []
  const seen = await Promise.all(
    who.map(async (one) => {
      const { grants } = await one.call(session.me)
      const held = grants.map((grant) => ({
        ...grant,
        permissions: grant.permissions as Permission[],
      }))
      const all = new Set(held.flatMap(({ permissions }) => permissions))
      return [one.userId, [...all].filter((permission) => may(held, permission, path))] as const
    }),
  )
  return new Map(seen)
}

test('GB-15: the preview names exactly who then gains and loses what, whatever the tree', async () => {
  let changed = 0
  await fc.assert(
    fc.asyncProperty(shapes, fc.nat(), fc.nat(), async (shape, one, other) => {
      const ids = await plant(house, shape)
      const [organisationId = ''] = ids
      const admin = await house.person({ organisationId, role: 'administrator' })
      const staff: Person[] = []
      for (const { role, at } of shape.held)
        staff.push(await house.person({ organisationId, accountId: ids[at] ?? '', role }))
      const id = ids[1 + (one % (ids.length - 1))] ?? ''
      const parentId = ids[other % ids.length] ?? ''
      const preview = await admin.try(accounts.previewMove, { params: { id }, body: { parentId } })
      const before = await mayThere(staff, organisationId, id)
      const moved = await move(admin, id, parentId)
      expect(codeOf(moved)).toBe(codeOf(preview))
      if (moved.status !== 200) return
      const after = await mayThere(staff, organisationId, id)
      const named = (list: readonly { userId: string; permissions: string[] }[]) =>
        Object.fromEntries(list.map((change) => [change.userId, change.permissions.toSorted()]))
      expect(named(preview.body.gains)).toEqual(differences(after, before))
      expect(named(preview.body.loses)).toEqual(differences(before, after))
      changed += preview.body.gains.length + preview.body.loses.length
    }),
    { numRuns: 20 },
  )
  expect(changed).toBeGreaterThan(0)
}, 60_000)

function differences(
  more: ReadonlyMap<string, readonly string[]>,
  less: ReadonlyMap<string, readonly string[]>,
) {
  const lines = [...more].map(([userId, permissions]) => {
    const kept = less.get(userId) ?? []
    return [userId, permissions.filter((one) => !kept.includes(one)).toSorted()] as const
  })
  return Object.fromEntries(lines.filter(([, permissions]) => permissions.length > 0))
}

test('PR-10 GB-15: whoever leaves the account of their calendar has no shift any more, and is told and audited; any other stays', async () => {
  const organisationId = (await house.organisation()).id
  const admin = await house.person({ organisationId, role: 'administrator' })
  const [from, to] = [
    await house.account(organisationId, 'Left behind'),
    await house.account(organisationId, 'Entered'),
  ]
  const moving = await house.account(organisationId, 'Under way', from)
  const calendar = async (accountId: string, name: string) => {
    const week = Array.from({ length: 7 }, () => [])
    const body = { accountId, name, timeZone: 'UTC', week, exceptions: [] }
    return (await admin.call(hours.create, { body })).id
  }
  const above = await calendar(organisationId, 'All')
  const theirs = await calendar(from, 'Late')
  const own = await calendar(moving, 'Own')
  const agent = async (shiftId: string, at = moving) => {
    const who = await house.person({ organisationId, accountId: at, role: 'agent' })
    await set(admin, who, { shiftId })
    return who
  }
  const shiftOf = async (who: Person) => (await recordOf(admin, who)).fields['shiftId']
  const [ana, bo, cor, dee] = [
    await agent(theirs),
    await agent(above),
    await agent(own),
    await agent(theirs),
  ]
  // Dee belongs to what is left, too.
  await joinAlso(house.db, dee, from, 'agent')
  const seen = (await recordOf(admin, ana)).marks['shiftId']
  const [page, open] = [await admin.live(), await admin.live()]
  await page.watch(scope.people(moving))
  await open.watch(scope.record(ana.membershipId))

  const preview = await admin.call(accounts.previewMove, {
    params: { id: moving },
    body: { parentId: to },
  })
  expect(preview.shifts).toEqual([{ userId: ana.userId, name: expect.any(String), shift: 'Late' }])
  expect(codeOf(await move(admin, moving, to))).toBe('ok')
  expect(await Promise.all([ana, bo, cor, dee].map(shiftOf))).toEqual([null, above, own, theirs])
  await page.until((replica) => replica.get('person', ana.membershipId)?.shiftId === null)
  await open.until((replica) => replica.get('record', ana.membershipId)?.fields['shiftId'] === null)
  expect((await recordOf(admin, ana)).marks['shiftId']?.version).toBe((seen?.version ?? 0) + 1)
  const params = { id: ana.membershipId }
  const { lines } = await admin.call(audit.history, { params, query: {} })
  expect(lines[0]).toMatchObject({
    ...{ action: 'account.move', actorId: admin.userId },
    changes: [{ field: 'shiftId', before: theirs, after: null }],
  })
  await expectSync(page, admin, scope.people(moving))
  await expectSync(open, admin, scope.record(ana.membershipId))
})
