import { beforeAll, expect, test } from 'vitest'
import { needWords, startWords } from '#lib/words.ts'
import { fits } from './thing-editor.svelte.ts'
import { usesInWords } from './uses.ts'

beforeAll(() => Promise.all([startWords(), needWords('setup')]))

test('a use says how often, and by what names as far as they may be told', () => {
  expect(
    usesInWords([
      { what: 'sites', count: 2, names: ['Shop', 'Help'] },
      { what: 'people', count: 1, names: [] },
      { what: 'roles', count: 0, names: [] },
      { what: 'unheard-of', count: 3, names: [] },
    ]),
  ).toEqual(['2 sites: Shop and Help', '1 person'])
})

test.each([
  [{ name: 'a', size: 3 }, true],
  [{ size: null }, true],
  [{ name: null }, false],
  [{ name: 3 }, false],
  [{ other: 3 }, false],
  [{}, true],
])('%j is what the call takes: %s', (set, isSo) => {
  type Taken = { name?: string; size?: number | null }
  expect(fits<Taken>(set, { name: 'string', size: 'number?' })).toBe(isSo)
})
