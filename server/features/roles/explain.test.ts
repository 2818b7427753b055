import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Grant, may, PERMISSIONS, type Permission } from '#contract/permissions.ts'
import { explain, type PlaceKind } from '#contract/roles.ts'
import { session } from '#contract/session.ts'
import { openHouse, type Person } from '../../testing/house.ts'
import { listGrants } from '../sign-in/queries.ts'

const house = openHouse()

interface Place {
  kind: PlaceKind
  at: string
  /** From the thing outwards, as this file made it. */
  path: string[]
}

let organisationId: string
let admin: Person
/** A tree of three levels with a department, a group and a site at every account. */
const places: Place[] = []
const people: Person[] = []
const roleIds: string[] = []

/** A generator of the same numbers each time. */
let state = 11
const pick = <T>(from: readonly T[]): T => {
  state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
  const found = from[Math.floor((state / 2_147_483_648) * from.length)]
  if (found === undefined) throw new Error('nothing to pick from')
  return found
}

beforeAll(async () => {
  organisationId = (await house.organisation('Acme')).id
  admin = await house.person({ organisationId, role: 'administrator' })
  const accounts = await plantTree()
  for (const path of accounts) await furnish(path)
  await hire(accounts)
}, 60_000)

async function plantTree(): Promise<string[][]> {
  const paths = [[organisationId]]
  for (const name of ['North', 'South']) {
    const id = await house.account(organisationId, name)
    paths.push([id, organisationId])
    for (const below of ['East', 'West'])
      paths.push([await house.account(organisationId, `${name} ${below}`, id), id, organisationId])
  }
  return paths
}

async function furnish(path: string[]): Promise<void> {
  const [accountId = ''] = path
  const [department, group, queue, site] = [1, 2, 3, 4].map(() => randomUUID())
  const ids = { organisation_id: organisationId }
  await sql`with d as (
      insert into departments (organisation_id, id, account_id, name)
      values (${ids.organisation_id}, ${department}, ${accountId}, 'Care') returning id),
    g as (insert into supervisor_groups (organisation_id, id, department_id, supervisor_user_id, name)
      select ${organisationId}, ${group}, id, ${admin.userId}, 'Team' from d),
    q as (insert into queues (organisation_id, id, account_id, name)
      values (${organisationId}, ${queue}, ${accountId}, 'Sales') returning id)
    insert into sites (organisation_id, id, account_id, queue_id, name, key)
    select ${organisationId}, ${site}, ${accountId}, id, 'Shop', ${randomUUID().replaceAll('-', '').slice(0, 20)} from q`.execute(
    house.db,
  )
  places.push(
    { kind: 'account', at: accountId, path },
    { kind: 'department', at: department ?? '', path: [department ?? '', ...path] },
    { kind: 'group', at: group ?? '', path: [group ?? '', department ?? '', ...path] },
    { kind: 'site', at: site ?? '', path: [site ?? '', ...path] },
  )
}

/** Thirty people, each with roles of any kind held anywhere, some of whom are blocked. */
async function hire(accounts: readonly string[][]): Promise<void> {
  await sql`insert into roles (organisation_id, key, name, is_built_in, permissions)
    values (${organisationId}, 'own_a', 'Auditor', false, '{audit.view,wall.view}'),
           (${organisationId}, 'own_b', 'Tester of roles', false, '{roles.manage}')`.execute(
    house.db,
  )
  const { rows } = await sql<{ id: string }>`select id from roles
    where organisation_id = ${organisationId} order by key`.execute(house.db)
  roleIds.push(...rows.map(({ id }) => id))
  for (let index = 0; index < 30; index++) {
    const [accountId = ''] = pick(accounts)
    const person = await house.person({ organisationId, accountId, role: 'agent' })
    people.push(person)
    for (let held = 0; held < index % 4; held++) await hold(person, pick(roleIds), pick(places))
    if (index % 6 === 5)
      await sql`update memberships set status = 'blocked', blocked_at = now()
        where id = ${person.membershipId}`.execute(house.db)
  }
}

function hold({ userId, membershipId }: Person, roleId: string, { kind, at }: Place) {
  return sql`insert into grants
    (organisation_id, user_id, membership_id, role_id, granted_by, ${sql.ref(`${kind}_id`)})
    values (${organisationId}, ${userId}, ${membershipId}, ${roleId}, ${admin.userId}, ${at})
    on conflict do nothing`.execute(house.db)
}

const can = (by: Person, userId: string, permission: string, { kind, at }: Omit<Place, 'path'>) =>
  by.try(explain.can, { query: { userId, permission, kind, at } })
const who = (by: Person, permission: Permission, { kind, at }: Place) =>
  by.try(explain.who, { query: { permission, kind, at } })

