// Supervisors who manage the people of a group or a department, and of nothing else.
import { beforeAll, expect, test } from 'vitest'
import { type Fields, fieldKey } from '#contract/fields.ts'
import { invitationDrafts } from '#contract/invitation-drafts.ts'
import { invitations } from '#contract/invitations.ts'
import { people } from '#contract/people.ts'
import { scope } from '#contract/scopes.ts'
import { users } from '#contract/users.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { openHouse, type Person } from '../../testing/house.ts'
import { acceptance, openInviting, tokenFor } from '../../testing/inviting.ts'
import { grant, openGroup } from '../../testing/lifecycle.ts'

const house = openHouse()
const acme = openInviting(house)

interface Team {
  supervisor: Person
  groupId: string
  departmentId: string
}
let one: Team
let two: Team

/** A supervisor who holds everything at their own group alone. */
async function openTeam(): Promise<Team> {
  const { organisationId } = acme
  const supervisor = await house.person({ organisationId, role: 'viewer' })
  const at = { organisationId, accountId: organisationId, supervisorId: supervisor.userId }
  const { groupId, departmentId } = await openGroup(house.db, at)
  await house.db.deleteFrom('grants').where('userId', '=', supervisor.userId).execute()
  for (const role of ['supervisor', 'people_manager'] as const)
    await grant(house.db, supervisor, role, { group_id: groupId })
  return { supervisor, groupId, departmentId }
}

beforeAll(async () => {
  one = await openTeam()
  two = await openTeam()
})

const agentIn = (groupId: string): Fields => ({
  supervisorGroupId: groupId,
  [fieldKey.grant(acme.roleId('agent'), { kind: 'group', id: groupId })]: true,
})
const send = (by: Person, set: Fields, email: string) =>
  by.try(invitations.create, {
    body: { accountId: acme.organisationId, emails: [email], set },
  })

test('SW-1, SW-12: a supervisor who manages the people of a group invites into it, and sees it at once', async () => {
  const { supervisor, groupId, departmentId } = one
  const page = await supervisor.live()
  await page.watch(scope.team(groupId))
  const email = 'agent.of.one@example.org'
  const { status, body } = await send(supervisor, agentIn(groupId), email)
  expect(status).toBe(200)
  const id = body.results[0]?.invitation?.id ?? ''
  await page.until(() => page.replica.get('invitation', id)?.state === 'sent')
  expect((await supervisor.call(invitations.list)).map((row) => row.id)).toEqual([id])
  await supervisor.call(invitations.resend, { params: { id } })
  const token = await tokenFor(house, email, 2)
  await house.anyone.call(invitations.accept, acceptance(token))
  const person = await page.until((replica) =>
    replica.all('person').find((row) => row.email === email),
  )
  const record = await supervisor.call(people.record, { params: { id: person.id } })
  expect(record).toMatchObject({ primaryDepartmentId: departmentId, isOperator: true })
  await expectSync(page, supervisor, scope.team(groupId))
})

test('SW-1: the supervisor of group 1 reaches group 2 by no door', async () => {
  const { supervisor } = one
  const theirs = await send(two.supervisor, agentIn(two.groupId), 'agent.of.two@example.org')
  const id = theirs.body.results[0]?.invitation?.id ?? ''
  const own = agentIn(one.groupId)
  const strays: Fields[] = [
    agentIn(two.groupId),
    { ...own, [fieldKey.department(two.departmentId)]: { position: null } },
    {
      ...own,
      ...{ [fieldKey.grant(acme.roleId('agent'), { kind: 'group', id: two.groupId })]: true },
    },
    { [fieldKey.grant(acme.roleId('agent'), { kind: 'account', id: acme.organisationId })]: true },
    { ...own, [fieldKey.grant(acme.roleId('manager'), { kind: 'group', id: one.groupId })]: true },
  ]
  for (const set of strays) {
    const { status } = await send(supervisor, set, 'stray@example.org')
    expect([403, 404]).toContain(status)
    const draft = { accountId: acme.organisationId, emails: [], set, step: 1 }
    const isElsewhere = JSON.stringify(set).includes(two.departmentId) || set === strays[0]
    if (isElsewhere)
      expect((await supervisor.try(invitationDrafts.save, { body: draft })).status).toBe(403)
  }
  expect((await supervisor.call(invitations.list)).some((row) => row.id === id)).toBe(false)
  const params = { id }
  for (const endpoint of [invitations.resend, invitations.revoke])
    expect((await supervisor.try(endpoint, { params })).status).toBe(404)
  expect((await supervisor.try(invitations.link, { params })).status).toBe(404)
  const acts = await supervisor.call(invitationDrafts.acts, { body: { act: 'revoke', ids: [id] } })
  expect(acts.results[0]?.refusal).toBe('not_found')
  const body = { accountId: acme.organisationId, emails: ['agent.of.two@example.org'] }
  const checked = await supervisor.call(invitations.check, { body })
  expect(checked.results[0]?.refusal).toMatchObject({ code: 'already_invited', openId: null })
  expect(
    (await supervisor.call(users.list)).every(
      ({ supervisorGroupId }) => supervisorGroupId === one.groupId,
    ),
  ).toBe(true)
})

test('SW-1: whoever manages the account sees what its supervisors invite; a draft without a group is its author’s', async () => {
  const draft = await one.supervisor.call(invitationDrafts.save, {
    body: { accountId: acme.organisationId, emails: [], set: {}, step: 1 },
  })
  const page = await one.supervisor.live()
  await page.watch(scope.user(one.supervisor.userId))
  expect(page.replica.get('invitation', draft.id)?.state).toBe('draft')
  const seen = (await acme.admin.call(invitations.list)).map(({ inviterId }) => inviterId)
  expect(seen).toContain(one.supervisor.userId)
  expect(seen).toContain(two.supervisor.userId)
  expect((await two.supervisor.call(invitations.list)).some(({ id }) => id === draft.id)).toBe(
    false,
  )
  await one.supervisor.call(invitationDrafts.acts, { body: { act: 'discard', ids: [draft.id] } })
  await page.until(() => page.replica.get('invitation', draft.id) === undefined)
})

test('INV-1, SW-12: when the right is taken away, what was sent with it gives nothing any more', async () => {
  const team = await openTeam()
  const email = 'late.of.team@example.org'
  await send(team.supervisor, agentIn(team.groupId), email)
  const token = await tokenFor(house, email)
  await house.db
    .deleteFrom('grants')
    .where('userId', '=', team.supervisor.userId)
    .where('roleId', '=', acme.roleId('people_manager'))
    .execute()
  expect((await send(team.supervisor, agentIn(team.groupId), 'x@example.org')).status).toBe(403)
  const answer = await house.anyone.try(invitations.accept, acceptance(token))
  expect(answer.body.error.code).toBe('invitation_revoked')
})
