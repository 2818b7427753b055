import { sql } from 'kysely'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { DEFAULT_POLICY } from '#contract/password.ts'
import { accountSecurity, mySecurity, personSecurity, SESSIONS_MOST } from '#contract/security.ts'
import { session } from '#contract/session.ts'
import { CHOSEN, FIREFOX, SAFARI, type SignedIn, signInFrom } from '../../testing/browsers.ts'
import { until } from '../../testing/floor.ts'
import { openHouse, PASSWORD, type Person } from '../../testing/house.ts'
import { forgetOldTraces } from './upkeep.ts'

const MINUTE = 60_000
let aheadMs = 0
const now = () => new Date(Date.now() + aheadMs)
const house = openHouse({ now, trustedProxies: ['127.0.0.1'] })

let organisationId: string
let admin: Person
beforeAll(async () => {
  organisationId = (await house.organisation()).id
  admin = await house.person({ organisationId, role: 'administrator' })
})
beforeEach(() => house.db.deleteFrom('throttles').execute())
afterEach(() => {
  aheadMs = 0
})

const newcomer = () => house.person({ organisationId, role: 'viewer' })
const stateOf = async (who: Pick<SignedIn, 'try'>) => (await who.try(session.me)).status
const of = ({ membershipId }: Person) => ({ params: { id: membershipId } })

describe('one’s own sessions', () => {
  test('SES-6: are listed with where they are, and ended one by one or all but this', async () => {
    const me = await newcomer()
    const phone = await signInFrom(house, me.email, PASSWORD, {
      ip: '192.0.2.7',
      userAgent: SAFARI,
    })
    const desk = await signInFrom(house, me.email, PASSWORD, {
      ip: '192.0.2.9',
      userAgent: FIREFOX,
    })
    const listed = await desk.call(mySecurity.sessions)
    expect(listed).toHaveLength(3)
    expect(listed.find((one) => one.isCurrent)).toMatchObject({
      ...{ ip: '192.0.2.9', browser: 'Firefox', system: 'Linux' },
    })
    const other = listed.find((one) => one.ip === '192.0.2.7')
    expect(other).toMatchObject({ isCurrent: false, browser: 'Safari', system: 'iPhone' })
    const page = await phone.live()
    await desk.call(mySecurity.endSession, { params: { id: other?.id ?? '' } })
    expect([await stateOf(phone), await stateOf(desk), await stateOf(me)]).toEqual([401, 200, 200])
    await until(async () => (page.socket.disconnected ? true : undefined), 1_000)
    const again = await desk.try(mySecurity.endSession, { params: { id: other?.id ?? '' } })
    expect(again.status).toBe(404)
    expect(await desk.call(mySecurity.endOthers)).toEqual({ ended: 1 })
    expect([await stateOf(me), await stateOf(desk)]).toEqual([401, 200])
  })

  test('SES-6: the eleventh ends the oldest, at whatever moment it begins', async () => {
    const me = await newcomer()
    const first = await signInFrom(house, me.email, PASSWORD)
    const page = await first.live()
    for (let at = 0; at < SESSIONS_MOST - 2; at++) await signInFrom(house, me.email, PASSWORD)
    expect([await stateOf(me), await stateOf(first)]).toEqual([200, 200])
    await signInFrom(house, me.email, PASSWORD)
    expect([await stateOf(me), await stateOf(first)]).toEqual([401, 200])
    const more = [1, 2, 3, 4].map(() => signInFrom(house, me.email, PASSWORD))
    for (const one of await Promise.all(more)) expect(await stateOf(one)).toBe(200)
    expect(await stateOf(first)).toBe(401)
    await until(async () => (page.socket.disconnected ? true : undefined), 1_000)
    const last = await signInFrom(house, me.email, PASSWORD)
    expect(await last.call(mySecurity.sessions)).toHaveLength(SESSIONS_MOST)
  })
})

