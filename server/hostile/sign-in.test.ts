// Getting in with guesses, other people's cookies and sessions that are over.
import { randomUUID } from 'node:crypto'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { session } from '#contract/session.ts'
import { caller } from '../client/http.ts'
import { openLiveClient } from '../client/live.ts'
import { signInAs } from '../client/sign-in.ts'
import { hashToken, newToken } from '../platform/tokens.ts'
import { until } from '../testing/floor.ts'
import { type House, openHouse, PASSWORD, type Person } from '../testing/house.ts'

const STARTED = Date.now()
let aheadMs = 0
/** It stands still, so that a slow machine waits no shorter than a fast one. */
const now = () => new Date(STARTED + aheadMs)
const house = openHouse({ now })
const secure = openHouse({ publicOrigin: 'https://chat.example.org' })
const MINUTE = 60_000

let me: Person
beforeAll(async () => {
  const { id: organisationId } = await house.organisation()
  me = await house.person({ organisationId, role: 'agent' })
})
beforeEach(() => house.db.deleteFrom('throttles').execute())
afterEach(() => {
  aheadMs = 0
})

const tryAs = (login: string, password: string, cookie?: string) =>
  caller(() => house.url, cookie === undefined ? {} : { cookie }).try(session.signIn, {
    body: { login, password },
  })
type Answer = Awaited<ReturnType<typeof tryAs>>
/** All that an answer says but when it was given, and to which request. */
const said = ({ status, body, headers }: Answer) => {
  const { requestId: _, ...error } = body.error
  const kept = [...headers].filter(([name]) => name !== 'date')
  return { status, error, headers: Object.fromEntries(kept) }
}
const stateOf = async (cookie: string, at: House = house) =>
  (await caller(() => at.url, { cookie }).try(session.me)).status

async function guess(login: string, times: number): Promise<Answer[]> {
  const answers: Answer[] = []
  for (let at = 0; at < times; at++) answers.push(await tryAs(login, `wrong guess ${at}`))
  return answers
}

describe('guessing', () => {
  test('is slowed down, told for how long, and over with the wait', async () => {
    const answers = await guess(me.email, 6)
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 429])
    expect(answers[5]?.headers.get('retry-after')).toMatch(/^[12]$/)
    expect((await tryAs(me.email, PASSWORD)).status).toBe(429)
    aheadMs = 2 * MINUTE
    expect((await tryAs(me.email, 'wrong again')).status).toBe(401)
    expect((await tryAs(me.email, PASSWORD)).headers.get('retry-after')).toBe('2')
    aheadMs = 4 * MINUTE
    expect((await tryAs(me.email, PASSWORD)).status).toBe(200)
    expect((await guess(me.email, 4)).map(({ status }) => status)).toEqual([401, 401, 401, 401])
  })

  test('all at once gives no more tries than one by one', async () => {
    const wrong = Array.from({ length: 14 }, (_, at) => tryAs(me.email, `wrong guess ${at}`))
    const right = await tryAs(me.email, PASSWORD)
    const answers = await Promise.all(wrong)
    expect(right.status).toBe(429)
    const statuses = answers.map(({ status }) => status)
    // Two are being weighed at any time, and may not have heard of each other.
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(7)
    const late = answers.find(({ status }) => status === 429)
    expect(late && said(late).error).toEqual(said(right).error)
  })

  test('does not keep a user out of the browser that they sign in from', async () => {
    const { cookie } = await signInAs(house.url, me.email, PASSWORD)
    const device = cookie.split('; ').find((one) => one.startsWith('device=')) ?? ''
    await guess(me.email, 6)
    expect((await tryAs(me.email, PASSWORD)).status).toBe(429)
    expect((await tryAs(me.email, PASSWORD, device)).status).toBe(200)
  })

  test('is not helped by a browser that somebody else is known by', async () => {
    const { id: organisationId } = await house.organisation()
    const other = await house.person({ organisationId, role: 'viewer' })
    const { cookie } = await signInAs(house.url, other.email, PASSWORD)
    await guess(me.email, 6)
    expect((await tryAs(me.email, PASSWORD, cookie)).status).toBe(429)
  })

  test('of many logins from one address ends at sixty', async () => {
    const statuses: number[] = []
    for (let batch = 0; batch < 16; batch++) {
      const tries = Array.from({ length: 4 }, () => tryAs(`${randomUUID()}@example.org`, 'a guess'))
      statuses.push(...(await Promise.all(tries)).map(({ status }) => status))
    }
    expect(statuses.filter((status) => status === 401)).toHaveLength(60)
    expect(statuses.slice(-4)).toEqual([429, 429, 429, 429])
    expect((await tryAs(me.email, PASSWORD)).status).toBe(429)
    aheadMs = 11 * MINUTE
    expect((await tryAs(me.email, PASSWORD)).status).toBe(200)
  })

  test('right every time costs nobody anything', async () => {
    for (let batch = 0; batch < 6; batch++) {
      const tries = Array.from({ length: 4 }, () => tryAs(me.email, PASSWORD))
      for (const { status } of await Promise.all(tries)) expect(status).toBe(200)
    }
  })
})

