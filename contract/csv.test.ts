import { expect, test } from 'vitest'
import { csvOf, joinItems, parseCsv, splitItems, unmarked } from './csv.ts'

const cellsOf = (text: string) => parseCsv(text).rows.map(({ cells }) => cells)

test.each<[string, string, string[][]]>([
  [
    'commas',
    'a,b\nc,d\n',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    'semicolons',
    'a;b\r\nc;d,e\r\n',
    [
      ['a', 'b'],
      ['c', 'd,e'],
    ],
  ],
  [
    'tabs, as from a spreadsheet',
    'a\tb\nc\td',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  ['a mark and no end of line', '\ufeffa,b', [['a', 'b']]],
  [
    'old line ends',
    'a,b\rc,d',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    'quotes',
    '"a ""b""","c,d"\n"e\r\nf",g',
    [
      ['a "b"', 'c,d'],
      ['e\r\nf', 'g'],
    ],
  ],
  [
    'a quoted separator in the first line',
    '"a,b,c";d\ne;f',
    [
      ['a,b,c', 'd'],
      ['e', 'f'],
    ],
  ],
  ['a quote within a cell', 'a"b,c\n', [['a"b', 'c']]],
  [
    'empty cells',
    ',a,\n"",b,""',
    [
      ['', 'a', ''],
      ['', 'b', ''],
    ],
  ],
  [
    'empty lines',
    'a,b\n\n , \nc,d\n\n',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  ['a said separator', 'sep=;\na,b;c\n', [['a,b', 'c']]],
  ['nothing', '', []],
])('MS-13: a file with %s', (_, text, cells) => {
  expect(cellsOf(text)).toEqual(cells)
})

test('MS-13: a row is found by its line, also after cells of several lines', () => {
  const { rows } = parseCsv('a,b\n"1\n2\r\n3",x\n\nc,d')
  expect(rows.map(({ line }) => line)).toEqual([1, 2, 6])
})

test('MS-13: a quote that never ends is said with its line', () => {
  expect(parseCsv('a,b\nc,d\n"e,f\ng,h')).toMatchObject({ openQuote: 3 })
})

test.each([
  'plain',
  'a, b',
  'say "hi"',
  'two\nlines',
  '=1+1',
  "'=1",
  "''-a",
  '-3',
  "'t Hart",
  '+316',
  ' =x',
])('MS-13: %j is the same after it was written and read', (text) => {
  const [cells = []] = cellsOf(csvOf([[text, 'x']]))
  expect(cells.map(unmarked)).toEqual([text, 'x'])
})

test.each<[string[]]>([
  [['Sales', 'Service (lead)']],
  [['Web; chat', '"Quoted"', 'a "b" c']],
  [[]],
  [['one']],
])('MS-13: the things %j in one cell', (items) => {
  expect(splitItems(joinItems(items))).toEqual(items)
})

test('MS-13: things are parted whatever the spaces', () => {
  expect(splitItems(' a;b ; ;"c;d";"e;f" (g)')).toEqual(['a', 'b', 'c;d', 'e;f (g)'])
})
