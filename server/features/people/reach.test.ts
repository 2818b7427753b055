// Who sees whom, who may change what of whom, and that nobody gets past it by another door.
import { randomBytes, randomUUID } from 'node:crypto'
import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Fields, fieldKey } from '#contract/fields.ts'
import { people } from '#contract/people.ts'
import { peopleList } from '#contract/people-list.ts'
import type { BuiltInRole } from '#contract/permissions.ts'
import { presence } from '#contract/presence.ts'
import { scope } from '#contract/scopes.ts'
import { session } from '#contract/session.ts'
import { users } from '#contract/users.ts'
import { openHouse, type Person } from '../../testing/house.ts'
import { edit, openTeam, recordOf, set, type Team } from '../../testing/people.ts'

const house = openHouse()
let team: Team
let admin: Person

beforeAll(async () => {
  team = await openTeam(house)
  admin = team.admin
})

/** A person who holds these roles at a group and nothing else. */
async function ofGroup(group: string, ...roles: BuiltInRole[]): Promise<Person> {
  const person = await team.person('viewer')
  const viewer = await team.grant('viewer', 'account', team.organisationId)
  const given: Fields = { [viewer]: null, supervisorGroupId: group }
  for (const role of roles) given[await team.grant(role, 'group', group)] = true
  await set(admin, person, given)
  return person
}

/** Two groups of two departments; the supervisor of each manages its people. */
async function groups() {
  const name = randomUUID().slice(0, 6)
  const [care, sales] = [await team.department(`C ${name}`), await team.department(`S ${name}`)]
  const [one, two] = [await team.group('One', care), await team.group('Two', sales)]
  const supervisor = await ofGroup(one, 'supervisor', 'people_manager')
  const [mine, theirs] = [await team.person('agent'), await team.person('agent')]
  await set(admin, mine, { supervisorGroupId: one })
  await set(admin, theirs, { supervisorGroupId: two })
  return { care, sales, one, two, supervisor, mine, theirs }
}

const codeOf = ({ status, body }: Awaited<ReturnType<typeof edit>>) =>
  status === 200 ? 'set' : body.error.code

describe('a supervisor of one group', () => {
  test('SW-1: sees and changes its people, and those of another by no door of people', async () => {
    const { supervisor, mine, theirs } = await groups()
    const ids = (await supervisor.call(users.list)).map(({ id }) => id)
    expect(ids.sort()).toEqual([supervisor.membershipId, mine.membershipId].sort())
    const page = await supervisor.call(peopleList.page, { query: {} })
    expect(page.people.map(({ id }) => id).sort()).toEqual(ids)
    await set(supervisor, mine, { alias: 'Changed' })
    expect((await recordOf(supervisor, mine)).fields).toMatchObject({ alias: 'Changed' })

    const before = await recordOf(admin, theirs)
    const params = { id: theirs.membershipId }
    const answers = await Promise.all([
      supervisor.try(users.get, { params }),
      supervisor.try(people.record, { params }),
      supervisor.try(people.change, { params, body: { set: { alias: 'X' }, base: {} } }),
      supervisor.upload(people.setPhoto, randomBytes(64), 'image/png', { params }),
      supervisor.try(people.removePhoto, { params }),
    ])
    for (const { status, body } of answers)
      expect([status, body.error?.code]).toEqual([404, 'not_found'])
    for (const act of ['block', 'archive', 'remove'] as const)
      expect(
        (await supervisor.try(people.act, { body: { act, ids: [theirs.membershipId] } })).status,
      ).toBe(404)
    expect(await recordOf(admin, theirs)).toEqual(before)
    expect((await supervisor.call(users.get, { params: { id: mine.membershipId } })).id).toBe(
      mine.membershipId,
    )
  })

  test('SW-1: watches the scopes of its own group alone, and a person who leaves it is gone from there', async () => {
    const { supervisor, one, two, care, sales, mine, theirs } = await groups()
    const page = await supervisor.live()
    const refused = [
      scope.team(two),
      scope.team(care),
      scope.team(sales),
      scope.people(team.organisationId),
      scope.record(theirs.membershipId),
    ]
    for (const s of refused)
      expect(await page.socket.emitWithAck('watch', { s, since: -1 })).toMatchObject({
        ok: false,
        error: { code: 'not_found' },
      })
    await page.watch(scope.team(one), scope.record(mine.membershipId))
    expect(page.replica.all('person').map(({ id }) => id)).toContain(mine.membershipId)
    await set(admin, theirs, { alias: 'Unheard' })
    await set(admin, mine, { supervisorGroupId: two })
    await page.until((replica) => replica.get('person', mine.membershipId) === undefined)
    const s = scope.record(mine.membershipId)
    const again = await page.socket.emitWithAck('watch', { s, since: -1 })
    expect(again).toMatchObject({ ok: false, error: { code: 'not_found' } })
    const other = await team.person('agent')
    await set(admin, mine, { alias: 'Unheard too' })
    await set(admin, other, { supervisorGroupId: one })
    await page.until((replica) => replica.get('person', other.membershipId))
    expect(JSON.stringify(page.replica.get('record', mine.membershipId))).not.toContain('Unheard')
    expect(JSON.stringify(page.replica.all('person'))).not.toContain('Unheard')
    expect(
      (await supervisor.try(people.record, { params: { id: mine.membershipId } })).status,
    ).toBe(404)
    page.close()
  })

  test('SW-1: makes people for its own group, and puts nobody into another', async () => {
    const { supervisor, one, two, care, sales, mine } = await groups()
    const agent = await team.grant('agent', 'group', one)
    const body = (given: Fields) => ({
      ...{ accountId: team.organisationId, firstName: 'Bo', lastName: 'Berg' },
      ...{ email: `${randomUUID()}@example.org`, password: 'blue kettle on the windowsill' },
      ...{ mustChangePassword: false, set: given, requestId: randomUUID() },
    })
    const make = (given: Fields) => supervisor.try(people.create, { body: body(given) })
    const made = await make({ [agent]: true, supervisorGroupId: one })
    expect(made).toMatchObject({ status: 200, body: { primaryDepartmentId: care } })
    for (const given of [
      { [agent]: true },
      { [agent]: true, supervisorGroupId: two },
      { [await team.grant('agent', 'group', two)]: true, supervisorGroupId: one },
      { [await team.grant('agent', 'account', team.organisationId)]: true, supervisorGroupId: one },
    ])
      expect((await make(given)).body.error).toMatchObject({ code: 'forbidden' })
    const answers = [
      await edit(supervisor, mine, { supervisorGroupId: two }),
      await edit(supervisor, mine, { [fieldKey.department(sales)]: { position: null } }),
    ]
    expect(answers.map(codeOf)).toEqual(['forbidden', 'forbidden'])
  })

  test('touches nobody who may more, though they are of the group', async () => {
    const { supervisor, one } = await groups()
    const manager = await team.person('manager')
    await set(admin, manager, { supervisorGroupId: one })
    expect(codeOf(await edit(supervisor, manager, { alias: 'X' }))).toBe('stronger_person')
  })
})

