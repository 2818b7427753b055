import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Fields, fieldKey } from '#contract/fields.ts'
import { people } from '#contract/people.ts'
import { PERMISSIONS, type Permission } from '#contract/permissions.ts'
import { queues } from '#contract/queues.ts'
import { roles } from '#contract/roles.ts'
import { scope } from '#contract/scopes.ts'
import { session } from '#contract/session.ts'
import { users } from '#contract/users.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { openHouse, type Person } from '../../testing/house.ts'

const house = openHouse()
let organisationId: string
let north: string
let admin: Person

beforeAll(async () => {
  organisationId = (await house.organisation('Acme')).id
  north = await house.account(organisationId, 'North')
  admin = await house.person({ organisationId, role: 'administrator' })
})

// Digits may be taken for letters, and names that look alike are one.
const freshName = () =>
  `Role ${randomUUID()
    .replace(/[^a-f]/g, '')
    .slice(0, 10)}`
const newRole = (permissions: readonly Permission[]) =>
  admin.call(roles.create, { body: { name: freshName(), permissions: [...permissions] } })
const set = (by: Person, id: string, values: Record<string, string | boolean>, base = {}) =>
  by.try(roles.change, { params: { id }, body: { set: values, base } })
const roleId = async (key: string) =>
  (await admin.call(users.roles)).find((role) => role.key === key)?.id ?? ''
const give = (person: Person, role: string, at = organisationId) => {
  const fields: Fields = { [fieldKey.grant(role, { kind: 'account', id: at })]: true }
  const params = { id: person.membershipId }
  return admin.call(people.change, { params, body: { set: fields, base: {} } })
}
const mine = async (person: Person) =>
  (await person.call(session.me)).grants.flatMap((grant) => grant.permissions)

describe('AD-1: a role of our own', () => {
  test('is cloned from a built-in one, changed field by field, and deleted', async () => {
    const origin = await roleId('supervisor')
    const clone = await admin.call(roles.create, {
      body: { name: 'Floor lead', cloneOf: origin },
    })
    const built = (await admin.call(users.roles)).find(({ id }) => id === origin)
    expect(clone.permissions).toEqual(built?.permissions)
    expect(clone).toMatchObject({ isBuiltIn: false, version: 1, marks: {} })
    const changed = await set(admin, clone.id, { name: 'Lead', 'permission.users.view': true })
    expect(changed.body).toMatchObject({ name: 'Lead', version: 2 })
    expect(changed.body.permissions).toContain('users.view')
    expect(changed.body.marks['permission.users.view']).toMatchObject({ version: 1 })
    await admin.call(roles.remove, { params: { id: clone.id } })
    expect((await admin.try(roles.remove, { params: { id: clone.id } })).status).toBe(404)
  })

  test('is told to whoever watches the organisation, and never again when it is gone', async () => {
    const page = await admin.live()
    await page.watch(scope.setup(organisationId))
    expect(page.replica.all('role').length).toBeGreaterThanOrEqual(11)
    const role = await newRole(['wall.view'])
    await page.until((replica) => replica.get('role', role.id))
    await set(admin, role.id, { name: 'Watcher' })
    await page.until((replica) => replica.get('role', role.id)?.name === 'Watcher')
    await expectSync(page, admin, scope.setup(organisationId))
    await admin.call(roles.remove, { params: { id: role.id } })
    await page.until((replica) => replica.get('role', role.id) === undefined)
    await expectSync(page, admin, scope.setup(organisationId))
  })

  test('takes what two people set of it at once, and asks only about the same thing', async () => {
    const other = await house.person({ organisationId, role: 'administrator', firstName: 'Eve' })
    const role = await newRole([])
    const [one, two] = await Promise.all([
      set(admin, role.id, { 'permission.wall.view': true }),
      set(other, role.id, { 'permission.users.view': true }),
    ])
    expect([one.status, two.status]).toEqual([200, 200])
    const found = (await admin.call(users.roles)).find(({ id }) => id === role.id)
    expect(found?.permissions).toEqual(['users.view', 'wall.view'])
    await set(other, role.id, { name: 'Theirs' })
    const late = await set(admin, role.id, { name: 'Mine' })
    expect(late.status).toBe(409)
    expect(late.body.error).toMatchObject({
      code: 'stale',
      conflicts: { name: { value: 'Theirs', version: 1 } },
    })
    expect((await set(admin, role.id, { name: 'Mine' }, { name: 1 })).status).toBe(200)
  })

  test.each([
    [{ name: '' }, 400, 'invalid'],
    [{ name: 'a\u202eb' }, 400, 'invalid'],
    [{ name: 'Agent' }, 409, 'name_taken'],
    [{ 'permission.nothing': true }, 400, 'invalid'],
    [{ 'permission.wall.view': 'yes' }, 400, 'invalid'],
  ])('is not set to %j', async (values, status, code) => {
    const role = await newRole(['wall.view'])
    const answer = await set(admin, role.id, values)
    expect([answer.status, answer.body.error.code]).toEqual([status, code])
    await admin.call(roles.remove, { params: { id: role.id } })
  })

  test('a built-in one stays as it is', async () => {
    const id = await roleId('agent')
    const answer = await set(admin, id, { name: 'Clerk' })
    expect([answer.status, answer.body.error.code]).toEqual([403, 'built_in'])
    const removed = await admin.try(roles.remove, { params: { id } })
    expect(removed.body.error.code).toBe('built_in')
  })

  test('is not deleted while somebody holds it, and says how many do', async () => {
    const role = await newRole(['wall.view'])
    for (const accountId of [organisationId, north])
      await give(
        await house.person({ organisationId, accountId, role: 'agent' }),
        role.id,
        accountId,
      )
    const answer = await admin.try(roles.remove, { params: { id: role.id } })
    expect(answer.status).toBe(409)
    expect(answer.body.error).toMatchObject({ code: 'in_use', count: 2 })
    const listed = (await admin.call(users.roles)).find(({ id }) => id === role.id)
    expect(listed).toMatchObject({ holders: 2, givable: ['wall.view'] })
  })
})

