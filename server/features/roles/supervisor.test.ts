import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { departments } from '#contract/departments.ts'
import { type Fields, fieldKey } from '#contract/fields.ts'
import { groups } from '#contract/groups.ts'
import { history } from '#contract/history.ts'
import { people } from '#contract/people.ts'
import type { BuiltInRole } from '#contract/permissions.ts'
import { routing } from '#contract/routing.ts'
import { scope } from '#contract/scopes.ts'
import { personSecurity } from '#contract/security.ts'
import { users } from '#contract/users.ts'
import type { LiveClient } from '../../client/live.ts'
import { openHouse, type Person } from '../../testing/house.ts'

const house = openHouse()
let organisationId: string
let admin: Person
let supervisor: Person
let page: LiveClient
let groupId: string
/** Of the supervisor's group, and of nobody's. */
let own: Person
let other: Person
const roleIds = new Map<string, string>()

beforeAll(async () => {
  organisationId = (await house.organisation('Acme')).id
  const at = { organisationId, accountId: await house.account(organisationId, 'North') }
  admin = await house.person({ ...at, accountId: organisationId, role: 'administrator' })
  supervisor = await house.person({ ...at, role: 'supervisor' })
  own = await house.person({ ...at, role: 'agent' })
  other = await house.person({ ...at, role: 'agent' })
  const department = await admin.call(departments.create, {
    body: { accountId: at.accountId, name: 'Care' },
  })
  const group = await admin.call(groups.create, {
    body: { departmentId: department.id, name: 'Early', supervisorUserId: supervisor.userId },
  })
  groupId = group.id
  await put(own, { supervisorGroupId: groupId })
  for (const { key, id } of await admin.call(users.roles)) roleIds.set(key, id)
  page = await supervisor.live()
})

const put = (person: Person, set: Fields) =>
  admin.call(people.change, { params: { id: person.membershipId }, body: { set, base: versions } })
/** What this file has set of the supervisor so far, by field. */
const versions: Record<string, number> = {}

async function allow(role: BuiltInRole, value: true | null): Promise<void> {
  const key = fieldKey.grant(roleIds.get(role) ?? '', { kind: 'group', id: groupId })
  await put(supervisor, { [key]: value })
  versions[key] = (versions[key] ?? 0) + 1
}

const byId = ({ membershipId }: Person) => ({ params: { id: membershipId } })
const status = async (answer: Promise<{ status: number }>) => (await answer).status
const rename = (person: Person, alias: string) =>
  supervisor.try(people.change, { ...byId(person), body: { set: { alias }, base: {} } })

describe('a supervisor, as far as an administrator allows', () => {
  test('SW-2, SW-12: manages the people of their own group within a second, and no others', async () => {
    const team = scope.team(groupId)
    expect(page.scopes).not.toContain(team)
    expect(await status(supervisor.try(users.get, byId(own)))).toBe(403)
    expect(await status(rename(own, 'Early bird'))).toBeGreaterThanOrEqual(403)
    const granted = page.until(() => page.scopes.includes(team), 1_000)
    await allow('people_manager', true)
    await granted
    await page.watch(team)
    expect(page.replica.all('person').map(({ id }) => id)).toEqual([own.membershipId])
    expect(await status(supervisor.try(people.record, byId(own)))).toBe(200)
    expect(await status(rename(own, 'Early bird'))).toBe(200)
    await page.until((replica) => replica.get('person', own.membershipId)?.version)
    expect(await status(supervisor.try(people.record, byId(other)))).toBe(404)
    expect(await status(rename(other, 'Not mine'))).toBe(404)
    const taken = page.until(() => !page.scopes.includes(team), 1_000)
    await allow('people_manager', null)
    await taken
    expect(page.replica.all('person')).toEqual([])
    expect(await status(supervisor.try(people.record, byId(own)))).toBe(403)
    expect(await status(rename(own, 'Late'))).toBeGreaterThanOrEqual(403)
  })

  test('SW-11: hands threads of History on', async () => {
    const ask = () =>
      supervisor.try(history.transfer, {
        params: { id: randomUUID() },
        body: { queueId: randomUUID() },
      })
    expect(await status(ask())).toBe(403)
    await allow('history_transfer', true)
    // Let in: there is no such thread.
    expect(await status(ask())).toBe(404)
    await allow('history_transfer', null)
    expect(await status(ask())).toBe(403)
  })

  test('SW-13: sets the limits of their own agents, and sees and ends where they are signed in', async () => {
    const limit = (person: Person, wanted: number, version: number) =>
      supervisor.try(routing.setLimit, {
        params: { id: person.userId },
        body: { kind: 'live', limit: wanted, version },
      })
    const sessions = (person: Person) => supervisor.try(personSecurity.sessions, byId(person))
    expect(await status(sessions(own))).toBe(403)
    await allow('session_manager', true)
    expect(await status(limit(own, 2, 1))).toBe(200)
    const listed = await sessions(own)
    expect(listed.status).toBe(200)
    expect(listed.body).toHaveLength(1)
    expect(await status(sessions(other))).toBe(404)
    expect(await status(supervisor.try(personSecurity.endSessions, byId(own)))).toBe(200)
    expect(await status(own.try(users.setLanguage, { body: { language: 'nl' } }))).toBe(401)
    expect(await status(other.try(users.setLanguage, { body: { language: 'nl' } }))).toBe(200)
    await allow('session_manager', null)
    expect(await status(sessions(own))).toBe(403)
  })
})
