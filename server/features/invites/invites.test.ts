import { describe, expect, test } from 'vitest'
import { departments } from '#contract/departments.ts'
import { invitations } from '#contract/invitations.ts'
import { notifications } from '#contract/notifications.ts'
import { queues } from '#contract/queues.ts'
import { scope } from '#contract/scopes.ts'
import { session } from '#contract/session.ts'
import { users } from '#contract/users.ts'
import { caller } from '../../client/http.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { openHouse } from '../../testing/house.ts'
import {
  acceptance,
  CHOSEN,
  cookieOf,
  mailTo,
  openInviting,
  tokenFor,
} from '../../testing/inviting.ts'

const house = openHouse()
const acme = openInviting(house)

describe('from the invitation to the colleague', () => {
  test('NX-18, NX-20, NX-21, LA-10: one mail, one password, and everything is as it was prepared', async () => {
    const department = await acme.admin.call(departments.create, {
      body: { accountId: acme.organisationId, name: 'Sales' },
    })
    const queue = await acme.admin.call(queues.create, {
      body: {
        ...{ accountId: acme.organisationId, name: 'Orders', kind: 'live' },
        ...{ offerSeconds: 20, targetSeconds: 60 },
      },
    })
    const page = await acme.admin.live()
    const people = scope.people(acme.organisationId)
    const watched = [people, scope.floor(acme.organisationId), scope.user(acme.admin.userId)]
    await page.watch(...watched)

    const invitation = await acme.invite(acme.admin, {
      ...{ firstName: 'Bo', set: { displayName: 'Bo from Sales', 'limit.live': 4 } },
      departments: [{ id: department.id, position: 'Closer' }],
      queueIds: [queue.id],
    })
    expect(invitation).toMatchObject({ state: 'queued', language: 'en', inviterName: /^Ada / })
    const { id, email } = invitation
    await page.until(() => page.replica.get('invitation', id)?.state === 'sent')

    const token = await tokenFor(house, email)
    const card = await house.anyone.call(invitations.look, { body: { token } })
    expect(card).toMatchObject({
      email,
      firstName: 'Bo',
      accountName: 'Acme',
      roleNames: ['Agent'],
    })
    expect(card).toMatchObject({ hasLogin: false, password: 'choose', gone: [] })
    await page.until(() => page.replica.get('invitation', id)?.state === 'opened')
    expect(await house.anyone.call(invitations.look, { body: { token } })).toEqual(card)

    const answer = await house.anyone.try(invitations.accept, acceptance(token))
    expect(answer.status).toBe(200)
    const bo = caller(() => house.url, { cookie: cookieOf(answer.headers) })
    const me = await bo.call(session.me)
    expect(me).toMatchObject({ email, organisationName: 'Acme', mustChangePassword: false })
    expect(me.grants).toEqual([
      {
        ...{ role: 'agent', permissions: ['chats.answer'], kind: 'account' },
        ...{ at: acme.organisationId, accountId: acme.organisationId },
      },
    ])

    const person = await page.until((replica) =>
      replica.all('person').find((one) => one.userId === me.id),
    )
    expect(person).toMatchObject({
      ...{ firstName: 'Bo', lastName: 'Ó Briain', displayName: 'Bo from Sales', login: email },
      ...{ status: 'active', queues: [queue.id], live: { limit: 4 }, deferred: { limit: 5 } },
      departments: [{ id: department.id, position: 'Closer' }],
      roles: [{ key: 'agent', accountId: acme.organisationId }],
    })
    const operator = await page.until(() => page.replica.get('operator', me.id))
    expect(operator).toMatchObject({ name: 'Bo Ó Briain', department: 'Sales' })
    await page.until(() => page.replica.get('invitation', id)?.state === 'accepted')
    const told = await page.until((replica) =>
      replica.all('notification').find((one) => one.kind === 'invitation_accepted'),
    )
    expect(told.data).toMatchObject({ name: 'Bo Ó Briain', accountName: 'Acme' })
    expect((await mailTo(house, acme.admin.email)).subject).toBe('Bo Ó Briain has joined Acme')
    expect(await acme.admin.call(users.list)).toContainEqual(person)
    expect(await acme.admin.call(invitations.list)).toContainEqual(
      page.replica.get('invitation', id),
    )
    await expectSync(page, acme.admin, ...watched)

    const again = await house.anyone.try(invitations.look, { body: { token } })
    expect(again).toMatchObject({ status: 410, body: { error: { code: 'invitation_used' } } })
    const sold = await house.anyone.call(session.signIn, {
      body: { login: email, password: CHOSEN },
    })
    expect(sold.id).toBe(me.id)
  })

  test('NX-21: an inviter who was away finds it when they come back, and reads it once', async () => {
    const by = await acme.inviter()
    const { token } = await acme.invited(by)
    await house.anyone.call(invitations.accept, acceptance(token))
    const [first] = await by.call(notifications.list)
    expect(first).toMatchObject({ kind: 'invitation_accepted', readAt: null })
    const params = { id: first?.id ?? '' }
    const read = await by.call(notifications.read, { params })
    expect(read.readAt).not.toBeNull()
    expect(await by.call(notifications.read, { params })).toEqual(read)
    const strange = await acme.admin.try(notifications.read, { params })
    expect(strange.body.error.code).toBe('not_found')
  })

  test('MAIL-3, AUTH-14: neither the database nor its log knows the token', async () => {
    const { token } = await acme.invited(await acme.inviter())
    const tables = ['invitations', 'mail_outbox', 'event_log', 'audit_log'] as const
    for (const table of tables) {
      const { rows } = await house.app.database.pool.query(`select t::text as line from ${table} t`)
      const lines = rows.map((row: { line: string }) => row.line).join('\n')
      expect(lines).not.toContain(token)
      expect(lines).not.toContain(Buffer.from(token).toString('hex'))
    }
  })
})

