import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { type AuditPage, type AuditQuery, audit } from '#contract/audit.ts'
import { departments } from '#contract/departments.ts'
import { type Fields, fieldKey } from '#contract/fields.ts'
import { people } from '#contract/people.ts'
import { roles } from '#contract/roles.ts'
import { users } from '#contract/users.ts'
import { emptyEverything } from '../../demo/queries.ts'
import { openHouse, type Person } from '../../testing/house.ts'

const house = openHouse()
let organisationId: string
let north: string
let south: string
let admin: Person

beforeAll(async () => {
  organisationId = (await house.organisation('Acme')).id
  north = await house.account(organisationId, 'North')
  south = await house.account(organisationId, 'South')
  admin = await house.person({ organisationId, role: 'administrator', firstName: 'Ada' })
})

const read = (by: Person, query: AuditQuery = {}): Promise<AuditPage> =>
  by.call(audit.list, { query })
const change = (by: Person, { membershipId }: Person, set: Fields, base = {}) =>
  by.call(people.change, { params: { id: membershipId }, body: { set, base } })
const history = (by: Person, { membershipId }: Person) =>
  by.try(audit.history, { params: { id: membershipId }, query: {} })
const at = (accountId: string, role: 'agent' | 'manager' | 'supervisor' = 'agent') =>
  house.person({ organisationId, accountId, role })

describe('AD-9: the audit', () => {
  test('says who changed what, from where, on which request, and what it was before', async () => {
    const role = await admin.call(roles.create, { body: { name: 'Clerk' } })
    await admin.call(roles.change, {
      params: { id: role.id },
      body: { set: { name: 'Typist', 'permission.wall.view': true }, base: {} },
    })
    const { lines } = await read(admin, { subjectId: role.id })
    expect(lines.map(({ action }) => action)).toEqual(['role.change', 'role.create'])
    expect(lines[0]).toMatchObject({
      actorId: admin.userId,
      actor: expect.stringMatching(/^Ada /),
      subject: 'role',
      subjectName: 'Typist',
      ip: '127.0.0.1',
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      at: expect.stringMatching(/^20.*Z$/),
    })
    expect(lines[0]?.changes.toSorted((a, b) => a.field.localeCompare(b.field))).toEqual([
      { field: 'name', before: 'Clerk', after: 'Typist' },
      { field: 'permission.wall.view', before: false, after: true },
    ])
    expect(lines[0]?.requestId).not.toBe(lines[1]?.requestId)
  })

  test('LA-13: shows a changed first and last name before and after', async () => {
    const person = await house.person({ organisationId, role: 'agent', firstName: 'Jan' })
    const { lastName } = await admin.call(users.get, { params: { id: person.membershipId } })
    await change(admin, person, { firstName: 'Johan', lastName: 'de Wit' })
    const { lines } = await read(admin, { actorId: admin.userId, q: 'de Wit' })
    expect(lines[0]?.changes).toEqual(
      expect.arrayContaining([
        { field: 'firstName', before: 'Jan', after: 'Johan' },
        { field: 'lastName', before: lastName, after: 'de Wit' },
      ]),
    )
    expect(lines[0]?.subjectName).toBe('Johan de Wit')
  })

  test('is searched by subject, actor, action, time and text, and read page by page', async () => {
    const from = new Date().toISOString()
    const names = ['Alpha', 'Bravo', 'Charlie', 'Delta', 'Echo']
    for (const name of names)
      await admin.call(departments.create, { body: { accountId: south, name } })
    const all = await read(admin, { from, subject: 'department' })
    expect(all.lines.map(({ subjectName }) => subjectName)).toEqual(names.toReversed())
    expect((await read(admin, { from, q: 'CHARLIE' })).lines).toHaveLength(1)
    expect((await read(admin, { from, q: '100%_' })).lines).toEqual([])
    expect((await read(admin, { from, action: 'department.' })).lines).toHaveLength(5)
    expect((await read(admin, { from, action: 'department' })).lines).toEqual([])
    expect((await read(admin, { from, actorId: randomUUID() })).lines).toEqual([])
    expect((await read(admin, { to: from, subject: 'department', q: 'Echo' })).lines).toEqual([])
    const seen: (string | null)[] = []
    for (let before: number | null | undefined; before !== null; ) {
      const asked = {
        from,
        subject: 'department',
        limit: '2',
        ...(before && { before: `${before}` }),
      }
      const page: AuditPage = await read(admin, asked)
      seen.push(...page.lines.map(({ subjectName }) => subjectName))
      before = page.next
    }
    expect(seen).toEqual(names.toReversed())
  })

  test.each([
    { limit: '0' },
    { limit: '201' },
    { before: '-1' },
    { from: 'yesterday' },
    { q: '' },
    { secret: 'x' },
  ])('refuses to be asked %j', async (query) => {
    expect((await admin.try(audit.list, { query })).status).toBe(400)
  })

  test('shows an account what belongs to it and below, and the root everything', async () => {
    const below = await house.account(organisationId, `Below ${randomUUID().slice(0, 4)}`, north)
    const [manager, person, deep, other] = [
      await at(north, 'manager'),
      await at(north),
      await at(below),
      await at(south),
    ]
    for (const one of [person, deep, other]) await change(admin, one, { alias: 'Changed' })
    const role = await admin.call(roles.create, {
      body: { name: `Root only ${south.slice(0, 4)}` },
    })
    const ids = (lines: AuditPage['lines']) => new Set(lines.map(({ subjectId }) => subjectId))
    const everything = ids((await read(admin, { limit: '200' })).lines)
    const seen = ids((await read(manager, { limit: '200' })).lines)
    const memberships = [person, deep].map(({ membershipId }) => membershipId)
    for (const id of memberships) expect(seen).toContain(id)
    expect(seen).not.toContain(other.membershipId)
    expect(seen).not.toContain(role.id)
    for (const id of [...memberships, other.membershipId, role.id]) expect(everything).toContain(id)
    expect((await read(manager)).head).toBeNull()
    expect((await read(manager, { subjectId: other.membershipId })).lines).toEqual([])
  })

  test('never shows one organisation the lines of another', async () => {
    const { id } = await house.organisation()
    const stranger = await house.person({ organisationId: id, role: 'administrator' })
    await stranger.call(departments.create, { body: { accountId: id, name: 'Elsewhere' } })
    expect((await read(stranger, { limit: '200' })).lines).toHaveLength(1)
    expect((await read(admin, { q: 'Elsewhere' })).lines).toEqual([])
  })

  test('is shut to whoever does not hold audit.view', async () => {
    const agent = await at(north)
    expect((await agent.try(audit.list, { query: {} })).status).toBe(403)
    expect((await agent.try(audit.download)).status).toBe(403)
    const manager = await at(north, 'manager')
    const answer = await manager.try(audit.download)
    expect([answer.status, answer.body.error.code]).toEqual([403, 'forbidden'])
  })

  test('is neither changed nor emptied nor dropped', async () => {
    const refused = (query: ReturnType<typeof sql>, code: string) =>
      expect(query.execute(house.db)).rejects.toMatchObject({ code })
    await refused(sql`update audit_log set ip = null`, '42501')
    await refused(sql`delete from audit_log`, '42501')
    await refused(sql`truncate audit_log`, '42501')
    await refused(sql`truncate audit_log, accounts cascade`, '42501')
    await refused(sql`drop table audit_log`, '2BP01')
    expect((await read(admin)).lines.length).toBeGreaterThan(5)
  })
})

