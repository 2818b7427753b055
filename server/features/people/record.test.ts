import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Fields, fieldKey } from '#contract/fields.ts'
import { personSecurity } from '#contract/security.ts'
import { session } from '#contract/session.ts'
import { brokenConstraint } from '../../platform/database.ts'
import { openHouse, type Person } from '../../testing/house.ts'
import { mailTo } from '../../testing/inviting.ts'
import { edit, openTeam, recordOf, set, type Team } from '../../testing/people.ts'

const house = openHouse()
let team: Team
let admin: Person
let organisationId: string

beforeAll(async () => {
  team = await openTeam(house)
  ;({ admin, organisationId } = team)
})

const auditOf = (membershipId: string) =>
  house.db
    .selectFrom('auditLog')
    .select(['action', 'actorId', 'before', 'after'])
    .where('subjectId', '=', membershipId)
    .orderBy('seq')
    .execute()

describe('what somebody is called', () => {
  test.each(['Ó Briain', '李', 'é'.repeat(64), "D'Arcy-van den Bergh"])(
    'NX-6: %s is a name',
    async (name) => {
      const agent = await team.person('agent')
      const body = await set(admin, agent, { firstName: name, lastName: name })
      expect(body.fields).toMatchObject({ firstName: name, lastName: name })
    },
  )

  test.each(['', '   ', '\u00a0\u2003', '\u200b', 'a'.repeat(65), 'a\nb', '\u202eevil', null])(
    'NX-6: %j is none, and nothing is changed',
    async (name) => {
      const agent = await team.person('agent')
      const before = await recordOf(admin, agent)
      const answer = await edit(admin, agent, { firstName: 'Bo', lastName: name })
      expect(answer).toMatchObject({
        status: 400,
        body: { error: { code: 'invalid', field: 'lastName' } },
      })
      expect(await recordOf(admin, agent)).toEqual(before)
    },
  )

  test('LA-13: changing a name leaves a line in the audit that says what it was and what it is', async () => {
    const agent = await team.person('agent', { firstName: 'Anna', lastName: 'Bakker' })
    await set(admin, agent, { firstName: 'Anne', lastName: 'Bakker' })
    expect(await auditOf(agent.membershipId)).toEqual([
      {
        action: 'person.change',
        actorId: admin.userId,
        before: { firstName: 'Anna' },
        after: { firstName: 'Anne' },
      },
    ])
  })

  test('what is set to what it is already is no change: no version, no line, no event', async () => {
    const agent = await team.person('agent', { firstName: 'Anna' })
    await set(admin, agent, { firstName: 'Anne' })
    const before = await recordOf(admin, agent)
    const heads = async () => (await house.db.selectFrom('eventLog').select('seq').execute()).length
    const events = await heads()
    expect(await set(admin, agent, { firstName: 'Anne' })).toEqual(before)
    expect(await heads()).toBe(events)
    expect(await auditOf(agent.membershipId)).toHaveLength(1)
  })

  test.each<[string, Fields]>([
    ['password', { password: 'x' }],
    ['login', { login: 'somebody.else' }],
    ['gender', { gender: 'unknown' }],
    ['mobile', { mobile: '0612345678' }],
    ['mobile', { mobile: '+31 6 12345678' }],
    ['language', { language: 'tlh' }],
    ['limit.live', { 'limit.live': 101 }],
    ['limit.live', { 'limit.live': '3' }],
    ['description', { description: 'a'.repeat(501) }],
    ['queue:nothing', { 'queue:nothing': null }],
  ])('%s does not take everything', async (field, values) => {
    const agent = await team.person('agent')
    const answer = await edit(admin, agent, values)
    if (Object.keys(values).length === 0) expect(answer.status).toBe(200)
    else expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid', field } } })
  })

  test('NX-7 SW-15: a gender is one of four, and is kept', async () => {
    const agent = await team.person('agent')
    for (const gender of ['female', 'male', 'other', 'not_stated'] as const)
      expect((await set(admin, agent, { gender })).fields['gender']).toBe(gender)
  })

  test('SW-4: a login is fixed: no field sets it, and the database refuses to', async () => {
    const agent = await team.person('agent')
    const { login } = await recordOf(admin, agent)
    const answer = await edit(admin, agent, { login: `${login}x` })
    expect(answer).toMatchObject({ status: 400, body: { error: { field: 'login' } } })
    const renamed = house.db
      .updateTable('users')
      .set({ login: `${login}x` })
      .where('id', '=', agent.userId)
      .execute()
    expect(brokenConstraint(await renamed.catch((error: unknown) => error))).toBe(
      'users_login_is_fixed',
    )
    expect((await recordOf(admin, agent)).login).toBe(login)
  })

  test('LA-15: that no two people of an account share an alias is a setting', async () => {
    const [one, other] = [await team.person('agent'), await team.person('agent')]
    await set(admin, one, { alias: 'Sunny' })
    await set(admin, other, { alias: 'Sunny' })
    await set(admin, other, { alias: null })
    const unique = (uniqueAliases: boolean) =>
      house.db
        .updateTable('accounts')
        .set({ uniqueAliases })
        .where('organisationId', '=', organisationId)
        .execute()
    await unique(true)
    // What a reader would take for the same is the same.
    for (const alias of ['Sunny', 'SUNNY', 'Ѕunny'])
      expect(await edit(admin, other, { alias })).toMatchObject({
        status: 409,
        body: { error: { code: 'alias_taken', field: 'alias' } },
      })
    await set(admin, one, { alias: 'Sunny ', firstName: 'Same' })
    await set(admin, other, { alias: 'Rainy' })
    await unique(false)
    await set(admin, other, { alias: 'Sunny' })
  })

  test('LA-15: of two who take the same alias at once, one gets it', async () => {
    const accountId = await house.account(organisationId, 'Unique')
    await house.db
      .updateTable('accounts')
      .set({ uniqueAliases: true })
      .where('id', '=', accountId)
      .execute()
    const both = await Promise.all([1, 2].map(() => team.person('agent', { accountId })))
    const answers = await Promise.all(both.map((one) => edit(admin, one, { alias: 'Twin' })))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
  })

  test('LA-17: the next mail to somebody is in the language that they were given', async () => {
    const agent = await team.person('agent')
    expect((await agent.call(session.me)).language).toBe('en')
    await set(admin, agent, { language: 'nl' })
    expect((await agent.call(session.me)).language).toBe('nl')
    await admin.call(personSecurity.sendReset, { params: { id: agent.membershipId } })
    expect((await mailTo(house, agent.email)).subject).toMatch(/wachtwoord/i)
  })
})

