import { expect, test } from 'vitest'
import { canonicalRange, rangeProblem } from '../../platform/client-ip.ts'
import { type Entry, faultOf, inOrder, merged } from './rules.ts'

const read = (text: string, note: string | null = null): Entry => ({
  range: canonicalRange(text),
  problem: rangeProblem(text),
  note,
})
const kept = (...texts: string[]) => merged(texts.map((text) => read(text))).map((one) => one.range)
const fault = (...texts: string[]) =>
  faultOf(
    texts.map((text) => read(text)),
    false,
  )

// security.md 3.4, as entries of a list.
test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['2001:db8::1', '2001:db8::1'],
  ['2001:DB8:0::1', '2001:db8::1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['::ffff:a00:1', '10.0.0.1'],
  ['::ffff:10.0.0.0/104', '10.0.0.0/8'],
  ['64:ff9b::a00:1', '64:ff9b::a00:1'],
  ['2002:a00:1::', '2002:a00:1::'],
  ['10.0.0.0/8', '10.0.0.0/8'],
  ['2001:db8::/32', '2001:db8::/32'],
  ['192.0.2.7/32', '192.0.2.7'],
])('IPA-3, I01, I03, I04, I05: %s is kept as %s', (text, canonical) => {
  expect(fault(text)).toBeNull()
  expect(kept(text)).toEqual([canonical])
})

test.each([
  ...['010.0.0.1', '10.1', '2130706433', '0x7f.1', '１０.0.0.1', '10.0.0.1 ', ' 10.0.0.1'],
  ...['10.0.0.256', '1.2.3.4.5', 'fe80::1%eth0', '[::1]', '1.2.3.4:80', '"[2001:db8::1]:443"'],
  ...['', 'any', '10/8', '*', "'; drop table ip_ranges; --"],
])('IPA-3, I02, I04: %j is no address', (text) => {
  expect(fault('192.0.2.1', text)).toEqual({ code: 'invalid', at: 1, problem: 'not_an_address' })
})

test.each(['/33', '/-1', '/', '/8/8', '/08', '/8.0', '/255.0.0.0', '/+8', '/8 ', '/1e1'])(
  'IPA-3, I05: 10.0.0.0%s has no prefix',
  (prefix) => {
    expect(fault(`10.0.0.0${prefix}`)).toEqual({ code: 'invalid', at: 0, problem: 'prefix' })
  },
)

test.each(['10.0.0.1/8', '192.0.2.1/31', '2001:db8::1/64', '2001:db8::/16'])(
  'IPA-3, I05: %s has something set after the prefix',
  (text) => {
    expect(fault(text)).toEqual({ code: 'invalid', at: 0, problem: 'host_bits' })
  },
)

test.each(['0.0.0.0/0', '::/0', '0.0.0.0/1', '128.0.0.0/1', '10.0.0.0/7', '2000::/31'])(
  'IPA-3, I06: %s must be meant',
  (text) => {
    expect(fault('192.0.2.1', text)).toEqual({ code: 'too_wide', at: 1, problem: 'too_wide' })
    expect(faultOf([read(text)], true)).toBeNull()
  },
)

test('IPA-3: what is no range is said before what is too wide, and cannot be meant', () => {
  const entries = [read('0.0.0.0/0'), read('nowhere')]
  for (const isMeant of [false, true])
    expect(faultOf(entries, isMeant)).toMatchObject({ code: 'invalid', at: 1 })
})

test('IPA-3, I07: the same range is kept once, with the first note; ranges may overlap', () => {
  const entries = [
    read('10.0.0.0/8'),
    read('::ffff:10.0.0.0/104', 'Office'),
    read('10.0.0.0/8', 'Later'),
    read('10.1.0.0/16'),
  ]
  expect(merged(entries)).toEqual([
    { range: '10.0.0.0/8', note: 'Office' },
    { range: '10.1.0.0/16', note: null },
  ])
})

test('IPA-3, I09: no entry is a list that restricts nobody', () => {
  expect(faultOf([], false)).toBeNull()
  expect(merged([])).toEqual([])
})

test('a list is the same in whatever order it was kept', () => {
  const list = [read('192.0.2.1'), read('10.0.0.0/8')]
  expect(inOrder(merged(list.toReversed()))).toEqual(merged(list))
})