describe('entering the password again', () => {
  test('SES-7: is asked of who signed in more than ten minutes ago, for what is grave', async () => {
    const boss = await house.person({ organisationId, role: 'administrator' })
    const mine = await signInFrom(house, boss.email, PASSWORD)
    const somebody = await newcomer()
    const grave = () => [
      mine.try(accountSecurity.setPolicy, {
        ...{ params: { id: organisationId }, body: { policy: DEFAULT_POLICY, version: 99 } },
      }),
      mine.try(accountSecurity.setSessionLimits, {
        ...{ params: { id: organisationId }, body: { idleMinutes: 60, hours: null, version: 99 } },
      }),
      mine.try(personSecurity.setPassword, {
        ...{ ...of(somebody), body: { password: 'short', mustChange: true } },
      }),
    ]
    const codes = async () => (await Promise.all(grave())).map(({ body }) => body.error.code)
    const fresh = ['stale', 'stale', 'weak_password']
    expect(await codes()).toEqual(fresh)
    aheadMs = 11 * MINUTE
    expect(await codes()).toEqual(['reauth_needed', 'reauth_needed', 'reauth_needed'])
    const wrong = await mine.try(session.confirm, { body: { password: 'a guess' } })
    expect(wrong.body.error.code).toBe('wrong_credentials')
    expect(await codes()).toEqual(['reauth_needed', 'reauth_needed', 'reauth_needed'])
    const { freshUntil } = await mine.call(session.confirm, { body: { password: PASSWORD } })
    expect(Math.round((Date.parse(freshUntil) - now().getTime()) / MINUTE)).toBe(10)
    expect(await codes()).toEqual(fresh)
    aheadMs = 22 * MINUTE
    expect(await codes()).toEqual(['reauth_needed', 'reauth_needed', 'reauth_needed'])
  })
})

describe('how long sessions last', () => {
  const limit = (idleMinutes: number | null, hours: number | null, version: number) => ({
    params: { id: organisationId },
    body: { idleMinutes, hours, version },
  })

  test('SES-3: is what the accounts say, never longer, for HTTP and sockets alike', async () => {
    const below = await house.account(organisationId, 'Below')
    const person = await house.person({ organisationId, accountId: below, role: 'viewer' })
    const mine = await signInFrom(house, person.email, PASSWORD)
    const page = await mine.live()
    const set = await admin.call(accountSecurity.setSessionLimits, limit(10, 2, 0))
    expect(set).toMatchObject({ idleMinutes: 10, hours: 2, most: { idleMinutes: 60, hours: 12 } })
    const there = { params: { id: below } }
    const longer = { ...there, body: { idleMinutes: 20, hours: null, version: 0 } }
    const refused = await admin.try(accountSecurity.setSessionLimits, longer)
    expect(refused.body.error).toMatchObject({ code: 'invalid', field: 'idleMinutes' })
    expect(await admin.call(accountSecurity.sessionLimits, there)).toMatchObject({
      ...{ own: { idleMinutes: null, hours: null }, idleMinutes: 10, hours: 2 },
    })
    aheadMs = 9 * MINUTE
    expect(await stateOf(mine)).toBe(200)
    aheadMs = 20 * MINUTE
    expect(await stateOf(mine)).toBe(401)
    // Without a word from the page: the sweep finds it.
    await until(async () => (page.socket.disconnected ? true : undefined), 15_000)
    aheadMs = 0
    const busy = await signInFrom(house, person.email, PASSWORD)
    for (let step = 1; step <= 13; step++) {
      aheadMs = step * 9 * MINUTE
      expect([step, await stateOf(busy)]).toEqual([step, 200])
    }
    aheadMs = 121 * MINUTE
    expect(await stateOf(busy)).toBe(401)
    aheadMs = 0
    const stale = await admin.try(accountSecurity.setSessionLimits, limit(null, null, 0))
    expect(stale.body.error.code).toBe('stale')
    await admin.call(accountSecurity.setSessionLimits, limit(null, null, 1))
  }, 40_000)
})

