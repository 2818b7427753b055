import { afterEach, expect, test, vi } from 'vitest'
import type { PersonRecord } from '#contract/people.ts'
import { RecordDraft } from './record-draft.svelte.ts'

const at = '2026-01-01T09:00:00.000Z'
const SALES = 'department:00000000-0000-4000-8000-000000000001'
const sent: { set: object; base: object }[] = []

function record(fields: PersonRecord['fields'], versions: Record<string, number> = {}) {
  const marks = Object.entries(versions).map(([key, version]) => [key, { version, by: 'Anna', at }])
  const row: PersonRecord = {
    ...{ id: 'm', userId: 'u', accountId: 'a', status: 'active', login: 'bo', email: 'bo@a.b' },
    ...{ pendingEmail: null, photo: null, mobileVerified: false, passwordState: 'chosen' },
    ...{ passwordChangedAt: null, isOursAlone: true, isOperator: true, primaryDepartmentId: null },
    fields,
    marks: Object.fromEntries(marks),
    ...{
      roles: [],
      roleLimits: {},
      createdAt: at,
      blockedAt: null,
      archivedAt: null,
      erasesAt: null,
      version: 1,
    },
  }
  return row
}

/** The server's next answers, in order; an answer may wait for the test. */
function answers(...replies: { status: number; body: unknown; after?: Promise<unknown> }[]) {
  vi.stubGlobal('fetch', async (_: string, request: RequestInit) => {
    sent.push(JSON.parse(String(request.body)))
    const reply = replies.shift()
    await reply?.after
    return new Response(JSON.stringify(reply?.body), { status: reply?.status ?? 500 })
  })
}

function open(fields: PersonRecord['fields'], versions: Record<string, number> = {}) {
  const draft = new RecordDraft('m')
  draft.meet(record(fields, versions))
  return draft
}

const stale = (conflicts: object) => ({
  status: 409,
  body: { error: { code: 'stale', message: '', conflicts } },
})

afterEach(() => {
  vi.unstubAllGlobals()
  sent.length = 0
})

test('LA-20, LA-23: a section is dirty by itself, and saves by itself', async () => {
  answers({
    status: 200,
    body: record({ firstName: 'Bo', [SALES]: { position: null } }, { firstName: 3 }),
  })
  const draft = open({ firstName: 'Bob' }, { firstName: 2 })
  draft.set('firstName', 'Bo')
  draft.set(SALES, { position: null })
  expect([draft.changed('profile'), draft.changed('departments')]).toEqual([['firstName'], [SALES]])
  expect(await draft.save('profile')).toBe(true)
  expect(sent).toEqual([{ set: { firstName: 'Bo' }, base: { firstName: 2 } }])
  expect([draft.changed('profile'), draft.changed('departments')]).toEqual([[], [SALES]])
  expect(draft.get('firstName')).toBe('Bo')
})

test('MS-7: what others save shows where nothing is typed, and never where something is', () => {
  const draft = open({ firstName: 'Bob', alias: null })
  draft.set('alias', 'Bobby')
  draft.meet(record({ firstName: 'Robert', alias: 'Rob' }, { firstName: 1, alias: 1 }))
  expect(draft.get('firstName')).toBe('Robert')
  expect(draft.get('alias')).toBe('Bobby')
  expect(draft.conflict('alias')).toMatchObject({ value: 'Rob', by: 'Anna', version: 1 })
  expect(draft.conflict('firstName')).toBeUndefined()
})

test('MS-7: the same value from two people is no conflict', () => {
  const draft = open({ alias: null })
  draft.set('alias', 'Rob')
  draft.meet(record({ alias: 'Rob' }, { alias: 1 }))
  expect([draft.conflict('alias'), draft.isDirty('alias')]).toEqual([undefined, false])
})

test('MS-7: a conflict waits for a choice; keeping mine goes on top of theirs', async () => {
  answers(stale({ alias: { value: 'Rob', by: 'Anna', at, version: 4 } }), {
    status: 200,
    body: record({ alias: 'Bobby' }, { alias: 5 }),
  })
  const draft = open({ alias: null })
  draft.set('alias', 'Bobby')
  expect(await draft.save('profile')).toBe(false)
  expect(await draft.save('profile')).toBe(false)
  expect(sent).toHaveLength(1)
  expect(draft.get('alias')).toBe('Bobby')
  draft.keepMine('alias')
  expect(await draft.save('profile')).toBe(true)
  expect(sent[1]).toEqual({ set: { alias: 'Bobby' }, base: { alias: 4 } })
})

test('using theirs forgets mine', () => {
  const draft = open({ alias: null })
  draft.set('alias', 'Bobby')
  draft.meet(record({ alias: 'Rob' }, { alias: 1 }))
  draft.useTheirs('alias')
  expect([draft.get('alias'), draft.changed()]).toEqual(['Rob', []])
})

test('my value stays while the row that says so is still on its way', async () => {
  answers({ status: 200, body: record({ alias: 'Bobby' }, { alias: 1 }) })
  const draft = open({ alias: null })
  draft.set('alias', 'Bobby')
  await draft.save('profile')
  draft.meet(record({ alias: null }))
  expect(draft.get('alias')).toBe('Bobby')
  draft.meet(record({ alias: 'Rob' }, { alias: 2 }))
  expect(draft.get('alias')).toBe('Rob')
})

test('what is typed while saving is the next change, on top of the first', async () => {
  let come = () => {}
  const after = new Promise<void>((resolve) => {
    come = resolve
  })
  answers(
    { status: 200, body: record({ alias: 'Bob' }, { alias: 1 }), after },
    { status: 200, body: record({ alias: 'Bobby' }, { alias: 2 }) },
  )
  const draft = open({ alias: null })
  draft.set('alias', 'Bob')
  const saving = draft.save('profile')
  draft.set('alias', 'Bobby')
  come()
  await saving
  expect(draft.changed('profile')).toEqual(['alias'])
  await draft.save('profile')
  expect(sent[1]).toEqual({ set: { alias: 'Bobby' }, base: { alias: 1 } })
})

test('undo sets what stood before, unless somebody set it since', async () => {
  answers(
    { status: 200, body: record({ alias: 'Bob' }, { alias: 1 }) },
    stale({ alias: { value: 'Rob', by: 'Anna', at, version: 2 } }),
  )
  const draft = open({ alias: null })
  draft.set('alias', 'Bob')
  await draft.save('profile')
  const last = draft.lastSaved
  if (!last) throw new Error('nothing was saved')
  expect(await draft.undo(last)).toBe(false)
  expect(sent[1]).toEqual({ set: { alias: null }, base: { alias: 1 } })
  expect(draft.conflict('alias')).toMatchObject({ value: 'Rob', by: 'Anna' })
})

test('a value set back to what stands is no change', () => {
  const draft = open({ [SALES]: { position: 'Lead' } })
  draft.set(SALES, null)
  expect(draft.get(SALES)).toBeNull()
  draft.set(SALES, { position: 'Lead' })
  expect(draft.changed()).toEqual([])
})

test('a refusal stays with its section', async () => {
  answers({ status: 403, body: { error: { code: 'stronger_person', message: '' } } })
  const draft = open({ alias: null })
  draft.set('alias', 'Bob')
  expect(await draft.save('profile')).toBe(false)
  expect(draft.trouble('profile')?.code).toBe('stronger_person')
  expect(draft.changed('profile')).toEqual(['alias'])
})