describe('who is there', () => {
  /** A login of each kind that does not let in, whatever the password. */
  const strangers: Record<string, () => Promise<string>> = {
    nobody: async () => `nobody.${randomUUID()}@example.org`,
    'somebody without a password': async () => {
      const { userId, email } = await newcomer()
      const none = { passwordHash: null, passwordState: 'none' } as const
      await house.db.updateTable('users').set(none).where('id', '=', userId).execute()
      return email
    },
    'somebody whose temporary password has run out': async () => {
      const { userId, email } = await newcomer()
      const past = { passwordExpiresAt: new Date(0).toISOString() }
      await house.db.updateTable('users').set(past).where('id', '=', userId).execute()
      return email
    },
    'somebody who is blocked': async () => {
      const { membershipId, email } = await newcomer()
      await block(membershipId)
      return email
    },
  }
  test.each(Object.entries(strangers))('is not told by the answer to %s', async (_, make) => {
    const login = await make()
    const wrong = said(await tryAs(me.email, 'wrong'))
    expect(wrong.error.code).toBe('wrong_credentials')
    expect(said(await tryAs(login, PASSWORD))).toEqual(wrong)
  })

  test('is not told by when the waiting begins', async () => {
    const known = await guess(me.email, 6)
    const unknown = await guess(`nobody.${randomUUID()}@example.org`, 6)
    expect(unknown.map(said)).toEqual(known.map(said))
  })

  test('is not let in by the hash of the password', async () => {
    const { passwordHash } = await house.db
      .selectFrom('users')
      .select('passwordHash')
      .where('id', '=', me.userId)
      .executeTakeFirstOrThrow()
    expect((await tryAs(me.email, passwordHash ?? '')).status).toBe(401)
    expect((await tryAs(me.email, `${PASSWORD} `)).status).toBe(401)
    expect((await tryAs(me.email, PASSWORD.toUpperCase())).status).toBe(401)
  })
})

