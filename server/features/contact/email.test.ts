// Another e-mail: asked for, confirmed by whoever has it, taken back by whoever had the old one.
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { emailLinks, myContact } from '#contract/contact.ts'
import { fieldKey } from '#contract/fields.ts'
import { invitations } from '#contract/invitations.ts'
import { forgotten } from '#contract/security.ts'
import { session } from '#contract/session.ts'
import { users } from '#contract/users.ts'
import { CHOSEN } from '../../testing/browsers.ts'
import { emailChanges, fresh } from '../../testing/email-changes.ts'
import { until } from '../../testing/floor.ts'
import { openHouse, type Person } from '../../testing/house.ts'
import { acceptance, mailTo } from '../../testing/inviting.ts'
import { clockOf } from '../../testing/lifecycle.ts'
import { expireEmailChanges } from './email-actions.ts'

const house = openHouse()
let organisationId: string
let admin: Person
beforeAll(async () => {
  organisationId = (await house.organisation()).id
  admin = await house.person({ organisationId, role: 'administrator' })
})
beforeEach(() => house.db.deleteFrom('throttles').execute())

const newcomer = () => house.person({ organisationId, role: 'agent' })
const ask = (who: Person, email: string) => who.try(myContact.changeEmail, { body: { email } })
const { confirm, revert, signsIn, mails, tokenIn, confirmToken, revertToken } = emailChanges(house)

/** Nothing waits any more to be sent. */
const settled = () =>
  until(async () => {
    const { left } = await house.db
      .selectFrom('mailOutbox')
      .select((eb) => eb.fn.countAll<number>().as('left'))
      .where('sentAt', 'is', null)
      .where('failedAt', 'is', null)
      .executeTakeFirstOrThrow()
    return left === 0 ? true : undefined
  }, 8_000)

/** The user's e-mail is the new one. */
async function changed(who: Person, email = fresh()): Promise<string> {
  expect((await ask(who, email)).status).toBe(200)
  expect((await confirm(await confirmToken(email))).status).toBe(200)
  return email
}

