import { expect, test } from 'vitest'
import { csvOf } from './csv.ts'

test.each([
  ['plain', 'plain'],
  ['a, b', '"a, b"'],
  ['say "hi"', '"say ""hi"""'],
  ['two\nlines', '"two\nlines"'],
  ['=1+1', `"'=1+1"`],
  ['@sum(a1)', `"'@sum(a1)"`],
  ['+31612345678', `"'+31612345678"`],
  [' =cmd', `"' =cmd"`],
  ['-3', '-3'],
  ['-a', `"'-a"`],
])('%j stands in the file as %j', (text, cell) => {
  expect(csvOf([[text]])).toBe(`\ufeff${cell}\r\n`)
})

test('rows are lines, cells are parted by commas', () => {
  expect(
    csvOf([
      ['Name', 'Login'],
      ['Chloé', 'c@b.c'],
    ]),
  ).toBe('\ufeffName,Login\r\nChloé,c@b.c\r\n')
})
