import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DEFAULT_POLICY, LATIN_POLICY, type PasswordPolicy } from '#contract/password.ts'
import { accountSecurity, mySecurity, personSecurity } from '#contract/security.ts'
import { session } from '#contract/session.ts'
import { users } from '#contract/users.ts'
import { browserWith, CHOSEN, CHOSEN_NEXT, cookieOf, signInFrom } from '../../testing/browsers.ts'
import { until } from '../../testing/floor.ts'
import { openHouse, PASSWORD, type Person } from '../../testing/house.ts'
import { mailTo } from '../../testing/inviting.ts'

const house = openHouse()
const TEMPORARY = 'a kite over seven dunes'

let admin: Person
let organisationId: string
beforeAll(async () => {
  organisationId = (await house.organisation()).id
  admin = await house.person({ organisationId, role: 'administrator' })
})
beforeEach(() => house.db.deleteFrom('throttles').execute())

const newcomer = () => house.person({ organisationId, role: 'viewer' })
const change = (current: string, password: string, endOthers = true) => ({
  body: { current, password, endOthers },
})

async function withTemporary(): Promise<Person> {
  const person = await newcomer()
  const body = { password: TEMPORARY, mustChange: true }
  await admin.call(personSecurity.setPassword, { params: { id: person.membershipId }, body })
  return person
}

async function says(policy: PasswordPolicy): Promise<Person> {
  const { id } = await house.organisation()
  const boss = await house.person({ organisationId: id, role: 'administrator' })
  const body = { policy, version: 0 }
  await boss.call(accountSecurity.setPolicy, { params: { id }, body })
  return boss
}

describe('a temporary password', () => {
  test('NX-22: works once, and whoever signed in with it can do nothing but change it', async () => {
    const { email } = await withTemporary()
    const mine = await signInFrom(house, email, TEMPORARY)
    expect([mine.status, mine.me.mustChangePassword]).toEqual([200, true])
    expect((await signInFrom(house, email, TEMPORARY)).status).toBe(401)
    for (const door of [users.list, users.roles, mySecurity.sessions, session.enter]) {
      const body = door === session.enter ? { body: { organisationId } } : undefined
      const answer = await mine.try<unknown, unknown>(door, body)
      expect([answer.status, answer.body]).toMatchObject([
        403,
        { error: { code: 'password_change_needed' } },
      ])
    }
    await expect(mine.live()).rejects.toThrow('password_change_needed')
    expect((await mine.call(session.me)).mustChangePassword).toBe(true)
    expect((await mine.call(mySecurity.policy)).policy).toEqual(DEFAULT_POLICY)
    const { headers, status, body } = await mine.try(
      mySecurity.changePassword,
      change(TEMPORARY, CHOSEN),
    )
    expect([status, body.mustChangePassword]).toEqual([200, false])
    const after = browserWith(house, cookieOf(headers))
    expect((await after.call(users.list)).length).toBeGreaterThan(0)
    const page = await after.live()
    page.close()
    expect((await signInFrom(house, email, CHOSEN)).me.mustChangePassword).toBe(false)
  })

  test('NX-22: lets in one of two who try it at once', async () => {
    const { email } = await withTemporary()
    const both = await Promise.all([1, 2].map(() => signInFrom(house, email, TEMPORARY)))
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 401])
  })

  test('NX-22: is as wrong as any other after three days', async () => {
    const { email, userId } = await withTemporary()
    const { passwordExpiresAt } = await house.db
      .selectFrom('users')
      .select('passwordExpiresAt')
      .where('id', '=', userId)
      .executeTakeFirstOrThrow()
    const hours = (Date.parse(passwordExpiresAt ?? '') - Date.now()) / 3_600_000
    expect([hours > 71.9, hours <= 72]).toEqual([true, true])
    const past = { passwordExpiresAt: new Date(0).toISOString() }
    await house.db.updateTable('users').set(past).where('id', '=', userId).execute()
    expect((await signInFrom(house, email, TEMPORARY)).status).toBe(401)
  })

  test('NX-22: can be signed out of, and cannot be kept', async () => {
    const { email } = await withTemporary()
    const mine = await signInFrom(house, email, TEMPORARY)
    const same = await mine.try(mySecurity.changePassword, change(TEMPORARY, TEMPORARY))
    expect(same.body.error).toMatchObject({ code: 'weak_password', problems: ['history'] })
    await mine.call(session.signOut)
    expect((await mine.try(session.me)).status).toBe(401)
  })
})

