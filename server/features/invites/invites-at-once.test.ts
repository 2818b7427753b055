import { describe, expect, test } from 'vitest'
import { invitations } from '#contract/invitations.ts'
import { mailbox } from '#contract/mailbox.ts'
import { users } from '#contract/users.ts'
import { openHouse } from '../../testing/house.ts'
import { acceptance, mailTo, openInviting } from '../../testing/inviting.ts'

const house = openHouse()
const acme = openInviting(house)

describe('at the same moment', () => {
  test('AUTH-14: fifty who accept are one colleague', async () => {
    const { token, email } = await acme.invited(await acme.inviter())
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => house.anyone.try(invitations.accept, acceptance(token))),
    )
    const won = answers.filter(({ status }) => status === 200)
    expect(won).toHaveLength(1)
    for (const { status, body } of answers)
      if (status !== 200)
        expect(['invitation_used', 'forbidden', 'busy']).toContain(body.error.code)
    const people = await acme.admin.call(users.list)
    expect(people.filter((person) => person.email === email)).toHaveLength(1)
    const { rows } = await house.app.database.pool.query(
      `select count(*) from audit_log where action = 'invitation.accept' and after ->> 'email' = $1`,
      [email],
    )
    expect(rows).toEqual([{ count: 1 }])
  })

  test('E14: fifty who invite one address are one invitation and one mail', async () => {
    const body = acme.wanted()
    const [email = ''] = body.emails
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => acme.admin.try(invitations.create, { body })),
    )
    const codes = answers.map(({ status, body }) =>
      status === 200 ? body.results[0]?.refusal?.code : body.error.code,
    )
    expect(codes.filter((code) => code === undefined)).toHaveLength(1)
    for (const code of codes) expect([undefined, 'already_invited', 'busy']).toContain(code)
    await mailTo(house, email)
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    const mails = await house.anyone.call(mailbox.list)
    expect(mails.filter((mail) => mail.toEmail === email)).toHaveLength(1)
  })

  test('an acceptance and a withdrawal are one or the other', async () => {
    const by = await acme.inviter()
    const { token, invitation } = await acme.invited(by)
    const [accepted, revoked] = await Promise.all([
      house.anyone.try(invitations.accept, acceptance(token)),
      by.try(invitations.revoke, { params: { id: invitation.id } }),
    ])
    expect([accepted.status, revoked.status].sort()).toEqual([200, 410])
  })
})

describe('how often', () => {
  test('INV-7: one address gets three mails a day, however they are asked for', async () => {
    const by = await acme.inviter()
    const { invitation } = await acme.invited(by)
    const params = { id: invitation.id }
    await by.call(invitations.resend, { params })
    await by.call(invitations.resend, { params })
    const answer = await by.try(invitations.resend, { params })
    expect(answer).toMatchObject({ status: 429, body: { error: { code: 'too_many' } } })
    expect(answer.body.error.retryAfter).toBeGreaterThan(86_000)
  })

  test('INV-7: one inviter sends thirty an hour', async () => {
    const by = await acme.inviter()
    for (let i = 0; i < 30; i++) await acme.invite(by)
    const { results } = await by.call(invitations.create, { body: acme.wanted() })
    expect(results[0]).toMatchObject({ invitation: null, refusal: { code: 'too_many' } })
    expect(results[0]?.refusal?.retryAfter).toBeGreaterThan(3_000)
  })
})
