// MS-13: importing people as a diff, through the doors: looking at a file.
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { csvOf } from '#contract/csv.ts'
import { fieldKey } from '#contract/fields.ts'
import { imports } from '#contract/imports.ts'
import { invitations } from '#contract/invitations.ts'
import { people } from '#contract/people.ts'
import { peopleFile } from '#contract/people-file.ts'
import { peopleList } from '#contract/people-list.ts'
import { roles as roleDoors } from '#contract/roles.ts'
import { users } from '#contract/users.ts'
import { openHouse } from '../../testing/house.ts'
import {
  apply,
  everything,
  look,
  namesIn,
  newShift,
  openFloor,
  problems,
  rowsOf,
} from '../../testing/importing.ts'
import { recordOf } from '../../testing/lifecycle.ts'

const house = openHouse()

describe('the preview', () => {
  test('MS-13: every row becomes add, change, same, conflict or error, with the exact fields, and nothing is written', async () => {
    const { organisationId, admin, anna, bo, queue, sales } = await openFloor(house)
    await admin.call(people.change, {
      params: { id: bo.membershipId },
      body: { set: { displayName: 'Bo V.' }, base: {} },
    })
    const before = await everything(house.db, organisationId)
    const csv = [
      'E-mail;Voornaam;Display name;Role;Afdelingen;Queues;Live limit;Shoe size',
      `${anna.email.toUpperCase()};Annika;;Agent;"""Sales; Benelux"" (Lead)";Sales;7;38`,
      `${bo.email};Bo;Bo V.;Medewerker;;;3;44`,
      'new@example.org;Cleo;;agent;;;4;',
      'nobody;x;;agent;;;;',
      `${bo.email};Bo;;;;;;`,
      'other@example.org;Dirk;;Chef;Nowhere;;many;',
    ].join('\r\n')
    const preview = await look(admin, csv)
    expect(preview).toMatchObject({
      counts: { add: 1, change: 1, same: 1, conflict: 0, error: 3 },
      ignored: ['Shoe size'],
      done: null,
    })
    const rows = await rowsOf(admin, preview)
    expect(rows.map(({ kind, line }) => [line, kind])).toEqual([
      [2, 'change'],
      [3, 'same'],
      [4, 'add'],
      [5, 'error'],
      [6, 'error'],
      [7, 'error'],
    ])
    const [change, same, add, ...errors] = rows
    expect(change).toMatchObject({
      membershipId: anna.membershipId,
      name: expect.stringContaining('Anna'),
    })
    expect(change?.changes).toEqual([
      { column: 'firstName', before: 'Anna', after: 'Annika' },
      { column: 'departments', before: '', after: '"Sales; Benelux (Lead)"' },
      { column: 'queues', before: '', after: 'Sales' },
      { column: 'live', before: '3', after: '7' },
    ])
    expect(same?.changes).toEqual([])
    expect(add?.changes).toContainEqual({ column: 'roles', before: '', after: 'Agent' })
    expect(add?.changes).toContainEqual({ column: 'live', before: '', after: '4' })
    expect(errors.map(problems)).toEqual([
      ['email: invalid'],
      ['row: twice'],
      ['roles: not_found', 'departments: not_found', 'live: invalid'],
    ])
    expect(await everything(house.db, organisationId)).toBe(before)
    expect([queue.name, sales.name]).toEqual(['Sales', 'Sales; Benelux'])
  })

  test('MS-13: a file that cannot be read is refused with why, and an import is its maker’s alone', async () => {
    const { organisationId, admin } = await openFloor(house)
    const why = async (csv: string) => {
      const body = { accountId: organisationId, csv, language: 'en' as const }
      const { status, body: said } = await admin.try(imports.preview, { body })
      return [status, said.error?.problems]
    }
    expect(await why('Name\nBo')).toEqual([400, ['no_key']])
    expect(await why('E-mail\n')).toEqual([400, ['no_rows']])
    expect(await why('E-mail\n"a@b.co')).toEqual([400, ['open_quote']])
    expect(await why('E-mail,Email\na@b.co,b@b.co')).toEqual([400, ['double_column']])
    expect((await why(`E-mail\n${'a@b.co\n'.repeat(10_001)}`))[0]).toBe(413)
    const preview = await look(admin, 'E-mail\na@b.co')
    const other = await house.person({ organisationId, role: 'administrator' })
    const params = { id: preview.id }
    const answers = [
      await other.try(imports.get, { params }),
      await other.try(imports.rows, { params, query: {} }),
      await other.try(imports.apply, { params }),
      await other.try(imports.undo, { params }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404])
  })

  test('MS-13: what one may not do by hand a row may not do: the same reasons, by column', async () => {
    const { organisationId, admin, anna, queue } = await openFloor(house)
    const manager = await house.person({ organisationId, role: 'manager' })
    const other = await house.organisation()
    await sql`insert into memberships (organisation_id, account_id, user_id)
      values (${other.id}, ${other.id}, ${anna.userId})`.execute(house.db)
    const csv = csvOf([
      ['E-mail', 'First name', 'Roles', 'Queues', 'Live limit'],
      [admin.email, 'Eve', '', '', ''],
      [manager.email, '', 'Manager; Agent', '', ''],
      [anna.email, 'Eve', '', queue.name, ''],
      ['new@example.org', '', 'Administrator', '', ''],
      ['idle@example.org', '', 'Viewer', queue.name, '4'],
    ])
    const rows = await rowsOf(manager, await look(manager, csv))
    expect(rows.map(problems)).toEqual([
      ['firstName: stronger_person'],
      ['roles: own_rights'],
      ['firstName: shared_user'],
      ['roles: forbidden'],
      ['queues: idle', 'live: idle'],
    ])
  })

  test('MS-13: what the list exports is, imported again, all the same, in both languages', async () => {
    const { organisationId, admin, anna, sales, queue } = await openFloor(house)
    const north = await house.account(organisationId, 'North')
    const cleo = await house.person({ organisationId, accountId: north, role: 'manager' })
    const shiftId = await newShift(admin, organisationId, 'Late; long')
    await admin.call(people.change, {
      params: { id: anna.membershipId },
      body: {
        set: {
          shiftId,
          [fieldKey.department(sales.id)]: { position: 'Lead (day)' },
          [fieldKey.queue(queue.id)]: { participates: false, tier: 4 },
          displayName: '=Anna',
          alias: 'Annie',
        },
        base: {},
      },
    })
    const roles = await admin.call(users.roles)
    const supervisor = roles.find(({ key }) => key === 'supervisor')?.id ?? ''
    await admin.call(people.change, {
      params: { id: cleo.membershipId },
      body: {
        set: { [fieldKey.grant(supervisor, { kind: 'department', id: sales.id })]: true },
        base: {},
      },
    })
    const agent = fieldKey.grant(roles.find(({ key }) => key === 'agent')?.id ?? '', {
      kind: 'account',
      id: north,
    })
    await admin.call(invitations.create, {
      body: { accountId: north, emails: ['dirk@example.org'], set: { [agent]: true } },
    })
    // What a role allows is not what is set.
    await admin.call(roleDoors.change, {
      params: { id: roles.find(({ key }) => key === 'agent')?.id ?? '' },
      body: { set: { 'limit.live': 1, 'limit.units': 2 }, base: {} },
    })
    const list = (await admin.call(peopleList.page, { query: {} })).people
    expect(list.find(({ id }) => id === anna.membershipId)?.live).toMatchObject({ limit: 1 })
    const invited = await admin.call(invitations.list)
    for (const language of ['en', 'nl'] as const) {
      const file = csvOf(
        peopleFile([...list, ...invited], await namesIn(house.db, organisationId), language),
      )
      const preview = await look(admin, file)
      expect(await rowsOf(admin, preview)).toEqual(
        expect.arrayContaining([expect.objectContaining({ kind: 'same' })]),
      )
      const odd = (await rowsOf(admin, preview)).filter(({ kind }) => kind !== 'same')
      expect(odd).toEqual([])
      expect(preview.counts).toMatchObject({ same: list.length + 1 })
    }
  })

  test('MS-13, IN-14: the last administrator is not demoted by a row', async () => {
    const { organisationId, admin } = await openFloor(house)
    const { rows } = await sql<{ id: string }>`
      insert into roles (organisation_id, key, name, is_built_in, permissions)
      select organisation_id, 'owner', 'Owner', false, ${[...ALL]}::text[] from roles
       where organisation_id = ${organisationId} and key = 'administrator' returning id`.execute(
      house.db,
    )
    const deputy = await house.person({ organisationId, role: 'viewer' })
    await sql`insert into grants (organisation_id, membership_id, user_id, role_id, account_id)
      values (${organisationId}, ${deputy.membershipId}, ${deputy.userId}, ${rows[0]?.id}, ${organisationId})`.execute(
      house.db,
    )
    const csv = csvOf([
      ['E-mail', 'Role'],
      [admin.email, 'Manager'],
    ])
    const preview = await look(deputy, csv)
    expect((await rowsOf(deputy, preview)).map(problems)).toEqual([['roles: last_administrator']])
    expect(await apply(deputy, preview)).toMatchObject({ changed: 0 })
    // With two of them one may go; not when the other has gone in the meantime.
    const second = await house.person({ organisationId, role: 'administrator' })
    const allowed = await look(deputy, csv)
    expect(allowed.counts.change).toBe(1)
    await admin.call(people.act, { body: { act: 'block', ids: [second.membershipId] } })
    const refused = await deputy.try(imports.apply, { params: { id: allowed.id } })
    expect(refused.body.error?.code).toBe('stale')
    const held = (await recordOf(deputy, admin)).roles.map(({ roleKey }) => roleKey)
    expect(held).toEqual(['administrator'])
  })
})