describe('whoever looks at a record', () => {
  test('without the right to see people gets 404, or 403 where that shows nothing', async () => {
    const [agent, other] = [await team.person('agent'), await team.person('agent')]
    const params = { id: other.membershipId }
    expect((await agent.try(people.record, { params })).status).toBe(403)
    const answer = await agent.try(people.change, { params, body: { set: {}, base: {} } })
    expect([answer.status, answer.body.error.code]).toEqual([404, 'not_found'])
  })

  test('sets their own profile, never their own rights', async () => {
    const agent = await team.person('agent')
    const params = { id: agent.membershipId }
    const mine = (values: Fields) =>
      agent.try(people.change, { params, body: { set: values, base: {} } })
    expect(codeOf(await mine({ firstName: 'Own', alias: 'Mine' }))).toBe('set')
    expect(codeOf(await mine({ 'limit.live': 9 }))).toBe('own_rights')
    const more = await team.grant('administrator', 'account', team.organisationId)
    expect(codeOf(await mine({ [more]: true }))).toBe('own_rights')
    expect(codeOf(await mine({ [fieldKey.queue(randomUUID())]: null }))).toBe('forbidden')
    const other = await team.person('administrator')
    const own = await team.grant('administrator', 'account', team.organisationId)
    expect(codeOf(await edit(other, other, { [own]: null }))).toBe('own_rights')
    expect(codeOf(await edit(other, other, { 'limit.live': 9 }))).toBe('own_rights')
    const department = await team.department(`Own ${randomUUID().slice(0, 6)}`)
    expect(
      codeOf(await edit(other, other, { [fieldKey.department(department)]: { position: null } })),
    ).toBe('set')
  })

  test('K3: changes the user’s own data only while that user works here alone', async () => {
    const agent = await team.person('agent')
    const other = await house.organisation()
    await house.db
      .insertInto('memberships')
      .values({ organisationId: other.id, accountId: other.id, userId: agent.userId })
      .execute()
    const answer = await edit(admin, agent, { firstName: 'Theirs' })
    expect(answer).toMatchObject({
      status: 403,
      body: { error: { code: 'forbidden', field: 'firstName', message: 'shared_user' } },
    })
    const params = { id: agent.membershipId }
    const photo = await admin.upload(people.setPhoto, await picture(), 'image/png', { params })
    expect(photo.status).toBe(403)
    expect(codeOf(await edit(admin, agent, { alias: 'Ours', displayName: 'Here' }))).toBe('set')
    const own = { set: { firstName: 'Mine' }, base: {} }
    expect((await agent.try(people.change, { params, body: own })).status).toBe(200)
  })

  test('IN-14: the last administrator stays one', async () => {
    const alone = await openTeam(house)
    const second = await alone.person('administrator')
    const key = await alone.grant('administrator', 'account', alone.organisationId)
    const viewer = await alone.grant('viewer', 'account', alone.organisationId)
    const both = await Promise.all([
      edit(alone.admin, second, { [key]: null, [viewer]: true }),
      edit(second, alone.admin, { [key]: null, [viewer]: true }),
    ])
    expect(both.filter(({ status }) => status === 200)).toHaveLength(1)
  })
})

