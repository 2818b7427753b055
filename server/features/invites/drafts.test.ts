import { describe, expect, test } from 'vitest'
import { fieldKey } from '#contract/fields.ts'
import { type Draft, invitationDrafts } from '#contract/invitation-drafts.ts'
import { type Invitation, invitations } from '#contract/invitations.ts'
import { scope } from '#contract/scopes.ts'
import { users } from '#contract/users.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { openHouse, type Person } from '../../testing/house.ts'
import { acceptance, openInviting, tokenFor } from '../../testing/inviting.ts'
import { act } from '../../testing/lifecycle.ts'

const house = openHouse()
const acme = openInviting(house)

const draftOf = (more: Partial<Draft> = {}): Draft => ({
  ...{ accountId: acme.organisationId, emails: [], set: {}, step: 1 },
  ...more,
})
const agentAt = (id: string) => fieldKey.grant(acme.roleId('agent'), { kind: 'account', id })
const find = async (by: Person, id: string) =>
  (await by.call(invitations.list)).find((one) => one.id === id)

test('NX-4: closing the tab keeps the draft, half filled in as it is, and it is sent from where it stood', async () => {
  const by = await acme.inviter()
  const page = await by.live()
  const watched = [scope.people(acme.organisationId), scope.user(by.userId)]
  await page.watch(...watched)
  const first = await by.call(invitationDrafts.save, {
    body: draftOf({ emails: ['half typed@'], firstName: 'B', set: { displayName: '' } }),
  })
  expect(first).toMatchObject({ state: 'draft', expiresAt: null, email: 'half typed@' })
  const set = { displayName: 'Bo', [agentAt(acme.organisationId)]: true as const }
  const wanted = draftOf({ emails: ['bo.draft@example.org'], firstName: 'Bo', set, step: 3 })
  const params = { id: first.id }
  const kept = await by.call(invitationDrafts.change, {
    params,
    body: { ...wanted, version: first.version },
  })

  const again = await find(by, first.id)
  expect(again).toEqual(kept)
  expect(again).toMatchObject({
    ...{ firstName: 'Bo', set, draft: { emails: ['bo.draft@example.org'], step: 3 } },
    roles: [{ key: 'agent', at: acme.organisationId }],
  })
  const late = await by.try(invitationDrafts.change, {
    params,
    body: { ...wanted, version: first.version },
  })
  expect(late.body.error.code).toBe('stale')

  const { results } = await by.call(invitations.create, {
    body: { accountId: acme.organisationId, emails: wanted.emails, set, draftId: first.id },
  })
  expect(results[0]?.invitation).toMatchObject({ id: first.id, state: 'queued', draft: null })
  await page.until(() => page.replica.get('invitation', first.id)?.state === 'sent')
  await house.anyone.call(
    invitations.accept,
    acceptance(await tokenFor(house, 'bo.draft@example.org')),
  )
  await page.until(() => page.replica.get('invitation', first.id)?.state === 'accepted')
  await expectSync(page, by, ...watched)
})

test('NX-4: a draft of several addresses becomes one invitation each; of none that could be sent it stays', async () => {
  const by = await acme.inviter()
  const set = { [agentAt(acme.organisationId)]: true as const }
  const send = (draftId: string, emails: string[]) =>
    by.call(invitations.create, { body: { accountId: acme.organisationId, emails, set, draftId } })
  const { id } = await by.call(invitationDrafts.save, { body: draftOf({ set }) })
  const none = await send(id, [by.email, 'nobody'])
  expect(none.results.map(({ refusal }) => refusal?.code)).toEqual(['already_member', 'invalid'])
  expect(await find(by, id)).toMatchObject({ state: 'draft' })
  const { results } = await send(id, [by.email, 'one.d@example.org', 'two.d@example.org'])
  expect(results.map(({ invitation }) => invitation?.state)).toEqual([
    undefined,
    'queued',
    'queued',
  ])
  expect(results[1]?.invitation?.id).toBe(id)
  const used = await by.try(invitations.create, {
    body: { accountId: acme.organisationId, emails: ['three.d@example.org'], set, draftId: id },
  })
  expect(used.body.error.code).toBe('wrong_status')
})

