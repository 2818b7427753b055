// MS-13: importing people as a diff, through the doors: applying, and taking back.
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { csvOf } from '#contract/csv.ts'
import { fieldKey } from '#contract/fields.ts'
import { imports } from '#contract/imports.ts'
import { invitations } from '#contract/invitations.ts'
import { people } from '#contract/people.ts'
import { scope } from '#contract/scopes.ts'
import { expectSync } from '../../testing/expect-sync.ts'
import { openHouse } from '../../testing/house.ts'
import {
  apply,
  everything,
  look,
  newShift,
  openFloor,
  problems,
  rowsOf,
  undo,
} from '../../testing/importing.ts'
import { cookieOf, tokenFor } from '../../testing/inviting.ts'
import { recordOf } from '../../testing/lifecycle.ts'
import { brokenLaws, NONE_BROKEN } from '../routing/laws.ts'

const house = openHouse()

describe('applying', () => {
  test('MS-13: adds are invited and changes made at once; every page hears of it; twice is once', async () => {
    const { organisationId, admin, anna, bo, queue, sales } = await openFloor(house)
    const page = await admin.live()
    const floor = await admin.live()
    await page.watch(scope.people(organisationId))
    await floor.watch(scope.floor(organisationId))
    const csv = csvOf([
      ['E-mail', 'First name', 'Last name', 'Roles', 'Departments', 'Queues', 'Live limit'],
      [anna.email, 'Annika', '', 'Agent; Supervisor @ Sales; Benelux', '', 'Sales', '7'],
      [bo.email, '', '', 'Viewer', '', '', ''],
      [
        'import.new@example.org',
        'Cleo',
        'Briain',
        'Agent',
        '"Sales; Benelux (Lead)"',
        'Sales',
        '4',
      ],
    ]).replace('Supervisor @ Sales; Benelux', '""Supervisor @ Sales; Benelux""')
    const preview = await look(admin, csv)
    expect(preview.counts).toMatchObject({ add: 1, change: 2, error: 0 })
    const done = await apply(admin, preview)
    expect(done).toMatchObject({ added: 1, changed: 2 })
    expect(await apply(admin, preview)).toEqual(done)
    const record = await recordOf(admin, anna)
    expect(record.fields).toMatchObject({
      firstName: 'Annika',
      'limit.live': 7,
      [fieldKey.queue(queue.id)]: { participates: true, tier: 1 },
    })
    expect(record.roles.map(({ roleKey, at }) => [roleKey, at])).toContainEqual([
      'supervisor',
      sales.id,
    ])
    expect(record.marks['firstName']).toMatchObject({ version: 1 })
    const gone = await recordOf(admin, bo)
    expect([gone.isOperator, gone.roles.map(({ roleKey }) => roleKey)]).toEqual([false, ['viewer']])
    await expectSync(page, admin, scope.people(organisationId))
    await expectSync(floor, admin, scope.floor(organisationId))
    expect(await brokenLaws(house.db)).toEqual(NONE_BROKEN)
    const { rows: lines } = await sql<{ subject: string; before: unknown; after: unknown }>`
      select subject, before, after from audit_log
       where organisation_id = ${organisationId} and action = 'import.apply' order by seq`.execute(
      house.db,
    )
    expect(lines.map(({ subject }) => subject)).toEqual([
      'invitation',
      'membership',
      'membership',
      'import',
    ])
    expect(lines[1]).toMatchObject({
      before: { firstName: 'Anna', 'limit.live': 3 },
      after: { firstName: 'Annika', 'limit.live': 7 },
    })
    // The invitation is one like any other.
    const token = await tokenFor(house, 'import.new@example.org')
    const { headers } = await house.anyone.try(invitations.accept, {
      body: {
        token,
        firstName: 'Cleo',
        lastName: 'Briain',
        password: 'blue kettle on the windowsill',
      },
    })
    expect(cookieOf(headers)).toContain('sid=')
  })

  test('PR-10 MS-13: a file gives and takes shifts, by name, of the account and above it', async () => {
    const { organisationId, admin, anna, bo } = await openFloor(house)
    const north = await house.account(organisationId, 'North')
    const cleo = await house.person({ organisationId, accountId: north, role: 'agent' })
    const dirk = await house.person({ organisationId, role: 'viewer' })
    const manager = await house.person({ organisationId, accountId: north, role: 'manager' })
    const late = await newShift(admin, organisationId, 'Late')
    const early = await newShift(admin, organisationId, 'Early')
    await newShift(admin, north, 'Northern')
    await admin.call(people.change, {
      params: { id: bo.membershipId },
      body: { set: { shiftId: late }, base: {} },
    })
    const preview = await look(
      admin,
      csvOf([
        ['E-mail', 'Account', 'Shift'],
        [anna.email, '', 'late'],
        [bo.email, '', ''],
        [cleo.email, 'North', 'Early'],
      ]),
    )
    expect(await apply(admin, preview)).toMatchObject({ changed: 3 })
    const shifts = [anna, bo, cleo].map(
      async (one) => (await recordOf(admin, one)).fields['shiftId'],
    )
    expect(await Promise.all(shifts)).toEqual([late, null, early])
    expect((await recordOf(admin, cleo)).marks['shiftId']).toMatchObject({ version: 1 })
    expect(await brokenLaws(house.db)).toEqual(NONE_BROKEN)

    const wrong = await look(
      admin,
      csvOf([
        ['E-mail', 'Shift'],
        [anna.email, 'Northern'],
        [dirk.email, 'Late'],
      ]),
    )
    expect((await rowsOf(admin, wrong)).map(problems)).toEqual([
      ['shift: not_found'],
      ['shift: idle'],
    ])
    // Whoever sees only a part of the tree may still give the shifts of the whole.
    const seen = await look(
      manager,
      csvOf([
        ['E-mail', 'Shift'],
        [cleo.email, 'Late'],
      ]),
    )
    expect(await apply(manager, seen)).toMatchObject({ changed: 1 })
    await undo(manager, seen)
    expect((await recordOf(admin, cleo)).fields['shiftId']).toBe(early)
  })

  test('MS-13: a row that somebody changed after the preview is a conflict, and nothing is written', async () => {
    const { organisationId, admin, anna, bo } = await openFloor(house)
    const manager = await house.person({ organisationId, role: 'manager' })
    const csv = csvOf([
      ['E-mail', 'First name', 'Roles'],
      [anna.email, 'Annika', ''],
      [bo.email, 'Bobby', ''],
      ['import.stale@example.org', 'Cleo', 'Agent'],
    ])
    const preview = await look(admin, csv)
    const rename = (firstName: string) =>
      manager.call(people.change, {
        params: { id: anna.membershipId },
        body: { set: { firstName }, base: {} },
      })
    await rename('Anneke')
    const before = await everything(house.db, organisationId)
    const refused = await admin.try(imports.apply, { params: { id: preview.id } })
    expect(refused).toMatchObject({ status: 409, body: { error: { code: 'stale', count: 1 } } })
    expect(await everything(house.db, organisationId)).toBe(before)
    const [row] = await rowsOf(admin, preview)
    expect(row).toMatchObject({
      kind: 'conflict',
      changes: [{ column: 'firstName', before: 'Anneke', after: 'Annika' }],
      problems: [{ code: 'changed' }],
    })
    // The others can be had without it.
    expect(await apply(admin, preview)).toMatchObject({ added: 1, changed: 1 })
    expect((await recordOf(admin, anna)).fields['firstName']).toBe('Anneke')
  })

  test('MS-13: a preview is forgotten after an hour', async () => {
    const { admin, anna } = await openFloor(house)
    const preview = await look(admin, `E-mail,First name\n${anna.email},Eve`)
    await sql`update imports set made_at = now() - interval '61 minutes' where id = ${preview.id}`.execute(
      house.db,
    )
    expect((await admin.try(imports.apply, { params: { id: preview.id } })).status).toBe(404)
    expect((await recordOf(admin, anna)).fields['firstName']).toBe('Anna')
  })
})