describe('a link that gives nothing', () => {
  async function answersOf(token: string) {
    const look = await house.anyone.try(invitations.look, { body: { token } })
    const accept = await house.anyone.try(invitations.accept, acceptance(token))
    const { status, body } = accept
    expect([look.status, look.body.error.code]).toEqual([status, body.error.code])
    return [status, body.error.code]
  }

  test('W-10: one that nobody sent', async () => {
    expect(await answersOf('A'.repeat(43))).toEqual([404, 'not_found'])
  })

  test('W-10: one that was used', async () => {
    const { token } = await acme.invited(await acme.inviter())
    await house.anyone.call(invitations.accept, acceptance(token))
    expect(await answersOf(token)).toEqual([410, 'invitation_used'])
  })

  test('W-10: one that has run out; the row says so, and resending begins again', async () => {
    const by = await acme.inviter()
    const { token, invitation, email } = await acme.invited(by)
    await house.db
      .updateTable('invitations')
      .set({ expiresAt: new Date(Date.now() - 1000).toISOString() })
      .where('id', '=', invitation.id)
      .execute()
    expect(await answersOf(token)).toEqual([410, 'invitation_expired'])
    const renewed = await by.call(invitations.resend, { params: { id: invitation.id } })
    expect(renewed.state).toBe('queued')
    await house.anyone.call(invitations.look, { body: { token: await tokenFor(house, email, 2) } })
  })

  test('GB-13: one that was withdrawn, once or twice', async () => {
    const by = await acme.inviter()
    const { token, invitation } = await acme.invited(by)
    const params = { id: invitation.id }
    const revoked = await by.call(invitations.revoke, { params })
    expect(revoked.state).toBe('revoked')
    expect(await by.call(invitations.revoke, { params })).toEqual(revoked)
    expect(await answersOf(token)).toEqual([410, 'invitation_revoked'])
    const resend = await by.try(invitations.resend, { params })
    expect(resend.body.error.code).toBe('invitation_revoked')
  })

  test('GB-13, INV-5: one in whose place a new one was sent', async () => {
    const by = await acme.inviter()
    const { token, invitation, email } = await acme.invited(by)
    await by.call(invitations.resend, { params: { id: invitation.id } })
    const second = await tokenFor(house, email, 2)
    expect(second).not.toBe(token)
    expect(await answersOf(token)).toEqual([404, 'not_found'])
    const answer = await house.anyone.try(invitations.accept, acceptance(second))
    expect(answer.status).toBe(200)
  })

  test('INV-1: one whose inviter may not give the role any more', async () => {
    const by = await acme.inviter('manager')
    const { token } = await acme.invited(by)
    await house.db.deleteFrom('grants').where('userId', '=', by.userId).execute()
    expect(await answersOf(token)).toEqual([410, 'invitation_revoked'])
  })
})

test('NX-20: what is gone when somebody accepts is left out, and the inviter is told by name', async () => {
  const by = await acme.inviter()
  const [gone, kept] = await Promise.all(
    ['Returns', 'Repairs'].map((name) =>
      by.call(departments.create, { body: { accountId: acme.organisationId, name } }),
    ),
  )
  const queue = await by.call(queues.create, {
    body: {
      ...{ accountId: acme.organisationId, name: 'Old line', kind: 'live' },
      ...{ offerSeconds: 20, targetSeconds: 60 },
    },
  })
  const parts = [gone, kept].flatMap((department) => (department ? [{ id: department.id }] : []))
  const { token, email } = await acme.invited(by, { departments: parts, queueIds: [queue.id] })
  await house.db
    .deleteFrom('departments')
    .where('id', '=', gone?.id ?? '')
    .execute()
  await house.db.updateTable('queues').set({ isActive: false }).where('id', '=', queue.id).execute()

  await house.anyone.call(invitations.accept, acceptance(token))
  const person = (await by.call(users.list)).find((one) => one.email === email)
  expect(person).toMatchObject({ departments: [{ id: kept?.id }], queues: [] })
  const told = await by.call(notifications.list)
  const lost = told.find(({ kind }) => kind === 'invitation_lost_parts')
  expect(lost?.data['lost']).toBe('Returns, Old line')
})

test('NX-21: whoever sends it again is the inviter from then on', async () => {
  const [first, second] = [await acme.inviter(), await acme.inviter()]
  const { invitation, email } = await acme.invited(first)
  await second.call(invitations.resend, { params: { id: invitation.id } })
  await house.anyone.call(invitations.accept, acceptance(await tokenFor(house, email, 2)))
  expect(await first.call(notifications.list)).toEqual([])
  expect(await second.call(notifications.list)).toHaveLength(1)
})
