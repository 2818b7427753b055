import { describe, expect, test } from 'vitest'
import { departments } from '#contract/departments.ts'
import { fieldKey } from '#contract/fields.ts'
import { invitations } from '#contract/invitations.ts'
import type { BuiltInRole } from '#contract/permissions.ts'
import { queues } from '#contract/queues.ts'
import { session } from '#contract/session.ts'
import { users } from '#contract/users.ts'
import { openHouse, PASSWORD, type Person } from '../../testing/house.ts'
import { acceptance, type Offer, openInviting } from '../../testing/inviting.ts'

const house = openHouse()
const acme = openInviting(house)

describe('what may not be offered', () => {
  const refused = async (by: Person, more: Offer) => {
    const { status, body } = await by.try(invitations.create, { body: acme.wanted(more) })
    return { status, code: body.error?.code, field: body.error?.field }
  }

  const unanswered = async (by: Person, more: Offer) => {
    const { results } = await by.call(invitations.create, { body: acme.wanted(more) })
    expect(results[0]?.invitation).toBeNull()
    return results[0]?.refusal
  }
  const roleAt = (role: BuiltInRole, id = acme.organisationId) =>
    fieldKey.grant(acme.roleId(role), { kind: 'account', id })

  test('NX-1: an agent, a supervisor and a viewer invite nobody', async () => {
    for (const role of ['agent', 'supervisor', 'viewer'] as const) {
      const by = await acme.inviter(role)
      expect(await refused(by, {})).toMatchObject({ status: 403, code: 'forbidden' })
      expect((await by.try(invitations.list)).status).toBe(403)
    }
  })

  test('NX-8: nobody offers more than they have', async () => {
    const manager = await acme.inviter('manager')
    expect(await refused(manager, { roleId: acme.roleId('administrator') })).toEqual({
      ...{ status: 403, code: 'forbidden', field: roleAt('administrator') },
    })
    expect(
      (
        await manager.try(invitations.create, {
          body: acme.wanted({ roleId: acme.roleId('tester') }),
        })
      ).status,
    ).toBe(200)
  })

  test('GB-5, AC-4: what belongs to another organisation answers like what does not exist', async () => {
    const other = await house.organisation('Other')
    const their = await house.person({ organisationId: other.id, role: 'administrator' })
    const department = await their.call(departments.create, {
      body: { accountId: other.id, name: 'Theirs' },
    })
    const queue = await their.call(queues.create, {
      body: {
        ...{ accountId: other.id, name: 'Theirs', kind: 'live' },
        ...{ offerSeconds: 20, targetSeconds: 60 },
      },
    })
    const [theirRole] = await their.call(users.roles)
    const nothing = '00000000-0000-4000-8000-000000000000'
    const bytes = async (more: Offer) => {
      const { status, body } = await acme.admin.try(invitations.create, { body: acme.wanted(more) })
      const said = JSON.stringify([status, { ...body.error, requestId: undefined }])
      // The id that was asked for is said back, whatever it is of.
      return said.replace(/(role|department|queue|grant):[0-9a-f-]{36}/, '$1')
    }
    const pairs: [Offer, Offer][] = [
      [{ accountId: other.id }, { accountId: nothing }],
      [{ roleId: theirRole?.id ?? '' }, { roleId: nothing }],
      [{ departments: [{ id: department.id }] }, { departments: [{ id: nothing }] }],
      [{ queueIds: [queue.id] }, { queueIds: [nothing] }],
    ]
    for (const [foreign, unknown] of pairs) {
      expect(await bytes(foreign)).toContain('not_found')
      expect(await bytes(foreign)).toBe(await bytes(unknown))
    }
    const { invitation } = await acme.invited(await acme.inviter())
    for (const endpoint of [invitations.resend, invitations.revoke]) {
      const answer = await their.try(endpoint, { params: { id: invitation.id } })
      expect(answer).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } })
    }
    expect(await their.call(invitations.list)).toEqual([])
  })

  test('GB-5: a manager of one account reaches neither the one beside it nor the one above', async () => {
    const [north, south] = await Promise.all([
      house.account(acme.organisationId, 'North'),
      house.account(acme.organisationId, 'South'),
    ])
    const by = await acme.inviter('manager', north)
    expect(
      (await by.try(invitations.create, { body: acme.wanted({ accountId: north }) })).status,
    ).toBe(200)
    expect(await refused(by, { accountId: south })).toMatchObject({ code: 'not_found' })
    expect(await refused(by, {})).toMatchObject({ code: 'not_found' })
    const inSouth = await acme.admin.call(departments.create, {
      body: { accountId: south, name: 'South sales' },
    })
    const parts = { accountId: north, departments: [{ id: inSouth.id }] }
    const field = fieldKey.department(inSouth.id)
    expect(await refused(by, parts)).toMatchObject({ code: 'not_found', field })
    expect(await refused(acme.admin, parts)).toMatchObject({ code: 'not_found', field })
    expect(await by.call(invitations.list)).toHaveLength(1)
  })

  test.each<[string, Offer, string]>([
    ['a blank name', { firstName: '   ' }, 'firstName'],
    ['a name that turns the text around', { lastName: '\u202egpj.exe' }, 'lastName'],
  ])('NX-5, NX-6: %s', async (_, more, field) => {
    expect(await refused(acme.admin, more)).toEqual({ status: 400, code: 'invalid', field })
  })

  test.each([
    ['no address', 'ann@example'],
    ['two addresses', 'a@b.co,c@evil.co'],
    ['a header', 'a@b.co\r\nBcc: x@evil.co'],
  ])('NX-5: %s', async (_, email) => {
    expect(await unanswered(acme.admin, { email })).toMatchObject({ code: 'invalid' })
  })

  test('a queue for somebody who answers no chats', async () => {
    const queue = await acme.admin.call(queues.create, {
      body: {
        ...{ accountId: acme.organisationId, name: 'Any', kind: 'live' },
        ...{ offerSeconds: 20, targetSeconds: 60 },
      },
    })
    const more = { roleId: acme.roleId('viewer'), queueIds: [queue.id] }
    expect(await refused(acme.admin, more)).toMatchObject({
      ...{ code: 'invalid', field: fieldKey.queue(queue.id) },
    })
  })

  test('NX-5: an address that is invited already, in any case, or belongs to a member already', async () => {
    const by = await acme.inviter()
    const { email, invitation } = await acme.invited(by)
    const upper = email.toUpperCase().replace('EXAMPLE.ORG', 'example.org')
    expect(await unanswered(by, { email: upper })).toMatchObject({
      ...{ code: 'already_invited', openId: invitation.id },
    })
    expect(await unanswered(by, { email: acme.admin.email })).toEqual({
      ...{ code: 'already_member', openId: null, retryAfter: null },
    })
  })

  test('INV-6: whether an address is known elsewhere shows in no answer', async () => {
    const other = await house.organisation()
    const stranger = await house.person({ organisationId: other.id, role: 'agent' })
    const by = await acme.inviter()
    const fresh = await acme.invite(by)
    const known = await acme.invite(by, { email: stranger.email })
    const same = (one: typeof fresh) => ({
      ...one,
      id: '',
      email: '',
      createdAt: '',
      expiresAt: '',
    })
    expect(same(known)).toEqual(same(fresh))
  })
})

