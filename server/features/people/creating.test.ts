import { randomInt, randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { DEFAULT_POLICY, generatePassword, passwordProblems } from '#contract/password.ts'
import { type NewPerson, people } from '#contract/people.ts'
import { scope } from '#contract/scopes.ts'
import { session } from '#contract/session.ts'
import { openHouse, type Person } from '../../testing/house.ts'
import { openTeam, type Team } from '../../testing/people.ts'

const house = openHouse()
const PASSWORD = 'blue kettle on the windowsill'
let team: Team
let admin: Person
let agentRole: string

beforeAll(async () => {
  team = await openTeam(house)
  admin = team.admin
  agentRole = await team.grant('agent', 'account', team.organisationId)
})

const wanted = (more: Partial<NewPerson> = {}): NewPerson => ({
  accountId: team.organisationId,
  firstName: 'Bo',
  lastName: 'Ó Briain',
  email: `bo.${randomUUID().slice(0, 8)}@example.org`,
  password: PASSWORD,
  mustChangePassword: false,
  set: { [agentRole]: true },
  requestId: randomUUID(),
  ...more,
})
const create = (more: Partial<NewPerson> = {}, by = admin) =>
  by.try(people.create, { body: wanted(more) })
const signIn = (login: string, password = PASSWORD) =>
  house.anyone.try(session.signIn, { body: { login, password } })

/** Everything of people that a refused request must leave as it is. */
async function count() {
  const of = async (table: 'users' | 'memberships' | 'grants' | 'auditLog' | 'mailOutbox') =>
    (
      await house.db
        .selectFrom(table)
        .select(({ fn }) => fn.countAll().as('n'))
        .execute()
    )[0]?.n
  return [await of('users'), await of('memberships'), await of('grants'), await of('auditLog')]
}

describe('a person who is made with a password', () => {
  test('LA-4: signs in at once, and no mail is sent', async () => {
    const page = await admin.live()
    await page.watch(scope.people(team.organisationId))
    const body = wanted({ email: 'Anna.Maria@Example.ORG' })
    const record = await admin.call(people.create, { body })
    expect(record).toMatchObject({
      ...{ id: body.requestId, email: 'Anna.Maria@example.org', login: 'Anna.Maria@Example.ORG' },
      ...{ passwordState: 'chosen', isOperator: true, isOursAlone: true },
      fields: { firstName: 'Bo', lastName: 'Ó Briain', language: 'en', 'limit.live': 3 },
    })
    await page.until((replica) => replica.get('person', record.id))
    const mails = await house.db
      .selectFrom('mailOutbox')
      .select('id')
      .where('toEmail', '=', record.email)
      .execute()
    expect(mails).toEqual([])
    for (const login of ['Anna.Maria@Example.ORG', 'anna.maria@example.org'])
      expect((await signIn(login)).status).toBe(200)
    page.close()
  })

  test('LA-6: is as complete as they were filled in, in the language of the account', async () => {
    const accountId = await house.account(team.organisationId, 'Utrecht')
    await house.db
      .updateTable('accounts')
      .set({ language: 'nl' })
      .where('id', '=', accountId)
      .execute()
    const skill = await team.skill('Dutch')
    const department = await team.department('Claims')
    const group = await team.group('Claims one', department)
    const answer = await create({
      accountId,
      set: {
        [await team.grant('agent', 'account', accountId)]: true,
        [await team.grant('correspondence', 'account', accountId)]: true,
        ...{ alias: 'Bobby', description: 'Knows ships', gender: 'female' },
        ...{ supervisorGroupId: group, 'limit.live': 7, 'limit.deferred': 0 },
        [`skill:${skill}`]: { level: 4 },
        [`department:${department}`]: { position: 'Lead' },
      },
    })
    expect(answer).toMatchObject({
      status: 200,
      body: {
        primaryDepartmentId: department,
        fields: {
          ...{ language: 'nl', alias: 'Bobby', description: 'Knows ships', gender: 'female' },
          ...{ displayName: null, 'limit.live': 7, 'limit.deferred': 0 },
          [`skill:${skill}`]: { level: 4 },
          [`department:${department}`]: { position: 'Lead' },
        },
      },
    })
    expect(answer.body.roles.map(({ roleKey }) => roleKey)).toEqual(['agent', 'correspondence'])
    expect(
      (await create({ accountId, set: { language: 'en', ...(await role(accountId)) } })).body
        .fields,
    ).toMatchObject({ language: 'en' })
  })

  const role = async (accountId: string) => ({
    [await team.grant('agent', 'account', accountId)]: true as const,
  })

  test('SW-19: pressing twice makes one, however close together', async () => {
    const body = wanted({ set: { [agentRole]: true, alias: 'Only one' } })
    await house.db
      .updateTable('accounts')
      .set({ uniqueAliases: true })
      .where('id', '=', team.organisationId)
      .execute()
    const answers = await Promise.all([1, 2, 3, 4].map(() => admin.try(people.create, { body })))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(new Set(answers.map((answer) => answer.body.userId)).size).toBe(1)
    const kept = await house.db
      .selectFrom('users')
      .select('id')
      .where('email', '=', body.email)
      .execute()
    expect(kept).toHaveLength(1)
    const lines = await house.db
      .selectFrom('auditLog')
      .select('seq')
      .where('subjectId', '=', body.requestId)
      .execute()
    expect(lines).toHaveLength(1)
    const other = await admin.try(people.create, { body: { ...body, email: 'other@example.org' } })
    expect(other.body.error).toMatchObject({ code: 'invalid', field: 'requestId' })
  })

  test('SW-4: has a login of their own, compared byte for byte', async () => {
    expect((await create({ login: 'Bo.Briain' })).status).toBe(200)
    expect((await create({ login: 'bo.briain' })).status).toBe(200)
    const taken = await create({ login: 'Bo.Briain' })
    expect(taken).toMatchObject({
      status: 409,
      body: { error: { code: 'login_taken', field: 'login' } },
    })
    expect((await signIn('Bo.Briain')).status).toBe(200)
    expect((await signIn('BO.BRIAIN')).status).toBe(401)
    // Nobody's address becomes another's login: it would be the other who is let in by it.
    expect((await create({ login: admin.email.toUpperCase() })).body.error.code).toBe('login_taken')
    for (const login of [' bo', 'bo ', 'b\u0000o', 'b\u202eo'])
      expect((await create({ login })).body.error).toMatchObject({
        code: 'invalid',
        field: 'login',
      })
  })

  test.each(['a@b', 'a.b', '@b.cd', 'a@', 'a@b.c d', 'a@@b.cd', 'two@b.cd,c@d.ef'])(
    'SW-5: %s is no address',
    async (email) => {
      const before = await count()
      const answer = await create({ email })
      expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid' } } })
      expect(await count()).toEqual(before)
    },
  )

  test.each(['a@b.cd', 'anna+shop@münchen.de', "o'brien@example.org"])(
    'SW-5: %s is one',
    async (email) => {
      expect((await create({ email })).status).toBe(200)
    },
  )

  test('an address that has a user is taken, whatever its case: nobody else’s user is touched', async () => {
    const elsewhere = await openTeam(house)
    const before = await count()
    for (const email of [admin.email.toUpperCase(), elsewhere.admin.email])
      expect(await create({ email, login: randomUUID() })).toMatchObject({
        status: 409,
        body: { error: { code: 'email_taken', field: 'email' } },
      })
    expect(await count()).toEqual(before)
  })

  test('of several who make the same address at once, one does', async () => {
    const email = 'race@example.org'
    const answers = await Promise.all([1, 2, 3, 4].map(() => create({ email })))
    const codes = answers.map(({ status, body }) => (status === 200 ? 'made' : body.error.code))
    expect(codes.sort()).toEqual(['email_taken', 'email_taken', 'email_taken', 'made'])
  })

  test('a password that the account does not allow is refused with what is wrong, and kept nowhere', async () => {
    const before = await count()
    for (const password of ['short', 'Ó Briain Ó Briain', 'password1234'])
      expect(await create({ password })).toMatchObject({
        status: 400,
        body: { error: { code: 'weak_password', field: 'password' } },
      })
    expect(await count()).toEqual(before)
    const body = wanted()
    await admin.call(people.create, { body })
    const lines = await house.db.selectFrom('auditLog').selectAll().execute()
    const events = await house.db.selectFrom('eventLog').selectAll().execute()
    expect(JSON.stringify([lines, events])).not.toMatch(/windowsill|argon2/)
  })

  test('LA-5: 10,000 generated passwords pass every policy, the Latin one too, and the server takes them', async () => {
    const strict = { upper: true, lower: true, digit: true, special: true } as const
    const policies = [
      DEFAULT_POLICY,
      { ...DEFAULT_POLICY, ...strict },
      { ...DEFAULT_POLICY, ...strict, charset: 'latin' as const, minLength: 8, maxLength: 64 },
      { ...DEFAULT_POLICY, ...strict, charset: 'latin' as const, minLength: 64, maxLength: 64 },
    ]
    for (let i = 0; i < 10_000; i++)
      for (const policy of policies) {
        const password = generatePassword(policy, (max) => randomInt(max))
        expect(passwordProblems(policy, password)).toEqual([])
      }
    const accountId = await house.account(team.organisationId, 'Strict')
    for (const policy of policies) {
      await house.db
        .updateTable('accounts')
        .set({ passwordPolicy: JSON.stringify(policy) })
        .where('id', '=', accountId)
        .execute()
      const password = generatePassword(policy, (max) => randomInt(max))
      const email = `generated.${randomUUID()}@example.org`
      expect(
        (await create({ accountId, password, email, set: await role(accountId) })).status,
      ).toBe(200)
      expect((await signIn(email, password)).status).toBe(200)
    }
  }, 60_000)

  test('a password that must be changed is a temporary one, for 72 hours', async () => {
    const { body } = await create({ mustChangePassword: true })
    expect(body.passwordState).toBe('temporary')
    const { passwordExpiresAt } = await house.db
      .selectFrom('users')
      .select('passwordExpiresAt')
      .where('id', '=', body.userId)
      .executeTakeFirstOrThrow()
    const hours = (Date.parse(passwordExpiresAt ?? '') - Date.now()) / 3_600_000
    expect(hours).toBeGreaterThan(71.9)
    expect(hours).toBeLessThanOrEqual(72)
    const answer = await signIn(body.login)
    expect(answer.body.mustChangePassword).toBe(true)
  })

  test('NX-7: an account may ask for a gender; another does not', async () => {
    const accountId = await house.account(team.organisationId, 'Asks')
    await house.db
      .updateTable('accounts')
      .set({ requiresGender: true })
      .where('id', '=', accountId)
      .execute()
    const set = await role(accountId)
    expect((await create({ accountId, set })).body.error).toMatchObject({
      code: 'invalid',
      field: 'gender',
    })
    expect((await create({ accountId, set: { ...set, gender: 'other' } })).status).toBe(200)
    expect((await create()).status).toBe(200)
  })

  test('nobody is made without a role, with more rights than their maker, or where the maker is nobody', async () => {
    const accountId = await house.account(team.organisationId, 'Here')
    const beside = await house.account(team.organisationId, 'Beside')
    const manager = await team.person('manager', { accountId })
    const agent = await team.person('agent', { accountId })
    const before = await count()
    const made = async (more: Partial<NewPerson>) => {
      const { body } = await create({ accountId, ...more }, manager)
      return [body.error.code, body.error.field]
    }
    const administrator = await team.grant('administrator', 'account', accountId)
    expect(await made({ set: {} })).toEqual(['invalid', 'set'])
    expect(await made({ set: { [administrator]: true } })).toEqual(['forbidden', administrator])
    expect(await made({ set: { [agentRole]: true } })).toEqual(['not_found', agentRole])
    expect(await made({ accountId: beside, set: await role(beside) })).toEqual([
      'not_found',
      'accountId',
    ])
    const viewer = await team.grant('viewer', 'account', accountId)
    expect(await made({ set: { [viewer]: true, 'limit.live': 3 } })).toEqual([
      'invalid',
      'limit.live',
    ])
    expect((await create({ accountId }, agent)).status).toBe(403)
    expect(await count()).toEqual(before)
  })
})
