// Where passwords are made for newcomers and mailed to them.
import { beforeAll, expect, test } from 'vitest'
import { invitations } from '#contract/invitations.ts'
import { LATIN_POLICY, passwordProblems } from '#contract/password.ts'
import { mySecurity, TEMPORARY_HOURS } from '#contract/security.ts'
import { session } from '#contract/session.ts'
import { caller } from '../../client/http.ts'
import { openHouse } from '../../testing/house.ts'
import { acceptance, CHOSEN, cookieOf, mailTo, openInviting } from '../../testing/inviting.ts'

let aheadMs = 0
const house = openHouse({ now: () => new Date(Date.now() + aheadMs) })
const acme = openInviting(house)
const policy = { ...LATIN_POLICY, minLength: 20, special: true }

beforeAll(async () => {
  await house.db
    .updateTable('accounts')
    .set({ onboardingMode: 'assigned', passwordPolicy: JSON.stringify(policy) })
    .where('id', '=', acme.organisationId)
    .execute()
})

const names = (token: string) => ({ body: { token, firstName: 'Bo', lastName: 'Smit' } })

/** Accepts, and reads login and password out of the mail. */
async function accepted(email: string, token: string) {
  const answer = await house.anyone.try(invitations.accept, names(token))
  expect([answer.status, answer.body]).toEqual([200, { isSignedIn: false, gone: [] }])
  expect(answer.headers.getSetCookie()).toEqual([])
  const mail = await mailTo(house, email, 2)
  const [, login = '', password = ''] =
    /login is (\S+) and your password (\S+)/.exec(mail.text) ?? []
  return { mail, login, password }
}

test('NX-22: whoever is new gets a mail with login and password; it lets in once, and must be changed', async () => {
  const { token, email, invitation } = await acme.invited(await acme.inviter())
  expect((await mailTo(house, email)).text).toContain(
    'you get a mail with your login and a password',
  )
  const card = await house.anyone.call(invitations.look, { body: { token } })
  expect(card).toMatchObject({ password: 'assigned', hasLogin: false, policy })
  const typed = await house.anyone.try(invitations.accept, acceptance(token))
  expect(typed).toMatchObject({ status: 400, body: { error: { field: 'password' } } })

  const { mail, login, password } = await accepted(email, token)
  expect(login).toBe(email)
  expect(mail.html).toContain(`>${email}<`)
  expect(passwordProblems(policy, password)).toEqual([])
  const first = await house.anyone.try(session.signIn, { body: { login, password } })
  expect([first.status, first.body.mustChangePassword]).toEqual([200, true])
  const me = caller(() => house.url, { cookie: cookieOf(first.headers) })
  const early = await me.try(invitations.list)
  expect(early).toMatchObject({ status: 403, body: { error: { code: 'password_change_needed' } } })
  const twice = await house.anyone.try(session.signIn, { body: { login, password } })
  expect(twice.body.error.code).toBe('wrong_credentials')
  const own = `${CHOSEN}!`
  await me.call(mySecurity.changePassword, {
    body: { current: password, password: own, endOthers: true },
  })
  const later = await house.anyone.call(session.signIn, { body: { login, password: own } })
  expect(later.mustChangePassword).toBe(false)

  const tables = ['invitations', 'mail_outbox', 'event_log', 'audit_log', 'users', 'notifications']
  for (const table of tables) {
    const { rows } = await house.app.database.pool.query(
      `select count(*)::int as count from ${table} t where strpos(t::text, $1) > 0`,
      [password],
    )
    expect([table, rows]).toEqual([table, [{ count: 0 }]])
  }
  expect(invitation.state).toBe('queued')
})

test('NX-22: after 72 hours it lets nobody in', async () => {
  const { token, email } = await acme.invited(await acme.inviter())
  const { login, password } = await accepted(email, token)
  aheadMs = TEMPORARY_HOURS * 3_600_000 + 1_000
  const late = await house.anyone.try(session.signIn, { body: { login, password } })
  aheadMs = 0
  expect(late.body.error.code).toBe('wrong_credentials')
})

test('NX-22, NX-24: whoever has a login gets no password', async () => {
  const other = await house.organisation()
  const known = await house.person({ organisationId: other.id, role: 'agent' })
  const { token } = await acme.invited(await acme.inviter(), { email: known.email })
  expect((await house.anyone.try(invitations.accept, names(token))).status).toBe(403)
  const { passwordHash } = await house.db
    .selectFrom('users')
    .select('passwordHash')
    .where('id', '=', known.userId)
    .executeTakeFirstOrThrow()
  expect(await known.call(invitations.join, { body: { token } })).toEqual({
    ...{ isSignedIn: true, gone: [] },
  })
  const after = await house.db
    .selectFrom('users')
    .select(['passwordHash', 'passwordState'])
    .where('id', '=', known.userId)
    .executeTakeFirstOrThrow()
  expect(after).toEqual({ passwordHash, passwordState: 'chosen' })
  const mails = await house.db
    .selectFrom('mailOutbox')
    .select('template')
    .where('toEmail', '=', known.email)
    .execute()
  expect(mails).toEqual([{ template: 'invitation' }])
})

test('K2: where people are made with a password, an invitation lets one choose, for a login can come in no other way', async () => {
  const made = await house.account(acme.organisationId, 'Made')
  await house.db
    .updateTable('accounts')
    .set({ onboardingMode: 'created' })
    .where('id', '=', made)
    .execute()
  const { token } = await acme.invited(await acme.inviter(), { accountId: made })
  const card = await house.anyone.call(invitations.look, { body: { token } })
  expect(card.password).toBe('choose')
  const password = `${CHOSEN}!`
  const answer = await house.anyone.call(invitations.accept, acceptance(token, { password }))
  expect(answer.isSignedIn).toBe(true)
})

test('NX-7: where the gender is required, whoever accepts says it, if the inviter did not', async () => {
  const strict = await house.account(acme.organisationId, 'Asks')
  await house.db
    .updateTable('accounts')
    .set({ requiresGender: true })
    .where('id', '=', strict)
    .execute()
  const by = await acme.inviter()
  const asked = await acme.invited(by, { accountId: strict })
  const known = await acme.invited(by, { accountId: strict, set: { gender: 'female' } })
  const look = (token: string) => house.anyone.call(invitations.look, { body: { token } })
  expect((await look(asked.token)).asksGender).toBe(true)
  expect((await look(known.token)).asksGender).toBe(false)
  const chosen = { password: `${CHOSEN}!` }
  const silent = await house.anyone.try(invitations.accept, acceptance(asked.token, chosen))
  expect(silent).toMatchObject({ status: 400, body: { error: { field: 'gender' } } })
  const said = acceptance(asked.token, { ...chosen, gender: 'not_stated' })
  expect((await house.anyone.try(invitations.accept, said)).status).toBe(200)
  expect((await house.anyone.try(invitations.accept, acceptance(known.token, chosen))).status).toBe(
    200,
  )
  const { gender } = await house.db
    .selectFrom('users')
    .select('gender')
    .where('email', '=', known.email)
    .executeTakeFirstOrThrow()
  expect(gender).toBe('female')
})
