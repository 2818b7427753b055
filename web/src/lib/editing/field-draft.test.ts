import { afterEach, expect, test, vi } from 'vitest'
import type { FieldValue } from '#contract/fields.ts'
import { Refused } from '#lib/api.ts'
import { FieldDraft, type Standing } from './field-draft.svelte.ts'

const at = '2026-01-01T09:00:00.000Z'
const sent: { set: object; base: object }[] = []

function standing(
  version: number,
  fields: Record<string, FieldValue>,
  versions: Record<string, number> = {},
): Standing {
  const marks = Object.entries(versions).map(([key, one]) => [
    key,
    { version: one, by: 'Anna', at },
  ])
  return { fields, marks: Object.fromEntries(marks), version }
}

function open(now: Standing, answer: (set: object) => Standing | undefined = () => undefined) {
  const draft = new FieldDraft(async (set, base) => {
    sent.push({ set, base })
    return answer(set)
  })
  draft.meet(now)
  return draft
}

afterEach(() => {
  vi.unstubAllGlobals()
  sent.length = 0
})

test('what is typed is never overwritten: a newer value beside it waits for a choice', async () => {
  const draft = open(standing(3, { name: 'Harbour', colour: '#000000' }, { name: 1 }))
  draft.set('name', 'Port')
  draft.meet(standing(4, { name: 'Dock', colour: '#ffffff' }, { name: 2, colour: 1 }))
  expect([draft.get('name'), draft.get('colour')]).toEqual(['Port', '#ffffff'])
  expect(draft.conflict('name')).toMatchObject({ value: 'Dock', by: 'Anna', version: 2 })
  expect(await draft.save()).toBe(false)
  draft.keepMine('name')
  expect(await draft.save()).toBe(true)
  expect(sent).toEqual([{ set: { name: 'Port' }, base: { name: 2 } }])
})

test('theirs ends the change; so does the value that stands', () => {
  const draft = open(standing(1, { name: 'Harbour' }))
  draft.set('name', 'Port')
  draft.meet(standing(2, { name: 'Dock' }, { name: 1 }))
  draft.useTheirs('name')
  expect([draft.get('name'), draft.changed]).toEqual(['Dock', []])
  draft.set('name', 'Pier')
  draft.set('name', 'Dock')
  expect(draft.changed).toEqual([])
})

test('what another set to the same value is no conflict, and an older moment is not taken in', () => {
  const draft = open(standing(5, { name: 'Harbour' }))
  draft.set('name', 'Dock')
  draft.meet(standing(6, { name: 'Dock' }, { name: 1 }))
  expect([draft.changed, draft.conflicts]).toEqual([[], []])
  draft.meet(standing(4, { name: 'Old' }))
  expect(draft.get('name')).toBe('Dock')
})

test('a refusal as stale names what stands now, field by field', async () => {
  const draft = open(standing(1, { name: 'Harbour', colour: '#000000' }), () => {
    const conflicts = { name: { value: 'Dock', by: null, at, version: 7 } }
    throw new Refused(409, { code: 'stale', message: '', conflicts })
  })
  draft.set('name', 'Port')
  draft.set('colour', '#111111')
  expect(await draft.save()).toBe(false)
  expect(draft.conflicts).toEqual(['name'])
  expect(draft.conflict('name')).toMatchObject({ value: 'Dock', by: undefined, version: 7 })
  expect([draft.get('name'), draft.get('colour'), draft.trouble]).toEqual([
    'Port',
    '#111111',
    undefined,
  ])
})

test('what is typed while the answer is on its way is the next change, on top of the answer', async () => {
  const draft = open(standing(1, { name: 'Harbour' }), () => {
    draft.set('name', 'Port of call')
    return standing(2, { name: 'Port' }, { name: 1 })
  })
  draft.set('name', 'Port')
  expect(await draft.save()).toBe(true)
  expect([draft.get('name'), draft.changed, draft.conflicts]).toEqual([
    'Port of call',
    ['name'],
    [],
  ])
  await draft.save()
  expect(sent[1]).toEqual({ set: { name: 'Port of call' }, base: { name: 1 } })
})