describe('a draft', () => {
  test('NX-4: is its author’s and other managers’, and nobody else’s; thrown away it is gone from every screen', async () => {
    const north = await house.account(acme.organisationId, 'Drafts north')
    const [author, other] = [
      await acme.inviter('manager', north),
      await acme.inviter('manager', north),
    ]
    const stranger = await acme.inviter(
      'manager',
      await house.account(acme.organisationId, 'D south'),
    )
    const page = await other.live()
    await page.watch(scope.people(north))
    const { id } = await author.call(invitationDrafts.save, { body: draftOf({ accountId: north }) })
    await page.until(() => page.replica.get('invitation', id))
    expect(await find(stranger, id)).toBeUndefined()
    const body = { ...draftOf({ accountId: north }), version: 1 }
    const tried = await stranger.try(invitationDrafts.change, { params: { id }, body })
    expect(tried.status).toBe(404)
    const acts = { act: 'discard' as const, ids: [id] }
    const no = await stranger.call(invitationDrafts.acts, { body: acts })
    expect(no.results).toEqual([{ id, refusal: 'not_found', retryAfter: null }])
    const yes = await other.call(invitationDrafts.acts, { body: acts })
    expect(yes.results).toEqual([{ id, refusal: null, retryAfter: null }])
    await page.until(() => page.replica.get('invitation', id) === undefined)
    expect(await find(author, id)).toBeUndefined()
  })

  test.each<[string, Partial<Draft>, string]>([
    ['a field that is none', { set: { 'grant:1@account:2': true } }, 'grant:1@account:2'],
    ['a name beside its place', { set: { firstName: 'Bo' } }, 'firstName'],
    ['a group that is no id', { set: { supervisorGroupId: 'x' } }, 'supervisorGroupId'],
  ])('does not keep %s', async (_, more, field) => {
    const answer = await acme.admin.try(invitationDrafts.save, { body: draftOf(more) })
    expect(answer).toMatchObject({ status: 400, body: { error: { code: 'invalid', field } } })
  })

  test('keeps whatever was typed, as far as it can be kept at all', async () => {
    const emails = ['\u0000\ud800 a@b', 'ok@example.org']
    const { draft, set } = await acme.admin.call(invitationDrafts.save, {
      body: draftOf({ emails, set: { displayName: 'a\u0000b' } }),
    })
    expect(draft?.emails).toEqual([' \ufffd a@b', 'ok@example.org'])
    expect(set).toEqual({ displayName: 'a b' })
  })

  test('has no link', async () => {
    const { id } = await acme.admin.call(invitationDrafts.save, { body: draftOf() })
    const params = { id }
    for (const endpoint of [invitations.resend, invitations.revoke])
      expect((await acme.admin.try(endpoint, { params })).body.error.code).toBe('wrong_status')
    expect((await acme.admin.try(invitations.link, { params })).body.error.code).toBe('not_found')
  })
})

test('W-11: every state is reached, and each line says which it is in', async () => {
  const by = await acme.inviter()
  const stateOf = async ({ id }: Pick<Invitation, 'id'>) => (await find(by, id))?.state
  const until = async (one: Invitation, state: Invitation['state']) => {
    await expect.poll(() => stateOf(one), { timeout: 5_000 }).toBe(state)
  }
  const draft = await by.call(invitationDrafts.save, { body: draftOf() })
  expect(await stateOf(draft)).toBe('draft')
  const { invitation, token, email } = await acme.invited(by)
  expect(invitation.state).toBe('queued')
  await until(invitation, 'sent')
  await house.anyone.call(invitations.look, { body: { token } })
  await until(invitation, 'opened')
  const late = await acme.invited(by)
  await house.db
    .updateTable('invitations')
    .set({ expiresAt: new Date(Date.now() - 1_000).toISOString() })
    .where('id', '=', late.invitation.id)
    .execute()
  await acme.invite(by, { email: late.email })
  expect(await stateOf(late.invitation)).toBe('expired')
  const revoked = await by.call(invitations.revoke, {
    params: { id: (await acme.invited(by)).invitation.id },
  })
  expect(revoked.state).toBe('revoked')
  await house.anyone.call(invitations.accept, acceptance(token))
  await until(invitation, 'accepted')

  const line = async () => (await by.call(users.list)).find((one) => one.email === email)
  const person = { membershipId: (await line())?.id ?? '' }
  expect((await find(by, invitation.id))?.membershipId).toBe(person.membershipId)
  expect((await line())?.status).toBe('active')
  for (const [what, status] of [
    ['block', 'blocked'],
    ['unblock', 'active'],
    ['archive', 'archived'],
    ['restore', 'active'],
  ] as const) {
    expect(await act(by, what, person)).toBeNull()
    expect((await line())?.status).toBe(status)
  }
})