describe('roles', () => {
  test('GB-14: are a set at each place; taking one takes its rights alone, at once on open pages', async () => {
    const north = await house.account(team.organisationId, 'Noord')
    const person = await team.person('agent', { accountId: north })
    const viewer = await team.grant('viewer', 'account', north)
    const corresponds = await team.grant('correspondence', 'account', north)
    const page = await person.live()
    expect(page.scopes).not.toContain(scope.floor(north))
    await set(admin, person, { [viewer]: true, [corresponds]: true })
    await page.until(() => page.scopes.includes(scope.floor(north)), 1_000)
    await page.watch(scope.floor(north), scope.people(north))
    const held = async () =>
      new Set((await person.call(session.me)).grants.flatMap(({ permissions }) => permissions))
    expect([...(await held())].sort()).toEqual(
      ['chats.answer', 'reports.correspondence', 'reports.view', 'users.view', 'wall.view'].sort(),
    )
    await set(admin, person, { [viewer]: null })
    await page.until(() => !page.scopes.includes(scope.floor(north)), 1_000)
    await page.until((replica) => replica.position(scope.people(north)) < 0, 1_000)
    expect([...(await held())].sort()).toEqual(['chats.answer', 'reports.correspondence'])
    expect((await person.try(users.list)).status).toBe(403)
    expect((await person.call(presence.mine)).id).toBe(person.userId)
    page.close()
  })

  test('GB-14 LA-18: whoever gets a role that answers chats is an operator with the account’s limits, and none without', async () => {
    const person = await team.person('viewer')
    const agent = await team.grant('agent', 'account', team.organisationId)
    const tester = await team.grant('tester', 'account', team.organisationId)
    const refused = await edit(admin, person, { 'limit.live': 2 })
    expect(refused.body.error).toMatchObject({ code: 'invalid', field: 'limit.live' })
    const kinds = () =>
      house.db
        .selectFrom('operators')
        .select(['takesChats', 'takesTests'])
        .where('userId', '=', person.userId)
        .executeTakeFirst()
    const made = await set(admin, person, { [agent]: true, 'limit.deferred': 9 })
    expect(made).toMatchObject({
      isOperator: true,
      fields: { 'limit.live': 3, 'limit.deferred': 9 },
    })
    expect(await kinds()).toEqual({ takesChats: true, takesTests: false })
    await set(admin, person, { [tester]: true })
    expect(await kinds()).toEqual({ takesChats: true, takesTests: true })
    await set(admin, person, { [agent]: null })
    expect(await kinds()).toEqual({ takesChats: false, takesTests: true })
    expect(await set(admin, person, { [tester]: null })).toMatchObject({ isOperator: false })
    expect(await kinds()).toBeUndefined()
  })
})

const picture = () =>
  sharp({ create: { width: 300, height: 200, channels: 3, background: '#0b7285' } })
    .png()
    .toBuffer()

describe('a photo that an administrator sets', () => {
  test.each([
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 415],
    ['20 MB', randomBytes(20 * 1024 * 1024), 413],
    ['a broken picture', Buffer.from('\x89PNG\r\n\x1a\nnothing', 'latin1'), 422],
  ])('NX-17 SW-18: %s is refused, and the old one stays', async (_, bytes, status) => {
    const agent = await team.person('agent')
    const params = { id: agent.membershipId }
    await admin.upload(people.setPhoto, await picture(), 'image/png', { params })
    const { photo } = await recordOf(admin, agent)
    expect(photo).toMatch(/^\/files\/photos\//)
    const answer = await admin.upload(people.setPhoto, bytes, 'image/png', { params })
    expect(answer.status).toBe(status)
    expect((await recordOf(admin, agent)).photo).toBe(photo)
  })
})
