import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { people } from '#contract/people.ts'
import { personSecurity } from '#contract/security.ts'
import { session } from '#contract/session.ts'
import { users } from '#contract/users.ts'
import { CHOSEN, resetTokenFor, signInFrom } from '../../testing/browsers.ts'
import { openHouse, PASSWORD, type Person } from '../../testing/house.ts'

const house = openHouse()
let organisationId: string
let admin: Person
beforeAll(async () => {
  organisationId = (await house.organisation()).id
  admin = await house.person({ organisationId, role: 'administrator' })
})
beforeEach(() => house.db.deleteFrom('throttles').execute())

const newcomer = (role: 'viewer' | 'agent' = 'viewer') => house.person({ organisationId, role })
const of = ({ membershipId }: Person) => ({ params: { id: membershipId } })
const gives = (by: Person, to: Person, mustChange = true) =>
  by.try(personSecurity.setPassword, { ...of(to), body: { password: CHOSEN, mustChange } })
const said = ({ status, body }: Awaited<ReturnType<Person['try']>>) => [status, body.error?.code]

/** A role held at the organisation besides the one that the person has. */
async function hold(person: Person, key: string): Promise<void> {
  const roles = await admin.call(users.roles)
  const roleId = roles.find((role) => role.key === key)?.id ?? ''
  const { userId, membershipId } = person
  const at = { organisationId, accountId: organisationId }
  await house.db
    .insertInto('grants')
    .values({ ...at, userId, membershipId, roleId })
    .execute()
}

/** The user becomes a member of another organisation too. */
async function worksElsewhere({ userId }: Person): Promise<Person> {
  const { id } = await house.organisation()
  const boss = await house.person({ organisationId: id, role: 'administrator' })
  await house.db
    .insertInto('memberships')
    .values({ organisationId: id, accountId: id, userId })
    .execute()
  return boss
}

describe('the password of a person', () => {
  test('LA-22: is given by an administrator, ends their sessions, and is in no log', async () => {
    const person = await newcomer()
    const { status, body } = await gives(admin, person)
    expect(status).toBe(200)
    expect(Date.parse(body.expiresAt ?? '')).toBeGreaterThan(Date.now() + 71 * 3_600_000)
    expect((await person.try(session.me)).status).toBe(401)
    expect((await signInFrom(house, person.email, PASSWORD)).status).toBe(401)
    const record = await admin.call(people.record, of(person))
    expect(record.passwordState).toBe('temporary')
    expect((await signInFrom(house, person.email, CHOSEN)).me.mustChangePassword).toBe(true)
    for (const table of ['auditLog', 'mailOutbox', 'eventLog', 'users'] as const) {
      const rows = await house.db.selectFrom(table).selectAll().execute()
      expect(JSON.stringify(rows)).not.toContain(CHOSEN)
    }
  })

  test('LA-22: may be given to keep', async () => {
    const person = await newcomer()
    expect((await gives(admin, person, false)).body).toEqual({ expiresAt: null })
    const mine = await signInFrom(house, person.email, CHOSEN)
    expect(mine.me.mustChangePassword).toBe(false)
    expect((await signInFrom(house, person.email, CHOSEN)).status).toBe(200)
  })

  test('LA-22: is changed at the next sign-in when that is asked for', async () => {
    const person = await newcomer()
    await admin.call(personSecurity.expirePassword, of(person))
    expect((await person.try(session.me)).status).toBe(200)
    expect((await signInFrom(house, person.email, PASSWORD)).me.mustChangePassword).toBe(true)
  })

  test('LA-22: is chosen anew by a link that is mailed to them', async () => {
    const person = await newcomer()
    await admin.call(personSecurity.sendReset, of(person))
    expect(await resetTokenFor(house, person.email)).toHaveLength(43)
    expect((await person.try(session.me)).status).toBe(200)
  })

  test('LA-22: is given to nobody who may more, nor to oneself, nor where somebody works elsewhere too', async () => {
    const manager = await house.person({ organisationId, role: 'manager' })
    expect(said(await gives(manager, admin))).toEqual([403, 'stronger_person'])
    const stronger = [personSecurity.sendReset, personSecurity.expirePassword]
    for (const door of stronger)
      expect(said(await manager.try(door, of(admin)))).toEqual([403, 'stronger_person'])
    expect(said(await gives(admin, admin))).toEqual([403, 'forbidden'])
    const both = await newcomer()
    await worksElsewhere(both)
    expect(said(await gives(admin, both))).toEqual([403, 'works_elsewhere'])
    const expired = await admin.try(personSecurity.expirePassword, of(both))
    expect(said(expired)).toEqual([403, 'works_elsewhere'])
    const elsewhere = await house.person({
      organisationId: (await house.organisation()).id,
      role: 'administrator',
    })
    expect(said(await gives(elsewhere, both))).toEqual([404, 'not_found'])
    for (const one of [manager, admin, both])
      expect((await signInFrom(house, one.email, PASSWORD)).me.mustChangePassword).toBe(false)
  })

  test('LA-22: of one who may more at a sibling account is out of reach too', async () => {
    const north = await house.account(organisationId, 'North')
    const south = await house.account(organisationId, 'South')
    const ofNorth = await house.person({ organisationId, accountId: north, role: 'manager' })
    const person = await house.person({ organisationId, accountId: north, role: 'viewer' })
    const [{ id: roleId } = { id: '' }] = await admin.call(users.roles)
    const member = { organisationId, accountId: south, userId: person.userId }
    const { id: membershipId } = await house.db
      .insertInto('memberships')
      .values(member)
      .returning('id')
      .executeTakeFirstOrThrow()
    await house.db
      .insertInto('grants')
      .values({ ...member, membershipId, roleId })
      .execute()
    expect(said(await gives(ofNorth, person))).toEqual([403, 'stronger_person'])
  })
})