describe('AD-1: nobody gets past their own rights by a role', () => {
  let ruler: Person
  let own: string

  beforeAll(async () => {
    ruler = await house.person({ organisationId, role: 'viewer' })
    own = (await newRole(['roles.manage', 'wall.view'])).id
    await give(ruler, own)
  })

  const create = (permissions: Permission[], more = {}) =>
    ruler.try(roles.create, { body: { name: freshName(), permissions, ...more } })

  test('a new role has at most what its maker holds at the root', async () => {
    expect((await create(['wall.view', 'reports.view'])).status).toBe(200)
    for (const permission of PERMISSIONS) {
      const isHeld = (await mine(ruler)).includes(permission) || permission === 'chats.test'
      const { status } = await create([permission])
      expect([permission, status]).toEqual([permission, isHeld ? 200 : 403])
    }
    const clone = await ruler.try(roles.create, {
      body: { name: 'Second owner', cloneOf: await roleId('administrator') },
    })
    expect([clone.status, clone.body.error.code]).toEqual([403, 'forbidden'])
  })

  test('a role that may more is not touched, neither up nor down', async () => {
    const strong = await newRole(['users.manage', 'wall.view'])
    for (const values of [{ 'permission.users.manage': false }, { name: 'Weak' }])
      expect((await set(ruler, strong.id, values)).status).toBe(403)
    expect((await ruler.try(roles.remove, { params: { id: strong.id } })).status).toBe(403)
    const weak = await newRole(['wall.view'])
    const raised = await set(ruler, weak.id, { 'permission.users.manage': true })
    expect([raised.status, raised.body.error.code]).toEqual([403, 'forbidden'])
    expect((await set(ruler, weak.id, { 'permission.users.view': true })).status).toBe(200)
  })

  test('the role that one holds oneself is not raised, though it may be lowered', async () => {
    const raised = await set(ruler, own, { 'permission.users.view': true })
    expect([raised.status, raised.body.error.code]).toEqual([403, 'own_rights'])
    expect((await set(ruler, own, { 'permission.wall.view': false })).status).toBe(200)
  })

  test('whoever rules a part of the organisation does not rule its roles', async () => {
    const local = await house.person({ organisationId, accountId: north, role: 'administrator' })
    const role = await newRole([])
    const made = await local.try(roles.create, { body: { name: 'Local' } })
    expect([made.status, made.body.error.code]).toEqual([403, 'forbidden'])
    expect((await set(local, role.id, { name: 'Taken' })).status).toBe(403)
    expect((await local.try(roles.remove, { params: { id: role.id } })).status).toBe(403)
  })

  test('the last administrator stays one, whoever asks', async () => {
    const { id } = await house.organisation()
    const last = await house.person({ organisationId: id, role: 'administrator' })
    const deputy = await house.person({ organisationId: id, role: 'viewer' })
    const administrator = (await last.call(users.roles)).find(
      (role) => role.key === 'administrator',
    )
    const clone = await last.call(roles.create, {
      body: { name: 'Deputy', cloneOf: administrator?.id ?? '' },
    })
    const put = (by: Person, on: Person, role: string, value: true | null) =>
      by.try(people.change, {
        params: { id: on.membershipId },
        body: { set: { [fieldKey.grant(role, { kind: 'account', id })]: value }, base: {} },
      })
    expect((await put(last, deputy, clone.id, true)).status).toBe(200)
    const taken = await put(deputy, last, administrator?.id ?? '', null)
    expect([taken.status, taken.body.error.code]).toEqual([409, 'last_administrator'])
    expect(await mine(last)).toContain('roles.manage')
  })
})