const ALL = [
  'accounts.manage',
  'users.view',
  'users.manage',
  'limits.manage',
  'sessions.manage',
  'setup.manage',
  'roles.manage',
  'audit.view',
  'wall.view',
  'operators.manage',
  'chats.answer',
  'chats.test',
  'history.transfer',
  'reports.view',
  'reports.correspondence',
]

test('MS-13: two thousand rows are looked at in a small part of three seconds, and applied at once', async () => {
  const { organisationId, admin } = await openFloor(house)
  const people = Array.from({ length: 1_500 }, (_, n) => `crowd.${n}@example.org`)
  await sql`
    with made as (
      insert into users (login, email, first_name, last_name, language)
      select e, e, 'Crowd', 'Member', 'en' from unnest(${people}::text[]) as e returning id)
    insert into memberships (organisation_id, account_id, user_id)
    select ${organisationId}, ${organisationId}, id from made`.execute(house.db)
  const added = Array.from({ length: 500 }, (_, n) => `import.${n}@example.org`)
  const csv = csvOf([
    ['E-mail', 'Last name', 'Roles', 'Queues'],
    ...people.map((email, n) => [email, `Member ${n}`, 'Agent', 'Sales']),
    ...added.map((email, n) => [email, `Newcomer ${n}`, 'Agent', '']),
  ])
  const began = performance.now()
  const preview = await look(admin, csv)
  expect(performance.now() - began).toBeLessThan(3_000)
  expect(preview.counts).toMatchObject({ add: 500, change: 1_500, error: 0, conflict: 0 })
  expect(await apply(admin, preview)).toMatchObject({ added: 500, changed: 1_500 })
  expect((await look(admin, csv)).counts).toMatchObject({ same: 2_000 })
})
