// Several addresses at once, and what is done with what went out.
import { describe, expect, test } from 'vitest'
import { invitationDrafts } from '#contract/invitation-drafts.ts'
import { type Invited, invitations } from '#contract/invitations.ts'
import { mailbox } from '#contract/mailbox.ts'
import { notifications } from '#contract/notifications.ts'
import { scope } from '#contract/scopes.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { openHouse } from '../../testing/house.ts'
import { acceptance, mailTo, openInviting, tokenFor } from '../../testing/inviting.ts'

const house = openHouse()
const acme = openInviting(house)

const codesOf = ({ results }: Invited) => results.map(({ refusal }) => refusal?.code ?? null)

test('GB-7, GB-11, LA-8: three addresses pasted are three invitations and mails; a bad one among them is reported', async () => {
  const by = await acme.inviter()
  const page = await by.live()
  await page.watch(scope.people(acme.organisationId))
  const emails = ['one.of.3@example.org', ' two.of.3@example.org ', 'three.of.3@example.org']
  const body = {
    ...acme.wanted(),
    emails: [...emails, 'four@example', by.email, 'ONE.of.3@example.org'],
  }
  const invited = await by.call(invitations.create, { body })
  expect(codesOf(invited)).toEqual([
    null,
    null,
    null,
    'invalid',
    'already_member',
    'already_invited',
  ])
  const ids = invited.results.flatMap(({ invitation }) => invitation?.id ?? [])
  expect(new Set(ids).size).toBe(3)
  expect(invited.results[5]?.refusal?.openId).toBe(ids[0])
  // What a page needs to go on: whom, where, and what to open next.
  expect(invited.results[1]).toMatchObject({
    email: emails[1],
    invitation: { email: 'two.of.3@example.org', state: 'queued', roles: [{ key: 'agent' }] },
  })
  for (const email of emails) await mailTo(house, email.trim())
  await page.until(() => ids.every((id) => page.replica.get('invitation', id)?.state === 'sent'))
  await expectSync(page, by, scope.people(acme.organisationId))
})

test('GB-7: names are for one address', async () => {
  const body = {
    ...acme.wanted({ firstName: 'Bo' }),
    emails: ['a.n@example.org', 'b.n@example.org'],
  }
  const answer = await acme.admin.try(invitations.create, { body })
  expect(answer).toMatchObject({
    status: 400,
    body: { error: { code: 'invalid', field: 'emails' } },
  })
})

test('NX-5: addresses are checked before anything is sent, and an open one offers to be sent again', async () => {
  const by = await acme.inviter()
  const { invitation, email } = await acme.invited(by)
  const south = await house.account(acme.organisationId, 'Check south')
  const check = (accountId: string, emails: string[]) =>
    by.call(invitations.check, { body: { accountId, emails } })
  const emails = ['fresh@example.org', 'no.address', email.toUpperCase(), by.email]
  const checked = await check(acme.organisationId, emails)
  expect(codesOf(checked)).toEqual([null, 'invalid', 'already_invited', 'already_member'])
  expect(checked.results[2]?.refusal?.openId).toBe(invitation.id)
  // Elsewhere in the house it is as if nobody knew them.
  expect(codesOf(await check(south, emails))).toEqual([null, 'invalid', null, null])
  const manager = await acme.inviter('manager', south)
  const body = { accountId: acme.organisationId, emails }
  expect((await manager.try(invitations.check, { body })).status).toBe(404)
})

test('W-7: one mail, in the language of the one who is invited', async () => {
  const { email, language } = await acme.invite(acme.admin, { language: 'nl', firstName: 'Bo' })
  expect(language).toBe('nl')
  const mail = await mailTo(house, email)
  expect(mail.subject).toMatch(/nodigt u uit voor Acme$/)
  expect(mail.html).toContain('<html lang="nl">')
  expect(mail.text).toContain('Hallo Bo,')
  await new Promise((resolve) => setTimeout(resolve, 1_200))
  const mails = await house.anyone.call(mailbox.list)
  expect(mails.filter(({ toEmail }) => toEmail === email)).toHaveLength(1)
})