describe('another e-mail', () => {
  test('LA-14: counts once its owner has confirmed it; until then the old one signs in', async () => {
    const who = await newcomer()
    const email = fresh()
    const { body } = await ask(who, email)
    expect([body.email, body.pendingEmail]).toEqual([who.email, email])
    expect((await mailTo(house, who.email)).text).toContain(email)
    const token = await confirmToken(email)
    expect([await signsIn(who.email), await signsIn(email)]).toEqual([200, 401])
    // Looking uses nothing up.
    const card = await house.anyone.call(emailLinks.look, { body: { token } })
    expect(card).toMatchObject({ purpose: 'confirm', email, firstName: 'Ada' })
    expect((await confirm(token)).status).toBe(200)
    expect([await signsIn(who.email), await signsIn(email)]).toEqual([401, 200])
    const { email: now, pendingEmail } = await who.call(myContact.get)
    expect([now, pendingEmail]).toEqual([email, null])
    const again = await confirm(token)
    expect([again.status, again.body.error.code]).toEqual([410, 'link_used'])
  })

  test('LA-14, SW-4: the login stays; it signs in as before, unless it spells the address that was given up', async () => {
    const [who, plain] = [await newcomer(), await newcomer()]
    const login = async ({ userId: id }: Person) =>
      (await house.db.selectFrom('users').select('login').where('id', '=', id).execute())[0]?.login
    await house.db
      .updateTable('users')
      .set({ email: fresh() })
      .where('id', '=', plain.userId)
      .execute()
    // The address that it spells was never theirs.
    await changed(plain)
    expect(await login(plain)).toBe(plain.email)
    expect(await signsIn(plain.email)).toBe(200)
    await changed(who)
    expect(await login(who)).toBe(who.email)
    expect(await signsIn(who.email)).toBe(401)
    await expireEmailChanges(clockOf(house, () => new Date(Date.now() + 100 * 3_600_000)))
    expect(await signsIn(who.email)).toBe(401)
    // Whoever is given the address next has a login of their own.
    const { email } = who
    const roles = await admin.call(users.roles)
    const role = roles.find(({ key }) => key === 'viewer')?.id ?? ''
    const set = { [fieldKey.grant(role, { kind: 'account', id: organisationId })]: true }
    await admin.call(invitations.create, {
      body: { accountId: organisationId, emails: [email], set },
    })
    const token = await tokenIn(email, '/invitation')
    expect((await house.anyone.try(invitations.accept, acceptance(token))).status).toBe(200)
    expect([await signsIn(email, CHOSEN), await signsIn(email)]).toEqual([200, 401])
  })

  test('AUTH-14, LA-14: fifty who open the link at once change it once; its token is kept nowhere', async () => {
    const who = await newcomer()
    const email = fresh()
    await ask(who, email)
    const token = await confirmToken(email)
    const rows = await house.db.selectFrom('emailLinks').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain(token)
    const answers = await Promise.all(Array.from({ length: 50 }, () => confirm(token)))
    const statuses = answers.map(({ status }) => status).toSorted()
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(new Set(statuses)).toEqual(new Set([200, 410]))
  })

  test('LA-14, INV-6, AC-4: asking for an address that somebody has looks as if nobody had it, and they are not told', async () => {
    const [who, other] = [await newcomer(), await newcomer()]
    const free = await ask(who, fresh())
    const before = (await mails(other.email)).length
    const taken = await ask(who, other.email.toUpperCase().replace('EXAMPLE.ORG', 'example.org'))
    expect(taken.status).toBe(free.status)
    expect(Object.keys(taken.body)).toEqual(Object.keys(free.body))
    await settled()
    expect((await mails(other.email)).length).toBe(before)
    expect(await signsIn(other.email)).toBe(200)
  })

  test('LA-14: whoever is second to confirm an address is told that it is taken, and nothing changes', async () => {
    const [one, two] = [await newcomer(), await newcomer()]
    const email = fresh()
    await ask(one, email)
    await ask(two, email)
    const tokens = await until(async () => {
      const found = (await mails(email)).flatMap(
        ({ text }) => /confirm-email#t=([\w-]{43})/.exec(text)?.[1] ?? [],
      )
      return found.length === 2 ? found : undefined
    })
    const answers = await Promise.all(tokens.map(confirm))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409])
    expect(answers.find(({ status }) => status === 409)?.body.error.code).toBe('email_taken')
    const emails = await Promise.all(
      [one, two].map(async (who) => (await who.call(session.me)).email),
    )
    expect(emails.filter((now) => now === email)).toHaveLength(1)
  })

  test('LA-14: is called off, replaced by another one, or runs out after a day; then the link is nothing', async () => {
    const who = await newcomer()
    const [first, second] = [fresh(), fresh()]
    await ask(who, first)
    const token = await confirmToken(first)
    await ask(who, second)
    expect((await confirm(token)).body.error.code).toBe('link_used')
    const next = await confirmToken(second)
    expect((await who.call(myContact.cancelEmail)).pendingEmail).toBeNull()
    expect((await confirm(next)).body.error.code).toBe('link_used')
    const third = fresh()
    await ask(who, third)
    const last = await confirmToken(third)
    await house.db
      .updateTable('emailLinks')
      .set({ expiresAt: new Date(Date.now() - 1_000).toISOString() })
      .where('email', '=', third)
      .execute()
    expect((await confirm(last)).body.error.code).toBe('link_expired')
    await expireEmailChanges(clockOf(house, () => new Date()))
    expect((await who.call(myContact.get)).pendingEmail).toBeNull()
    expect(await signsIn(who.email)).toBe(200)
  })

  test.each(['a@b', 'a b@example.org', 'a@example.org\r\nBcc: x@evil.co', 'аdmin@example.org', ''])(
    'LA-14: %j is no address',
    async (email) => {
      expect((await ask(admin, email)).status).toBe(400)
      expect((await ask(admin, admin.email)).body.error.field).toBe('email')
    },
  )

  test('LA-14: is asked for by whoever has just entered their password, and not too often', async () => {
    const who = await newcomer()
    for (let at = 0; at < 5; at++) expect((await ask(who, fresh())).status).toBe(200)
    expect((await ask(who, fresh())).status).toBe(429)
    await house.db
      .updateTable('sessions')
      .set({ createdAt: new Date(Date.now() - 3_600_000).toISOString() })
      .where('userId', '=', who.userId)
      .execute()
    expect((await ask(who, fresh())).body.error.code).toBe('reauth_needed')
  })
})