describe('where somebody works', () => {
  test('SW-9: the department follows the supervisor’s group, and cannot be another one', async () => {
    const [care, sales] = [await team.department('Care'), await team.department('Sales')]
    const [first, second] = [await team.group('One', care), await team.group('Two', sales)]
    const agent = await team.person('agent')
    const inFirst = await set(admin, agent, { supervisorGroupId: first })
    expect(inFirst.primaryDepartmentId).toBe(care)
    const inSecond = await set(admin, agent, { supervisorGroupId: second })
    expect(inSecond.primaryDepartmentId).toBe(sales)
    const forced = house.db
      .updateTable('memberships')
      .set({ primaryDepartmentId: care })
      .where('id', '=', agent.membershipId)
      .execute()
    await expect(forced).rejects.toThrow(/foreign key/)
    expect((await edit(admin, agent, { primaryDepartmentId: care })).status).toBe(400)
    const inNone = await set(admin, agent, { supervisorGroupId: null })
    expect(inNone.primaryDepartmentId).toBeNull()
  })

  test('what is not there, or of another branch, is not found', async () => {
    const [north, south] = [
      await house.account(organisationId, 'Norden'),
      await house.account(organisationId, 'Süden'),
    ]
    const agent = await team.person('agent', { accountId: north })
    const other = await openTeam(house)
    const beside = await team.department('Beside', south)
    const foreign = await other.department('Foreign')
    const keys = [
      fieldKey.department(randomUUID()),
      fieldKey.department(beside),
      fieldKey.department(foreign),
      fieldKey.skill(await other.skill('Welsh')),
      fieldKey.queue(randomUUID()),
      fieldKey.site(randomUUID()),
      await team.grant('agent', 'account', south),
      await other.grant('agent', 'account', north),
      await team.grant('agent', 'account', other.organisationId),
    ]
    for (const key of keys) {
      const value = {
        department: { position: null },
        skill: { level: 1 },
        queue: { participates: true, tier: 1 },
        site: { displayName: null, description: null, showsPhoto: null },
        grant: true,
      }[key.split(':')[0] ?? '']
      expect(await edit(admin, agent, { [key]: value ?? null })).toMatchObject({
        status: 404,
        body: { error: { code: 'not_found', field: key } },
      })
    }
  })

  test('an archived person is not changed, a blocked one is', async () => {
    const agent = await team.person('agent')
    const put = (values: object) =>
      house.db.updateTable('memberships').set(values).where('id', '=', agent.membershipId).execute()
    await put({ status: 'blocked', blockedAt: new Date().toISOString() })
    await set(admin, agent, { alias: 'Blocked' })
    await put({ status: 'archived', blockedAt: null, archivedAt: new Date().toISOString() })
    expect(await edit(admin, agent, { alias: 'Archived' })).toMatchObject({
      status: 409,
      body: { error: { code: 'wrong_status' } },
    })
    const { alias } = (await recordOf(admin, agent)).fields
    expect(alias).toBe('Blocked')
  })
})