describe('what the invited may not do', () => {
  test.each([
    ['is too short', 'Kq7#short', 'minLength'],
    ['everybody uses', 'password1234', 'common'],
    ['is their address with a number', 'newcomer2026', 'personal'],
  ])('W-10: a password that %s is refused, and the link still holds', async (_, password, rule) => {
    const { token } = await acme.invited(await acme.inviter())
    const answer = await house.anyone.try(invitations.accept, acceptance(token, { password }))
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'weak_password' } } })
    expect(answer.body.error.problems).toContain(rule)
    expect((await house.anyone.try(invitations.accept, acceptance(token))).status).toBe(200)
  })

  test('K8: the account decides what passwords must be, and so does the one above it', async () => {
    const north = await house.account(acme.organisationId, 'Latin north')
    const policy = { minLength: 12, maxLength: 128, charset: 'latin', history: 0, expiryDays: 0 }
    const rest = { upper: false, lower: false, digit: false, special: false, blocksCommon: true }
    await house.db
      .updateTable('accounts')
      .set({ passwordPolicy: JSON.stringify({ ...policy, ...rest }) })
      .where('id', '=', north)
      .execute()
    const below = await house.account(acme.organisationId, 'Below north', north)
    const { token } = await acme.invited(await acme.inviter(), { accountId: below })
    const password = 'blauwe kätel op de plank'
    const answer = await house.anyone.try(invitations.accept, acceptance(token, { password }))
    expect(answer.body.error.problems).toEqual(['charset'])
  })

  test('INV-4, NX-24: somebody who has a login keeps it, and joins with it alone', async () => {
    const other = await house.organisation('Elsewhere')
    const known = await house.person({ organisationId: other.id, role: 'agent' })
    const { token } = await acme.invited(await acme.inviter(), { email: known.email })
    const card = await house.anyone.call(invitations.look, { body: { token } })
    expect(card.hasLogin).toBe(true)
    const taken = await house.anyone.try(invitations.accept, acceptance(token))
    expect(taken).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } })
    const strange = await acme.admin.try(invitations.join, { body: { token } })
    expect(strange).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } })
    expect((await house.anyone.try(invitations.join, { body: { token } })).status).toBe(401)

    await known.call(invitations.join, { body: { token } })
    const me = await known.call(session.me)
    expect(me.organisationId).toBe(acme.organisationId)
    expect(me.organisations.map(({ name }) => name).sort()).toEqual(['Acme', 'Elsewhere'])
    await house.anyone.call(session.signIn, { body: { login: known.email, password: PASSWORD } })
    const again = await known.try(invitations.join, { body: { token } })
    expect(again.body.error.code).toBe('invitation_used')
  })
})