describe('a session', () => {
  test('ends everywhere when it is signed out of', async () => {
    const { cookie } = await signInAs(house.url, me.email, PASSWORD)
    const fetchSnapshot = () => Promise.reject(new Error('none is asked for'))
    const door = { url: house.url, namespace: '/team', cookie, fetchSnapshot } as const
    const page = await openLiveClient(door)
    const { status, headers } = await caller(() => house.url, { cookie }).try(session.signOut)
    const ended = performance.now()
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store'])
    expect(headers.get('clear-site-data')).toContain('"storage"')
    expect(headers.getSetCookie().join()).toMatch(/^sid=;.*(Max-Age=0|Expires=Thu, 01 Jan 1970)/)
    expect(await stateOf(cookie)).toBe(401)
    await until(async () => (page.socket.disconnected ? true : undefined), 2_000)
    expect(performance.now() - ended).toBeLessThan(1_000)
    await expect(openLiveClient(door)).rejects.toThrow('unauthenticated')
  })

  test('is never one that was brought along', async () => {
    const planted = newToken()
    const { headers } = await tryAs(me.email, PASSWORD, `sid=${planted}`)
    const given = headers.getSetCookie().join('\n')
    expect(given).toContain('sid=')
    expect(given).not.toContain(planted)
    expect(await stateOf(`sid=${planted}`)).toBe(401)
  })

  test('is kept as what cannot be used to get in', async () => {
    const { cookie } = await signInAs(house.url, me.email, PASSWORD)
    const rows = await house.db.selectFrom('sessions').selectAll().execute()
    const token = cookie.split('; ')[0]?.slice('sid='.length) ?? ''
    expect(token).toHaveLength(43)
    expect(JSON.stringify(rows)).not.toContain(token)
    const kept = rows.find(({ tokenHash }) => tokenHash.equals(hashToken(token)))
    for (const form of ['hex', 'base64url'] as const)
      expect(await stateOf(`sid=${kept?.tokenHash.toString(form)}`)).toBe(401)
  })

  const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTE).toISOString()
  test.each([
    ['active a minute short of an hour ago', () => ({ lastActiveAt: ago(59) }), 200],
    ['idle for an hour', () => ({ lastActiveAt: ago(61) }), 401],
    ['twelve hours old', () => ({ createdAt: ago(721), expiresAt: ago(1) }), 401],
    ['ended', () => ({ endedAt: ago(1), endedBecause: 'ended by an administrator' }), 401],
  ])('%s', async (_, state, expected) => {
    const { cookie, userId } = await newcomer()
    await house.db.updateTable('sessions').set(state()).where('userId', '=', userId).execute()
    expect(await stateOf(cookie)).toBe(expected)
    const fetchSnapshot = () => Promise.reject(new Error('none is asked for'))
    const opening = openLiveClient({ url: house.url, namespace: '/team', cookie, fetchSnapshot })
    if (expected === 401) await expect(opening).rejects.toThrow('unauthenticated')
    else (await opening).close()
  })

  test('lasts twelve hours, however busy', async () => {
    const { cookie } = await signInAs(house.url, me.email, PASSWORD)
    for (let half = 1; half < 24; half++) {
      aheadMs = half * 30 * MINUTE
      expect([half, await stateOf(cookie)]).toEqual([half, 200])
    }
    aheadMs = 721 * MINUTE
    expect(await stateOf(cookie)).toBe(401)
  })

  test('is worth nothing to somebody who is blocked', async () => {
    const { cookie, membershipId } = await newcomer()
    expect(await stateOf(cookie)).toBe(200)
    await block(membershipId)
    expect(await stateOf(cookie)).toBe(401)
  })
})

describe('the cookie', () => {
  const partsOf = (line: string | undefined) => (line ?? '').split('; ').slice(1).toSorted()

  test('is for this host, out of reach of scripts and gone with the browser', async () => {
    const { headers } = await tryAs(me.email, PASSWORD)
    const [line] = headers.getSetCookie().filter((one) => one.startsWith('sid='))
    expect(partsOf(line)).toEqual(['HttpOnly', 'Path=/', 'SameSite=Lax'])
    expect(headers.get('cache-control')).toBe('no-store')
  })

  test('goes over https alone where there is https, under a name that no other host can set', async () => {
    const { id: organisationId } = await secure.organisation()
    const { email } = await secure.person({ organisationId, role: 'viewer' })
    const { port } = secure.app.http.server.address() as { port: number }
    const url = `http://127.0.0.1:${port}/api/session`
    const { headers, status } = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'https://chat.example.org' },
      body: JSON.stringify({ login: email, password: PASSWORD }),
    })
    expect(status).toBe(200)
    expect(headers.get('strict-transport-security')).toMatch(/^max-age=31536000/)
    const lines = headers.getSetCookie()
    const line = lines.find((one) => one.startsWith('__Host-sid='))
    expect(partsOf(line)).toEqual(['HttpOnly', 'Path=/', 'SameSite=Lax', 'Secure'])
    expect(lines.every((one) => one.startsWith('__Host-') && one.includes('; Secure'))).toBe(true)
    const cookie = line?.split(';')[0] ?? ''
    const ask = async (value: string) => (await fetch(url, { headers: { cookie: value } })).status
    expect(await ask(cookie)).toBe(200)
    expect(await ask(cookie.replace('__Host-', ''))).toBe(401)
    expect(await ask(`__Host-sid=planted; ${cookie}`)).toBe(401)
  })
})

async function newcomer(): Promise<Person> {
  const { id: organisationId } = await house.organisation()
  return house.person({ organisationId, role: 'agent' })
}

async function block(membershipId: string): Promise<void> {
  const blocked = { status: 'blocked', blockedAt: new Date().toISOString() } as const
  await house.db.updateTable('memberships').set(blocked).where('id', '=', membershipId).execute()
}
