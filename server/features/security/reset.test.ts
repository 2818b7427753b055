import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { mailbox } from '#contract/mailbox.ts'
import { forgotten, mySecurity } from '#contract/security.ts'
import { session } from '#contract/session.ts'
import { CHOSEN, CHOSEN_NEXT, resetTokenFor, signInFrom } from '../../testing/browsers.ts'
import { until } from '../../testing/floor.ts'
import { openHouse, PASSWORD, type Person } from '../../testing/house.ts'
import { mailTo } from '../../testing/inviting.ts'

const house = openHouse()
let organisationId: string
beforeAll(async () => {
  organisationId = (await house.organisation()).id
})
beforeEach(() => house.db.deleteFrom('throttles').execute())

const newcomer = () => house.person({ organisationId, role: 'viewer' })
const forgot = (login: string) => house.anyone.try(forgotten.forgot, { body: { login } })
const reset = (token: string, password: string) =>
  house.anyone.try(forgotten.reset, { body: { token, password } })
const look = (token: string) => house.anyone.try(forgotten.look, { body: { token } })

async function linkFor({ email }: Pick<Person, 'email'>, nth = 1): Promise<string> {
  await forgot(email)
  return resetTokenFor(house, email, nth)
}

async function mailsTo(email: string): Promise<number> {
  return (await house.anyone.call(mailbox.list)).filter((mail) => mail.toEmail === email).length
}

/** Nothing waits any more to be looked at or sent. */
async function settled(): Promise<void> {
  await until(async () => {
    const waiting = await house.db.selectFrom('forgottenPasswords').select('id').execute()
    const unsent = await house.db
      .selectFrom('mailOutbox')
      .select('id')
      .where('sentAt', 'is', null)
      .where('failedAt', 'is', null)
      .execute()
    return waiting.length + unsent.length === 0 ? true : undefined
  }, 8_000)
}

describe('a forgotten password', () => {
  test('AUTH-13: is answered alike, in the same time, whoever is asked for', async () => {
    const { email } = await newcomer()
    const known: number[] = []
    const unknown: number[] = []
    const said = new Set<string>()
    const ask = async (login: string, times: number[]) => {
      const started = performance.now()
      const { status, body } = await forgot(login)
      times.push(performance.now() - started)
      said.add(`${status} ${JSON.stringify(body)}`)
    }
    for (let pair = 0; pair < 24; pair++) {
      if (pair % 8 === 0) await house.db.deleteFrom('throttles').execute()
      await ask(email, known)
      await ask(`nobody.${pair}@example.org`, unknown)
    }
    expect([...said]).toEqual(['200 {}'])
    // The quickest of each, which no busy machine has slowed down. What tells them apart is not done
    // before the answer: no hash (24 ms) and no mail.
    expect(Math.abs(Math.min(...known) - Math.min(...unknown))).toBeLessThan(10)
    await settled()
    expect(await mailsTo('nobody.1@example.org')).toBe(0)
  })

  test('AUTH-13: gets three mails an hour at most, changes nothing and keeps nobody out', async () => {
    const { email, userId } = await newcomer()
    const state = () =>
      house.db.selectFrom('users').selectAll().where('id', '=', userId).executeTakeFirstOrThrow()
    const before = await state()
    for (let at = 0; at < 6; at++) expect((await forgot(email)).status).toBe(200)
    await settled()
    expect(await mailsTo(email)).toBe(3)
    expect(await state()).toEqual(before)
    expect((await signInFrom(house, email, PASSWORD)).status).toBe(200)
  })

  test('AUTH-13: is asked for twenty times an hour from one address', async () => {
    const statuses: number[] = []
    for (let at = 0; at < 22; at++) statuses.push((await forgot(`x${at}@example.org`)).status)
    expect(statuses.slice(18)).toEqual([200, 200, 429, 429])
  })

  test('AUTH-13: of somebody who works nowhere any more brings no mail', async () => {
    const { email, membershipId } = await newcomer()
    const blocked = { status: 'blocked', blockedAt: new Date().toISOString() } as const
    await house.db.updateTable('memberships').set(blocked).where('id', '=', membershipId).execute()
    await forgot(email)
    await settled()
    expect(await mailsTo(email)).toBe(0)
  })
})

describe('a link to choose a password', () => {
  test('AUTH-14: says whose it is, works once, ends every session and signs nobody in', async () => {
    const me = await newcomer()
    const page = await me.live()
    const token = await linkFor(me)
    const { body: card } = await look(token)
    expect(card).toMatchObject({ login: me.email, firstName: 'Ada', context: { email: me.email } })
    const weak = await reset(token, 'short')
    expect(weak.body.error).toMatchObject({ code: 'weak_password', problems: ['minLength'] })
    const done = await reset(token, CHOSEN)
    expect([done.status, done.headers.getSetCookie()]).toEqual([200, []])
    expect((await me.try(session.me)).status).toBe(401)
    await until(async () => (page.socket.disconnected ? true : undefined), 1_000)
    expect((await signInFrom(house, me.email, PASSWORD)).status).toBe(401)
    expect((await signInFrom(house, me.email, CHOSEN)).status).toBe(200)
    for (const again of [await reset(token, CHOSEN_NEXT), await look(token)])
      expect([again.status, again.body.error.code]).toEqual([410, 'link_used'])
    expect((await mailTo(house, me.email, 2)).subject).toBe('Your password was changed')
  })

  test('AUTH-14: tried fifty times at once works for one', async () => {
    const me = await newcomer()
    const token = await linkFor(me)
    const tries = Array.from({ length: 50 }, () => reset(token, CHOSEN))
    const statuses = (await Promise.all(tries)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(statuses.filter((status) => ![200, 410, 503].includes(status))).toEqual([])
  })

  test('AUTH-14: is in the database in no form that could be used', async () => {
    const me = await newcomer()
    const token = await linkFor(me)
    expect(token).toHaveLength(43)
    for (const table of ['passwordResets', 'mailOutbox', 'auditLog'] as const) {
      const rows = await house.db.selectFrom(table).selectAll().execute()
      expect(JSON.stringify(rows)).not.toContain(token)
    }
  })

  test('AUTH-14: is over after half an hour, when the password was changed, and never was when made up', async () => {
    const me = await newcomer()
    const token = await linkFor(me)
    const past = { expiresAt: new Date(Date.now() - 1).toISOString() }
    await house.db.updateTable('passwordResets').set(past).where('userId', '=', me.userId).execute()
    expect((await reset(token, CHOSEN)).body.error.code).toBe('link_expired')
    const next = await linkFor(me, 2)
    expect(next).not.toBe(token)
    const body = { current: PASSWORD, password: CHOSEN, endOthers: false }
    await me.call(mySecurity.changePassword, { body })
    expect((await reset(next, CHOSEN_NEXT)).body.error.code).toBe('link_used')
    expect((await reset('x'.repeat(43), CHOSEN)).status).toBe(404)
  })
})
