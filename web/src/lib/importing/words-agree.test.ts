// A file is written and read by the contract's words; the list shows the same ones.
import { expect, test } from 'vitest'
import { COLUMN_WORDS, ROLE_WORDS, STATE_WORDS } from '#contract/import-columns.ts'
import en from '../words/en/people.ts'
import nl from '../words/nl/people.ts'

const LISTED = ['email', 'login', 'account', 'roles', 'departments', 'group', 'queues'] as const
const LIMITS = ['live', 'deferred', 'status'] as const

test.each([
  ['en', en],
  ['nl', nl],
] as const)(
  'MS-13: roles, states and columns are called the same in a file and on the list (%s)',
  (language, words: Record<string, unknown>) => {
    for (const [key, word] of Object.entries(ROLE_WORDS[language]))
      expect(words[`role.${key}`]).toBe(word)
    for (const [key, word] of Object.entries(STATE_WORDS[language]))
      expect(words[`state.${key}`]).toBe(word)
    for (const column of [...LISTED, ...LIMITS])
      expect(words[`column.${column}`]).toBe(COLUMN_WORDS[language][column])
  },
)
