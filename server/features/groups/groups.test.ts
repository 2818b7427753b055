import { beforeAll, describe, expect, test } from 'vitest'
import { departments } from '#contract/departments.ts'
import { type Group, groups } from '#contract/groups.ts'
import { people } from '#contract/people.ts'
import { scope } from '#contract/scopes.ts'
import { session } from '#contract/session.ts'
import { users } from '#contract/users.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { openHouse, type Person } from '../../testing/house.ts'

const house = openHouse()
let organisationId: string
let admin: Person
let lena: Person
let mark: Person
let care: string
let sales: string
beforeAll(async () => {
  organisationId = (await house.organisation()).id
  const at = { organisationId }
  admin = await house.person({ ...at, role: 'administrator' })
  lena = await house.person({ ...at, role: 'supervisor', firstName: 'Lena' })
  mark = await house.person({ ...at, role: 'supervisor', firstName: 'Mark' })
  care = await department('Care')
  sales = await department('Sales')
})

const department = async (name: string, accountId = organisationId) =>
  (await admin.call(departments.create, { body: { accountId, name } })).id
const group = (name: string, more: object = {}) =>
  admin.call(groups.create, {
    body: { departmentId: care, name, supervisorUserId: lena.userId, ...more },
  })
const change = (who: Person, { id }: Group, set: object, base: object = {}) =>
  who.try(groups.change, { params: { id }, body: { set, base } })

/** An agent who reports to the group's supervisor. */
async function agentIn({ id, departmentId }: Group): Promise<Person> {
  const agent = await house.person({ organisationId, role: 'agent' })
  await house.db
    .updateTable('memberships')
    .set({ supervisorGroupId: id, primaryDepartmentId: departmentId })
    .where('id', '=', agent.membershipId)
    .execute()
  return agent
}
const recordOf = ({ membershipId }: Person) =>
  admin.call(people.record, { params: { id: membershipId } })

describe('SW-9: the department of an agent is that of the group', () => {
  test('SW-9: when the supervisor’s department changes, the agents’ text follows, live', async () => {
    const early = await group('Early')
    const agent = await agentIn(early)
    const page = await admin.live()
    await page.watch(scope.record(agent.membershipId), scope.setup(organisationId))
    expect(page.replica.get('record', agent.membershipId)?.primaryDepartmentId).toBe(care)
    expect(await admin.call(groups.use, { params: { id: early.id } })).toMatchObject({ people: 1 })
    const moved = await change(admin, early, { departmentId: sales })
    expect(moved.body).toMatchObject({ departmentId: sales, versions: { departmentId: 1 } })
    await page.until(
      (replica) => replica.get('record', agent.membershipId)?.primaryDepartmentId === sales,
    )
    await page.until((replica) => replica.get('group', early.id)?.departmentId === sales)
    await expectSync(page, admin, scope.record(agent.membershipId), scope.setup(organisationId))
  })

  test('SW-9: who watches the department they left sees them no more, who watches the new one does', async () => {
    const late = await group('Late')
    const agent = await agentIn(late)
    const [ofCare, ofSales] = [await managerOf(care), await managerOf(sales)]
    const [leaving, coming] = [await ofCare.live(), await ofSales.live()]
    await leaving.watch(scope.team(care))
    await coming.watch(scope.team(sales))
    expect(leaving.replica.get('person', agent.membershipId)).toBeDefined()
    await change(admin, late, { departmentId: sales })
    await leaving.until((replica) => !replica.get('person', agent.membershipId))
    await coming.until((replica) => replica.get('person', agent.membershipId))
    await expectSync(leaving, ofCare, scope.team(care))
    await expectSync(coming, ofSales, scope.team(sales))
  })

  test('SW-9: the database refuses a department that is not the group’s', async () => {
    const agent = await agentIn(await group('Fixed'))
    const set = (primaryDepartmentId: string | null) =>
      house.db
        .updateTable('memberships')
        .set({ primaryDepartmentId })
        .where('id', '=', agent.membershipId)
        .execute()
    await expect(set(sales)).rejects.toMatchObject({ code: '23503' })
    await expect(set(null)).rejects.toMatchObject({ code: '23514' })
    expect((await recordOf(agent)).primaryDepartmentId).toBe(care)
  })
})

/** Sees and manages the people of one department. */
async function managerOf(departmentId: string): Promise<Person> {
  const who = await house.person({ organisationId, role: 'agent' })
  const role = await house.db
    .selectFrom('roles')
    .select('id')
    .where('organisationId', '=', organisationId)
    .where('key', '=', 'manager')
    .executeTakeFirstOrThrow()
  const { userId, membershipId } = who
  const held = { organisationId, userId, membershipId, roleId: role.id, departmentId }
  await house.db.insertInto('grants').values(held).execute()
  return who
}