describe('a person’s history', () => {
  test('has what was changed of the person and of the user, the newest first', async () => {
    const manager = await at(north, 'manager')
    const person = await at(north)
    await change(admin, person, { alias: 'First' })
    await change(manager, person, { alias: 'Second' }, { alias: 1 })
    await person.call(users.setLanguage, { body: { language: 'nl' } })
    const { status, body } = await history(manager, person)
    expect(status).toBe(200)
    const said = body.lines.flatMap(({ changes }) => changes.map((one) => [one.field, one.after]))
    expect(said.slice(0, 3)).toEqual([
      ['language', 'nl'],
      ['alias', 'Second'],
      ['alias', 'First'],
    ])
    expect(body.lines.map(({ actorId }) => actorId).slice(0, 3)).toEqual([
      person.userId,
      manager.userId,
      admin.userId,
    ])
  })

  test('is for whoever manages them there', async () => {
    const person = await at(north)
    await change(admin, person, { alias: 'Known' })
    expect((await history(await at(south, 'manager'), person)).status).toBe(404)
    const viewer = await house.person({ organisationId, accountId: north, role: 'viewer' })
    expect((await history(viewer, person)).status).toBe(403)
    const key = fieldKey.grant(await roleId('people_manager'), { kind: 'account', id: north })
    await change(admin, viewer, { [key]: true })
    expect((await history(viewer, person)).status).toBe(200)
  })
})

const roleId = async (key: string) =>
  (await admin.call(users.roles)).find((role) => role.key === key)?.id ?? ''

describe('a floor that was never finished', () => {
  test('is emptied whole, its audit too, by whoever means it', async () => {
    await emptyEverything(house.app.database.db)
    const { rows } = await sql<{ count: number }>`select count(*) from audit_log`.execute(house.db)
    expect(rows).toEqual([{ count: 0 }])
  })
})