describe('taking it back', () => {
  test('LA-14: whoever has the old address gets it back, every session ends, and a mail to choose a password comes', async () => {
    const who = await newcomer()
    const email = await changed(who)
    const live = await who.live()
    const closed = new Promise((resolve) => live.socket.on('disconnect', resolve))
    const token = await revertToken(who.email)
    expect((await house.anyone.call(emailLinks.look, { body: { token } })).email).toBe(who.email)
    expect((await revert(token)).status).toBe(200)
    await closed
    expect((await who.try(session.me)).status).toBe(401)
    // Whoever changed it may know the password.
    expect([await signsIn(email), await signsIn(who.email)]).toEqual([401, 401])
    const reset = await tokenIn(who.email, '/reset')
    const body = { token: reset, password: CHOSEN }
    expect((await house.anyone.try(forgotten.reset, { body })).status).toBe(200)
    expect([await signsIn(who.email, CHOSEN), await signsIn(email, CHOSEN)]).toEqual([200, 401])
    expect((await revert(token)).body.error.code).toBe('link_used')
  })

  test('LA-14: works for 72 hours, through further changes, and is not taken back in turn', async () => {
    const who = await newcomer()
    const second = await changed(who)
    await changed(who)
    const [mine, theirs] = [await revertToken(who.email), await revertToken(second)]
    const { expiresAt } = await house.anyone.call(emailLinks.look, { body: { token: mine } })
    const hours = (Date.parse(expiresAt) - Date.now()) / 3_600_000
    expect(hours).toBeGreaterThan(71.9)
    expect(hours).toBeLessThan(72.01)
    expect((await revert(mine)).status).toBe(200)
    expect((await revert(theirs)).body.error.code).toBe('link_used')
    // A link is good for what it is for.
    const another = await newcomer()
    await changed(another)
    expect((await confirm(await revertToken(another.email))).status).toBe(404)
  })

  test('LA-14: an address that somebody else has by now stays theirs', async () => {
    const [who, other] = [await newcomer(), await newcomer()]
    await changed(who)
    const token = await revertToken(who.email)
    await house.db
      .updateTable('users')
      .set({ email: who.email })
      .where('id', '=', other.userId)
      .execute()
    expect((await revert(token)).body.error.code).toBe('email_taken')
    expect((await who.try(session.me)).status).toBe(200)
  })

  test('LA-14, AUTH-6: choosing a new password by mail calls off what waits; the change voids links sent to the old address', async () => {
    const who = await newcomer()
    const email = fresh()
    await ask(who, email)
    const token = await confirmToken(email)
    await house.anyone.call(forgotten.forgot, { body: { login: who.email } })
    const reset = await tokenIn(who.email, '/reset')
    await house.anyone.call(forgotten.reset, { body: { token: reset, password: CHOSEN } })
    expect((await confirm(token)).body.error.code).toBe('link_used')
    const other = await newcomer()
    await house.anyone.call(forgotten.forgot, { body: { login: other.email } })
    const old = await tokenIn(other.email, '/reset')
    await changed(other)
    const late = await house.anyone.try(forgotten.reset, { body: { token: old, password: CHOSEN } })
    expect(late.body.error.code).toBe('link_used')
  })
})