test('SW-10: a group without a department is refused, and the department is named', async () => {
  const body = { name: 'Nowhere', supervisorUserId: lena.userId }
  expect(await admin.try(groups.create, { body })).toMatchObject({
    status: 400,
    body: { error: { code: 'invalid', field: 'departmentId' } },
  })
  const none = { ...body, departmentId: null }
  expect(await admin.try(groups.create, { body: none })).toMatchObject({
    body: { error: { code: 'invalid', field: 'departmentId' } },
  })
})

describe('the supervisor of a group', () => {
  test('holds the supervisor’s role there for as long as they supervise it', async () => {
    const wing = await group('Wing')
    const at = { role: 'supervisor', kind: 'group', at: wing.id, accountId: organisationId }
    expect((await lena.call(session.me)).grants).toContainEqual(expect.objectContaining(at))
    const page = await admin.live()
    await page.watch(scope.people(organisationId))
    expect((await change(admin, wing, { supervisorUserId: mark.userId })).status).toBe(200)
    expect((await lena.call(session.me)).grants.some((grant) => grant.at === wing.id)).toBe(false)
    expect((await mark.call(session.me)).grants).toContainEqual(expect.objectContaining(at))
    await page.until((replica) =>
      replica.get('person', mark.membershipId)?.roles.some((role) => role.at === wing.id),
    )
    await expectSync(page, admin, scope.people(organisationId))
  })

  test('works in the account or above it, and supervises by a role that they have', async () => {
    const agent = await house.person({ organisationId, role: 'agent' })
    const below = await house.account(organisationId, 'Below')
    const ofBelow = await house.person({ organisationId, accountId: below, role: 'supervisor' })
    const body = { departmentId: care, name: 'Never' }
    for (const [who, code] of [
      [agent, 'invalid'],
      [ofBelow, 'not_found'],
    ] as const)
      expect(
        await admin.try(groups.create, { body: { ...body, supervisorUserId: who.userId } }),
      ).toMatchObject({ body: { error: { code, field: 'supervisorUserId' } } })
    const inBelow = await department('Of below', below)
    const group = { departmentId: inBelow, name: 'Ours', supervisorUserId: lena.userId }
    expect((await admin.try(groups.create, { body: group })).status).toBe(200)
  })

  test('is appointed by whoever has what the appointment gives', async () => {
    const weak = await house.person({ organisationId, role: 'people_manager' })
    const body = { departmentId: care, name: 'Too much', supervisorUserId: lena.userId }
    expect(await weak.try(groups.create, { body })).toMatchObject({
      status: 403,
      body: { error: { field: 'supervisorUserId' } },
    })
  })
})

describe('a group', () => {
  test('stays in its account, and its name is free in its department', async () => {
    const one = await group('Once')
    const north = await house.account(organisationId, 'North of it')
    const elsewhere = await department('Care', north)
    expect((await change(admin, one, { departmentId: elsewhere })).body.error).toMatchObject({
      code: 'invalid',
      field: 'departmentId',
    })
    const other = await group('Once', { departmentId: sales })
    expect((await change(admin, other, { departmentId: care })).body.error.code).toBe('name_taken')
    expect((await change(admin, one, { name: 'Twice' })).status).toBe(200)
    expect((await change(admin, one, { name: 'Thrice' })).body.error).toMatchObject({
      code: 'stale',
      conflicts: { name: { value: 'Twice', version: 1 } },
    })
  })

  test('goes when it is empty, or when its people are put elsewhere', async () => {
    const [from, to] = [await group('From'), await group('To', { departmentId: sales })]
    const agent = await agentIn(from)
    const params = { id: from.id }
    expect((await admin.try(groups.remove, { params, body: {} })).body.error).toMatchObject({
      code: 'in_use',
      uses: [{ what: 'people', count: 1 }],
    })
    const page = await admin.live()
    await page.watch(scope.record(agent.membershipId), scope.setup(organisationId))
    await admin.call(groups.remove, { params, body: { membersTo: to.id } })
    await page.until(
      (replica) => replica.get('record', agent.membershipId)?.fields['supervisorGroupId'] === to.id,
    )
    await page.until((replica) => !replica.get('group', from.id))
    expect(await recordOf(agent)).toMatchObject({
      primaryDepartmentId: sales,
      marks: { supervisorGroupId: { version: 1 } },
    })
    await admin.call(groups.remove, { params: { id: to.id }, body: { membersTo: null } })
    expect((await recordOf(agent)).primaryDepartmentId).toBeNull()
    expect((await lena.call(session.me)).grants.some((grant) => grant.at === to.id)).toBe(false)
    await expectSync(page, admin, scope.record(agent.membershipId), scope.setup(organisationId))
  })

  test('is known by name to everybody who works there; who is in it is not', async () => {
    const known = await group('Known')
    const agent = await agentIn(known)
    const page = await agent.live()
    await page.watch(scope.setup(organisationId))
    expect(page.replica.get('group', known.id)).toEqual(known)
    expect(JSON.stringify(await agent.call(groups.list))).not.toContain(agent.userId)
    expect((await agent.try(users.list)).status).toBe(403)
  })
})