describe('undo', () => {
  test('MS-13: fields go back where they are still the import’s, invitations are withdrawn; twice is once', async () => {
    const { organisationId, admin, anna, bo, queue } = await openFloor(house)
    const manager = await house.person({ organisationId, role: 'manager' })
    const csv = csvOf([
      ['E-mail', 'First name', 'Roles', 'Queues', 'Live limit', 'Nickname'],
      [anna.email, 'Annika', 'Agent', queue.name, '9', 'Annie'],
      [bo.email, 'Bobby', 'Viewer', '', '', ''],
      ['import.undone@example.org', 'Cleo', 'Agent', '', '', ''],
    ])
    const before = [await recordOf(admin, anna), await recordOf(admin, bo)]
    const preview = await look(admin, csv)
    await apply(admin, preview)
    await manager.call(people.change, {
      params: { id: anna.membershipId },
      body: { set: { alias: 'Queen' }, base: { alias: 1 } },
    })
    const page = await admin.live()
    await page.watch(scope.people(organisationId))
    const undone = await undo(admin, preview)
    expect(undone).toEqual({ revoked: 1, restored: 2, kept: 1 })
    expect(await undo(admin, preview)).toEqual(undone)
    expect((await recordOf(admin, anna)).fields).toEqual({ ...before[0]?.fields, alias: 'Queen' })
    expect((await recordOf(admin, bo)).fields).toMatchObject({ firstName: 'Bo', 'limit.live': 3 })
    expect((await recordOf(admin, bo)).roles).toEqual(before[1]?.roles)
    const [invited] = await admin.call(invitations.list)
    expect(invited).toMatchObject({ email: 'import.undone@example.org', state: 'revoked' })
    await expectSync(page, admin, scope.people(organisationId))
    expect(await brokenLaws(house.db)).toEqual(NONE_BROKEN)
  })

  test('MS-13: is over after ten minutes, and there is none of what was not applied', async () => {
    const { admin, anna } = await openFloor(house)
    const preview = await look(admin, `E-mail,First name\n${anna.email},Eve`)
    const tryUndo = async () =>
      (await admin.try(imports.undo, { params: { id: preview.id } })).body.error?.code
    expect(await tryUndo()).toBe('wrong_status')
    await apply(admin, preview)
    await sql`update imports set applied_at = now() - interval '601 seconds' where id = ${preview.id}`.execute(
      house.db,
    )
    expect(await tryUndo()).toBe('undo_over')
    expect((await recordOf(admin, anna)).fields['firstName']).toBe('Eve')
  })
})