describe('what ends a session', () => {
  const ends = async (
    person: Person,
    work: () => PromiseLike<unknown>,
  ): Promise<[number, number, boolean]> => {
    const page = await person.live()
    await work()
    const started = performance.now()
    const status = await stateOf(person)
    await until(async () => (page.socket.disconnected ? true : undefined), 2_000)
    return [await stateOf(admin), status, performance.now() - started < 1_000]
  }

  test.each([
    [
      'an administrator who ends all',
      (one: Person) => admin.call(personSecurity.endSessions, of(one)),
    ],
    [
      'an administrator who ends it',
      async (one: Person) => {
        const [only] = await admin.call(personSecurity.sessions, of(one))
        const params = { id: one.membershipId, sessionId: only?.id ?? '' }
        await admin.call(personSecurity.endSession, { params })
      },
    ],
    [
      'a password that an administrator gives',
      (one: Person) => {
        const body = { password: CHOSEN, mustChange: false }
        return admin.call(personSecurity.setPassword, { ...of(one), body })
      },
    ],
    ['signing out', (one: Person) => one.call(session.signOut)],
  ])('SES-4: %s closes HTTP at once and sockets within a second', async (_, work) => {
    const person = await newcomer()
    expect(await ends(person, async () => work(person))).toEqual([200, 401, true])
  })

  test('SES-4: an account that is closed lets nobody in, nor whoever works below it', async () => {
    const closed = await house.account(organisationId, 'Closed')
    const below = await house.account(organisationId, 'Below it', closed)
    const person = await house.person({ organisationId, accountId: below, role: 'administrator' })
    const set = (isActive: boolean) =>
      house.db.updateTable('accounts').set({ isActive }).where('id', '=', closed).execute()
    expect(await stateOf(person)).toBe(200)
    await set(false)
    expect(await stateOf(person)).toBe(401)
    expect((await signInFrom(house, person.email, PASSWORD)).status).toBe(401)
    await expect(person.live()).rejects.toThrow('unauthenticated')
    await set(true)
    expect((await signInFrom(house, person.email, PASSWORD)).status).toBe(200)
  })
})

describe('what is over', () => {
  test('SES-9: a hundred thousand sessions and all other old traces are forgotten, what holds is kept', async () => {
    const person = await newcomer()
    const { userId } = person
    for (let part = 0; part < 10; part++)
      await sql`
        insert into sessions (token_hash, user_id, organisation_id, created_at, last_active_at, expires_at)
        select sha256(n::text::bytea), ${userId}, ${organisationId}, now() - interval '3 days',
               now() - interval '3 days', now() - interval '2 days'
          from generate_series(${part * 10_000 + 1}::int, ${part * 10_000 + 10_000}::int) n`.execute(
        house.db,
      )
    await sql`
      insert into password_resets (organisation_id, user_id, token_nonce, token_hash, created_at, expires_at)
      select ${organisationId}, ${userId}, decode(md5(n::text), 'hex'), sha256(n::text::bytea),
             now() - interval '3 days', now() - interval '2 days' from generate_series(1, 50) n`.execute(
      house.db,
    )
    await sql`
      insert into throttles (key, failures, window_start)
      select 'old:' || n, 3, now() - interval '2 days' from generate_series(1, 50) n`.execute(
      house.db,
    )
    await sql`
      insert into known_devices (token_hash, user_id, created_at, expires_at)
      select sha256(n::text::bytea), ${userId}, now() - interval '100 days', now() - interval '1 day'
        from generate_series(1, 50) n`.execute(house.db)
    await signInFrom(house, person.email, 'a guess')
    const { db } = house
    expect(await forgetOldTraces({ db, now })).toBeGreaterThanOrEqual(100_150)
    expect(await stateOf(person)).toBe(200)
    const left = await db.selectFrom('sessions').select('id').where('userId', '=', userId).execute()
    expect(left).toHaveLength(1)
    for (const table of ['passwordResets', 'knownDevices'] as const) {
      const rows = await db
        .selectFrom(table)
        .select('userId')
        .where('userId', '=', userId)
        .execute()
      expect(rows).toEqual([])
    }
    const tries = await db.selectFrom('throttles').select('key').execute()
    expect(tries.map(({ key }) => key)).toContain(`user:${userId}`)
    expect(tries.filter(({ key }) => key.startsWith('old:'))).toEqual([])
  }, 60_000)
})
