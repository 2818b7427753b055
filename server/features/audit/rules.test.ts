import { expect, test } from 'vitest'
import { changesOf } from './rules.ts'

test.each([
  [undefined, undefined, []],
  [null, { name: 'Care' }, [{ field: 'name', before: null, after: 'Care' }]],
  [{ name: 'Care' }, null, [{ field: 'name', before: 'Care', after: null }]],
  [{ a: 1, b: { c: 1 } }, { a: 1, b: { c: 1 } }, []],
  [{ a: 1, b: 2 }, { a: 1, b: 3 }, [{ field: 'b', before: 2, after: 3 }]],
  [{ a: [1] }, { a: [2] }, [{ field: 'a', before: [1], after: [2] }]],
  [
    { a: 1 },
    { b: 1 },
    [
      { field: 'a', before: 1, after: null },
      { field: 'b', before: null, after: 1 },
    ],
  ],
  ['x', 'y', [{ field: '', before: 'x', after: 'y' }]],
])('from %j to %j', (before, after, changes) => {
  expect(changesOf(before, after)).toEqual(changes)
})