describe('AD-1: a changed role', () => {
  test('counts at once for everybody who holds it, on pages that are open', async () => {
    const role = await newRole(['users.view'])
    const person = await house.person({ organisationId, accountId: north, role: 'agent' })
    await give(person, role.id, north)
    const page = await person.live()
    const seen = () => page.scopes.includes(scope.people(north))
    await page.until(seen)
    expect((await person.try(users.list)).status).toBe(200)
    await set(admin, role.id, { 'permission.users.view': false })
    await page.until(() => !seen(), 1_000)
    expect((await person.try(users.list)).status).toBe(403)
    await set(admin, role.id, { 'permission.users.view': true }, { 'permission.users.view': 1 })
    await page.until(seen, 1_000)
    expect((await person.try(users.list)).status).toBe(200)
  })

  test('shows its new name wherever it is shown', async () => {
    const role = await newRole(['wall.view'])
    const person = await house.person({ organisationId, accountId: north, role: 'agent' })
    await give(person, role.id, north)
    const page = await admin.live()
    const scopes = [scope.people(north), scope.record(person.membershipId)]
    await page.watch(...scopes)
    await set(admin, role.id, { name: 'Night watch' })
    const named = (list: readonly object[] | undefined) => JSON.stringify(list ?? [])
    await page.until(
      (replica) =>
        named(replica.get('person', person.membershipId)?.roles).includes('Night watch') &&
        named(replica.get('record', person.membershipId)?.roles).includes('Night watch'),
    )
    await expectSync(page, admin, ...scopes)
  })

  test('that begins to answer chats makes operators, and one that stops ends them', async () => {
    const role = await newRole(['wall.view'])
    const person = await house.person({ organisationId, accountId: north, role: 'viewer' })
    await give(person, role.id, north)
    const operator = () =>
      house.db
        .selectFrom('operators')
        .select(['takesChats', 'takesTests'])
        .where('userId', '=', person.userId)
        .executeTakeFirst()
    expect(await operator()).toBeUndefined()
    await set(admin, role.id, { 'permission.chats.answer': true })
    expect(await operator()).toEqual({ takesChats: true, takesTests: false })
    expect((await person.try(queues.list)).status).toBe(200)
    await set(admin, role.id, { 'permission.chats.test': true })
    expect(await operator()).toEqual({ takesChats: false, takesTests: true })
    await set(
      admin,
      role.id,
      { 'permission.chats.answer': false },
      { 'permission.chats.answer': 1 },
    )
    expect(await operator()).toBeUndefined()
  })
})