describe('MS-11: the explainer', () => {
  test('says of every person, permission and place what enforcement says', async () => {
    const grants = await grantsOfAll()
    const questions = places.flatMap((place) =>
      PERMISSIONS.map((permission) => [permission, place] as const),
    )
    let yes = 0
    for (const [permission, place] of questions) {
      const able = people.map(({ userId }) => userId).filter((id) => isAble(id, permission, place))
      const { body } = await who(admin, permission, place)
      const named = body.map(({ userId }) => userId).filter((id) => id !== admin.userId)
      expect(named.toSorted(), `${permission} at ${place.kind}`).toEqual(able.toSorted())
      expect(body.every(({ because }) => because.length > 0)).toBe(true)
      yes += able.length
    }
    expect(questions.length * people.length).toBeGreaterThan(10_000)
    expect(yes).toBeGreaterThan(300)

    function isAble(id: string, permission: Permission, { path }: Place): boolean {
      return may(grants.get(id) ?? [], permission, path)
    }
  }, 120_000)

  test('says of one person the same, with the reason why', async () => {
    const grants = await grantsOfAll()
    for (let asked = 0; asked < 200; asked++) {
      const [person, permission, place] = [pick(people), pick(PERMISSIONS), pick(places)]
      const isAble = may(grants.get(person.userId) ?? [], permission, place.path)
      const { status, body } = await can(admin, person.userId, permission, place)
      expect([status, body.may, body.because.length > 0, body.whyNot === null]).toEqual([
        ...[200, isAble, isAble, isAble],
      ])
    }
  }, 60_000)

  test('says what the doors do: whoever may hear it hears it, who may not is refused', async () => {
    const place = { kind: 'account' as const, at: organisationId }
    for (const person of people.slice(0, 12)) {
      const { body } = await can(admin, person.userId, 'audit.view', place)
      const me = await person.try(session.me)
      const isHeld = (me.body.grants ?? []).some(
        ({ permissions, at }) => permissions.includes('audit.view') && at === organisationId,
      )
      expect(body.may).toBe(isHeld)
    }
  })

  test('says through which role, held where, and from which account it comes down', async () => {
    const [north = places[0], below] = places.filter(({ kind }) => kind === 'account').slice(1)
    if (!north || !below) throw new Error('the tree has three levels')
    const bo = await house.person({ organisationId, accountId: north.at, role: 'viewer' })
    const { body } = await can(admin, bo.userId, 'users.view', below)
    expect(body).toEqual({
      may: true,
      because: [
        {
          ...{ roleKey: 'viewer', roleName: 'Viewer', kind: 'account', at: north.at },
          ...{ place: 'North', inheritedFrom: 'North', isInherited: true },
        },
      ],
      whyNot: null,
    })
    const here = await can(admin, bo.userId, 'users.view', north)
    expect(here.body.because[0]).toMatchObject({ place: 'North', inheritedFrom: null })
    const person = { kind: 'person' as const, at: bo.membershipId }
    expect((await can(admin, bo.userId, 'users.view', person)).body.may).toBe(true)
  })

  test('says why not: which roles would, and that a block stands in the way', async () => {
    const [, , place] = places.filter(({ kind }) => kind === 'account')
    if (!place) throw new Error('there are accounts')
    const bo = await house.person({ organisationId, accountId: place.at, role: 'manager' })
    const { body } = await can(admin, bo.userId, 'roles.manage', place)
    expect(body.whyNot?.wouldGive.map(({ key }) => key)).toEqual(['administrator', 'own_b'])
    await sql`update memberships set status = 'blocked', blocked_at = now()
      where id = ${bo.membershipId}`.execute(house.db)
    const blocked = await can(admin, bo.userId, 'users.manage', place)
    expect(blocked.body).toMatchObject({
      may: false,
      whyNot: {
        resting: [{ accountId: place.at, status: 'blocked' }],
        wouldCount: [{ roleKey: 'manager', kind: 'account', at: place.at }],
      },
    })
  })

  test('shows people and places that the asker may see, and no others', async () => {
    const all = places.filter(({ kind }) => kind === 'account')
    const [root, north, , , south] = all
    if (!(root && north && south)) throw new Error('the tree has three levels')
    const asker = await house.person({ organisationId, accountId: north.at, role: 'viewer' })
    const theirs = await house.person({ organisationId, accountId: south.at, role: 'agent' })
    const here = await house.person({ organisationId, accountId: north.at, role: 'agent' })
    expect((await can(asker, theirs.userId, 'chats.answer', north)).status).toBe(404)
    expect((await can(asker, here.userId, 'chats.answer', south)).status).toBe(404)
    expect((await can(asker, here.userId, 'chats.answer', root)).status).toBe(404)
    expect((await who(asker, 'chats.answer', south)).status).toBe(404)
    const unknown = { kind: 'account' as const, at: randomUUID() }
    expect((await can(asker, here.userId, 'chats.answer', unknown)).status).toBe(404)
    const agent = roleIds[(await roleKeys()).indexOf('agent')] ?? ''
    await hold(here, agent, root)
    const { body } = await can(asker, here.userId, 'chats.answer', north)
    expect(body.because.map(({ at, place }) => [at, place]).toSorted()).toEqual([
      [null, null],
      [north.at, 'North'],
    ])
    const holders = (await who(asker, 'chats.answer', north)).body.map(({ userId }) => userId)
    expect(holders).toContain(here.userId)
    expect(holders).not.toContain(admin.userId)
    expect((await can(theirs, here.userId, 'chats.answer', north)).status).toBe(403)
  })

  test.each([
    { permission: 'everything', kind: 'account' },
    { permission: 'wall.view', kind: 'planet' },
    { permission: 'wall.view', kind: 'account', at: 'north' },
    { permission: 'wall.view' },
  ])('refuses to be asked %j', async (query) => {
    const asked = { userId: admin.userId, at: organisationId, ...query }
    expect((await admin.try(explain.can, { query: asked })).status).toBe(400)
  })
})

async function roleKeys(): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`select key from roles
    where organisation_id = ${organisationId} order by key`.execute(house.db)
  return rows.map(({ key }) => key)
}

/** What everybody holds, as a session that begins now would be told. */
async function grantsOfAll(): Promise<Map<string, Grant[]>> {
  const each = people.map(
    async ({ userId }) => [userId, await listGrants(house.db, organisationId, userId)] as const,
  )
  return new Map(await Promise.all(each))
}