describe('the sessions of a person', () => {
  test('SW-13: are listed and ended by whoever manages sessions there, and by nobody else', async () => {
    const agent = await newcomer('agent')
    const supervisor = await house.person({ organisationId, role: 'supervisor' })
    const doors = [personSecurity.sessions, personSecurity.endSessions]
    for (const door of doors)
      expect(said(await supervisor.try<unknown, unknown>(door, of(agent)))).toEqual([
        403,
        'forbidden',
      ])
    await hold(supervisor, 'session_manager')
    const [only, ...more] = await supervisor.call(personSecurity.sessions, of(agent))
    expect([only?.ip, only?.isCurrent, more]).toEqual(['127.0.0.1', false, []])
    const params = { id: agent.membershipId, sessionId: only?.id ?? '' }
    await supervisor.call(personSecurity.endSession, { params })
    expect((await agent.try(session.me)).status).toBe(401)
    const again = await supervisor.try(personSecurity.endSession, { params })
    expect(said(again)).toEqual([404, 'not_found'])
    expect(said(await supervisor.try(personSecurity.endSessions, of(admin)))).toEqual([
      403,
      'stronger_person',
    ])
  })

  test('SW-13: are those of a group alone for whoever manages that group', async () => {
    const north = await house.account(organisationId, 'North side')
    const south = await house.account(organisationId, 'South side')
    const at = { organisationId, accountId: north }
    const manager = await house.person({ ...at, role: 'session_manager' })
    const mine = await house.person({ ...at, role: 'viewer' })
    const other = await house.person({ organisationId, accountId: south, role: 'viewer' })
    expect((await manager.try(personSecurity.sessions, of(mine))).status).toBe(200)
    expect(said(await manager.try(personSecurity.sessions, of(other)))).toEqual([404, 'not_found'])
  })

  test('SW-13: in another organisation are nobody’s business here', async () => {
    const person = await newcomer()
    const boss = await worksElsewhere(person)
    const { id } = await house.db
      .selectFrom('memberships')
      .select('id')
      .where('organisationId', '=', boss.organisationId)
      .where('userId', '=', person.userId)
      .executeTakeFirstOrThrow()
    expect(await boss.call(personSecurity.sessions, { params: { id } })).toEqual([])
    expect(await boss.call(personSecurity.endSessions, { params: { id } })).toEqual({ ended: 0 })
    expect((await person.try(session.me)).status).toBe(200)
  })
})