describe('GB-13, MS-12: an invitation that is out', () => {
  test('goes to another address, and the first link dies; whoever sends it on is the inviter', async () => {
    const [first, second] = [await acme.inviter(), await acme.inviter()]
    const { invitation, token } = await acme.invited(first)
    const params = { id: invitation.id }
    const email = 'readdressed@example.org'
    const moved = await second.call(invitations.readdress, { params, body: { email } })
    expect(moved).toMatchObject({ id: invitation.id, email, state: 'queued' })
    expect(moved.inviterId).toBe(second.userId)
    const old = await house.anyone.try(invitations.look, { body: { token } })
    expect(old.body.error.code).toBe('not_found')
    await house.anyone.call(invitations.accept, acceptance(await tokenFor(house, email)))
    expect(await first.call(notifications.list)).toEqual([])
    expect(await second.call(notifications.list)).toHaveLength(1)
    const { rows } = await house.app.database.pool.query(
      `select before ->> 'email' as before, after ->> 'email' as after from audit_log
        where action = 'invitation.readdress' and subject_id = $1`,
      [invitation.id],
    )
    expect(rows).toEqual([{ before: invitation.email, after: email }])
  })

  test.each([
    ['no address', () => 'nobody', 400, 'invalid'],
    ['a member’s', () => acme.admin.email, 409, 'already_member'],
  ])('does not go to %s', async (_, email, status, code) => {
    const { id } = await acme.invite(await acme.inviter())
    const body = { email: email() }
    const answer = await acme.admin.try(invitations.readdress, { params: { id }, body })
    expect(answer).toMatchObject({ status, body: { error: { code, field: 'email' } } })
  })

  test('is handed over as a link, the same that was mailed; not by one who could not give as much', async () => {
    const { invitation, token } = await acme.invited(acme.admin, {
      roleId: acme.roleId('administrator'),
    })
    const params = { id: invitation.id }
    const { link } = await acme.admin.call(invitations.link, { params })
    expect(link).toBe(`${new URL(link).origin}/invitation#t=${token}`)
    const manager = await acme.inviter('manager')
    const email = manager.email.replace('@', '.own@')
    const answers = [
      await manager.try(invitations.link, { params }),
      await manager.try(invitations.resend, { params }),
      await manager.try(invitations.readdress, { params, body: { email } }),
    ]
    expect(answers.map(({ body }) => body.error.code)).toEqual(Array(3).fill('forbidden'))
    const { rows } = await house.app.database.pool.query(
      `select after::text as line from audit_log where action = 'invitation.copy_link'`,
    )
    expect(rows).toHaveLength(1)
    expect(JSON.stringify(rows)).not.toContain(token)
    await acme.admin.call(invitations.revoke, { params })
    const gone = await acme.admin.try(invitations.link, { params })
    expect(gone.body.error.code).toBe('invitation_revoked')
  })

  test('holds for as many hours as were said, also when it is sent again', async () => {
    const { id, expiresAt } = await acme.invite(acme.admin, { hours: 5 })
    const hoursOf = (instant: string | null) =>
      Math.round((Date.parse(instant ?? '') - Date.now()) / 3_600_000)
    expect(hoursOf(expiresAt)).toBe(5)
    const again = await acme.admin.call(invitations.resend, { params: { id } })
    expect([again.hours, hoursOf(again.expiresAt)]).toEqual([5, 5])
    for (const hours of [0, 721, 1.5]) {
      const answer = await acme.admin.try(invitations.create, { body: acme.wanted({ hours }) })
      expect(answer.status).toBe(400)
    }
  })

  test('is sent again or withdrawn with others: what could not be done is said of each', async () => {
    const by = await acme.inviter()
    const open = await acme.invite(by)
    const { invitation: used, token } = await acme.invited(by)
    await house.anyone.call(invitations.accept, acceptance(token))
    const draft = await by.call(invitationDrafts.save, {
      body: { accountId: acme.organisationId, emails: [], set: {}, step: 1 },
    })
    const ids = [open.id, used.id, draft.id, crypto.randomUUID()]
    const acts = async (act: 'resend' | 'revoke' | 'discard') => {
      const { results } = await by.call(invitationDrafts.acts, { body: { act, ids } })
      expect(results.map(({ id }) => id)).toEqual(ids)
      return results.map(({ refusal }) => refusal)
    }
    const over = ['invitation_used', 'wrong_status', 'not_found']
    expect(await acts('resend')).toEqual([null, ...over])
    expect(await acts('revoke')).toEqual([null, ...over])
    expect(await acts('discard')).toEqual(['wrong_status', 'wrong_status', null, 'not_found'])
  })
})
