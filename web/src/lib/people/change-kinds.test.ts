import { expect, test } from 'vitest'
import { fieldOf } from '#contract/fields.ts'
import { CHANGE_KINDS, fieldsOf, newChange, setOf } from './change-kinds.ts'

const ID = '11111111-2222-3333-4444-555555555555'

test.each(CHANGE_KINDS)('%s sets a field that there is', (kind) => {
  const set = fieldsOf({ ...newChange(kind, ID), id: ID })
  expect(Object.keys(set ?? {})).toHaveLength(1)
  for (const key of Object.keys(set ?? {})) expect(fieldOf(key)).toBeDefined()
})

test('what is not whole is not sent', () => {
  expect(fieldsOf(newChange('queue.add', ID))).toBeUndefined()
  expect(fieldsOf({ ...newChange('limit.live', ID), limit: undefined })).toBeUndefined()
  expect(setOf([newChange('limit.live', ID), newChange('skill.add', ID)])).toBeUndefined()
  expect(setOf([])).toBeUndefined()
})

test('several changes go together', () => {
  const set = setOf([newChange('limit.live', ID), { ...newChange('skill.remove', ID), id: ID }])
  expect(set).toEqual({ 'limit.live': 3, [`skill:${ID}`]: null })
})