describe('changing the password', () => {
  test('NX-23 AUTH-6: kills the old one, every other session within a second, and is told by mail', async () => {
    const me = await newcomer()
    const other = await signInFrom(house, me.email, PASSWORD)
    const page = await other.live()
    const { headers, status } = await me.try(mySecurity.changePassword, change(PASSWORD, CHOSEN))
    const changedAt = performance.now()
    expect(status).toBe(200)
    expect((await other.try(session.me)).status).toBe(401)
    await until(async () => (page.socket.disconnected ? true : undefined), 2_000)
    expect(performance.now() - changedAt).toBeLessThan(1_000)
    // The session goes on, under a token of its own.
    expect((await me.try(session.me)).status).toBe(401)
    expect((await browserWith(house, cookieOf(headers)).try(session.me)).status).toBe(200)
    expect((await signInFrom(house, me.email, PASSWORD)).status).toBe(401)
    expect((await signInFrom(house, me.email, CHOSEN)).status).toBe(200)
    expect((await mailTo(house, me.email)).subject).toBe('Your password was changed')
  })

  test('NX-23: leaves the other sessions when that was chosen', async () => {
    const me = await newcomer()
    const other = await signInFrom(house, me.email, PASSWORD)
    await me.call(mySecurity.changePassword, change(PASSWORD, CHOSEN, false))
    expect((await other.try(session.me)).status).toBe(200)
  })

  test('AUTH-6: needs the current one, which is guessed as slowly as at the door', async () => {
    const me = await newcomer()
    const statuses: number[] = []
    for (let at = 0; at < 6; at++) {
      const { status, body } = await me.try(mySecurity.changePassword, change('a guess', CHOSEN))
      statuses.push(status)
      expect(body.error.code).toBe(at < 5 ? 'wrong_credentials' : 'too_many')
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429])
    // Guessing here keeps nobody out at the door.
    expect((await signInFrom(house, me.email, PASSWORD)).status).toBe(200)
  })

  test('AUTH-6: of two changes at once only one holds', async () => {
    const me = await newcomer()
    const tries = [CHOSEN, CHOSEN_NEXT].map((password) =>
      me.try(mySecurity.changePassword, change(PASSWORD, password)),
    )
    const statuses = (await Promise.all(tries)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
  })

  test('NX-23: never back to one of the last that the policy names', async () => {
    const boss = await says({ ...DEFAULT_POLICY, history: 2 })
    const texts = [PASSWORD, CHOSEN, CHOSEN_NEXT, 'the third of three lamps']
    let mine = browserWith(house, boss.cookie)
    for (const [at, next] of texts.slice(1).entries()) {
      const { status, headers } = await mine.try(
        mySecurity.changePassword,
        change(texts[at] ?? '', next),
      )
      expect(status).toBe(200)
      mine = browserWith(house, cookieOf(headers))
    }
    const back = (to: string) => mine.try(mySecurity.changePassword, change(texts[3] ?? '', to))
    for (const used of texts.slice(1)) {
      const { status, body } = await back(used)
      expect([status, body.error.problems]).toEqual([400, ['history']])
    }
    // No more of them are kept than are asked for.
    expect((await back(PASSWORD)).status).toBe(200)
  })
})

describe('what a password must be', () => {
  test('SW-6 K8: "Pässword1!" is refused by name of its ä where Latin letters alone are asked for, and taken elsewhere', async () => {
    const latin = await says({ ...LATIN_POLICY, minLength: 8, blocksCommon: false })
    const refused = await latin.try(mySecurity.changePassword, change(PASSWORD, 'Pässword1!'))
    expect([refused.status, refused.body.error]).toMatchObject([
      400,
      { code: 'weak_password', field: 'password', problems: ['charset'] },
    ])
    expect(refused.body.error.message).toContain('ä')
    const any = await says({ ...DEFAULT_POLICY, minLength: 8, blocksCommon: false })
    const taken = await any.try(mySecurity.changePassword, change(PASSWORD, 'Pässword1!'))
    expect(taken.status).toBe(200)
    // Case counts.
    expect((await signInFrom(house, any.email, 'pässword1!')).status).toBe(401)
    expect((await signInFrom(house, any.email, 'Pässword1!')).status).toBe(200)
  })

  test('K8: is any characters, unless an account says otherwise', async () => {
    const me = await newcomer()
    const { policy } = await me.call(mySecurity.policy)
    expect(policy).toEqual(DEFAULT_POLICY)
    expect(policy.charset).toBe('any')
    const taken = await me.try(mySecurity.changePassword, change(PASSWORD, 'зелёный велосипед'))
    expect(taken.status).toBe(200)
  })

  test('is what all accounts of the user ask for together', async () => {
    const long = await says({ ...DEFAULT_POLICY, minLength: 20 })
    const digits = await says({ ...DEFAULT_POLICY, digit: true })
    await house.db
      .insertInto('memberships')
      .values({
        ...{ organisationId: digits.organisationId, accountId: digits.organisationId },
        userId: long.userId,
      })
      .execute()
    const { policy } = await long.call(mySecurity.policy)
    expect(policy).toMatchObject({ minLength: 20, digit: true })
    const weak = await long.try(mySecurity.changePassword, change(PASSWORD, 'no digit in here'))
    expect(weak.body.error.problems).toEqual(['minLength', 'digit'])
  })

  test('reaches an old or weak password when its user next signs in', async () => {
    const boss = await says({ ...DEFAULT_POLICY, expiryDays: 30 })
    const since = (days: number) =>
      house.db
        .updateTable('users')
        .set({ passwordChangedAt: new Date(Date.now() - days * 86_400_000).toISOString() })
        .where('id', '=', boss.userId)
        .execute()
    await since(29)
    expect((await signInFrom(house, boss.email, PASSWORD)).me.mustChangePassword).toBe(false)
    await since(31)
    expect((await signInFrom(house, boss.email, PASSWORD)).me.mustChangePassword).toBe(true)
    const strict = await says({ ...DEFAULT_POLICY, upper: true })
    expect((await signInFrom(house, strict.email, PASSWORD)).me.mustChangePassword).toBe(true)
    // Those who are at work go on.
    expect((await strict.try(users.list)).status).toBe(200)
  })
})
