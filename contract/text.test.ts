import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cleanMessage, cleanName, messageProblem, nameProblem, skeleton } from './text.ts'

const anyText = fc.string({ unit: 'binary', maxLength: 80 })
/** Texts made of the characters that cause trouble, lone surrogates too. */
const nastyText = fc
  .array(
    fc.constantFrom(
      ...[
        'a',
        'İ',
        'ß',
        'ς',
        'а',
        'ν',
        'e\u0301',
        '\u0301',
        '\u200d',
        '\u200c',
        '\u200b',
        '\u202e',
      ],
      ...['\ufe0f', '👨', '🏽', '\ud800', '\udc00', '\r', '\n', '\u2028', '\u0000', '\u0085', ' '],
      ...['\u00a0', '\u3164', '\u2800', 'ﬁ', 'Ａ', '１', 'क', '्', 'ش', '\u{e0041}', '\ufdd0', '\t'],
    ),
    { maxLength: 40 },
  )
  .map((parts) => parts.join(''))

describe('a name', () => {
  test.each([
    'Łukasz Ünal',
    '李雷',
    'محمد',
    "O'Brien-Smith Jr.",
    'N\u0303un\u0303ez',
    'A',
    'x'.repeat(64),
    '👨‍👩‍👧‍👦',
    '👨‍👩‍👧‍👦'.repeat(9),
    '🇳🇱 Team 👍🏽 1️⃣ ☎️ 👩‍🦰 🏳️‍🌈 🏴󠁧󠁢󠁥󠁮󠁧󠁿',
    'علی‌رضا', // ZWNJ between Arabic letters
    'ශ්‍රී', // ZWJ in Sinhala "Sri"
    'क्‍ष',
    '<script>alert(1)</script>',
    "=HYPERLINK('x')",
    "'; DROP TABLE users;--",
    'System',
    'http://good.com@evil.com',
  ])('%s is allowed', (name) => {
    expect(nameProblem(name)).toBeNull()
  })

  test.each([
    ['', 'empty'],
    ['   ', 'empty'],
    ['\u00a0', 'empty'],
    ['\u200b\u200b', 'empty'],
    ['\u2800', 'empty'],
    ['\u3164', 'empty'],
    ['\u0301', 'empty'],
    ['\n', 'empty'],
    ['x'.repeat(65), 'too_long'],
    ['👍'.repeat(65), 'too_long'],
    [`a${'\u0301'.repeat(500)}`, 'too_long'],
    [`a${'\u0301'.repeat(10)}`, 'marks'],
    ['\u202Egpj.exe', 'direction'],
    ['a\u2066b', 'direction'],
    ['a\u200f', 'direction'],
    ['a\u061cb', 'direction'],
    ['Ad\u200dmin', 'invisible'],
    ['Ad\u200cmin', 'invisible'],
    ['Ad\u00admin', 'invisible'],
    ['Ad\ufeffmin', 'invisible'],
    ['\ufeffAdmin', 'invisible'],
    ['Ad\u2060min', 'invisible'],
    ['Ad\ufe0fmin', 'invisible'],
    ['Ad\u{e0041}min', 'invisible'],
    ['Ad\u3164min', 'invisible'],
    ['Ad\u2800min', 'invisible'],
    ['Ad\u034fmin', 'invisible'],
    ['👨\u200d', 'invisible'],
    ['ش\u200c', 'invisible'],
    ['a\u0000b', 'control'],
    ['a\u0001', 'control'],
    ['\u001b[31mred', 'control'],
    ['a\u0085', 'control'],
    ['a\u009bb', 'control'],
    ['a\tb', 'control'],
    ['a\ud800', 'malformed'],
    ['\udc00\ud800', 'malformed'],
    ['a\ufdd0', 'malformed'],
    ['a\uf8ff', 'malformed'],
    ['a\nb', 'not_one_line'],
    ['Anna\n', 'not_one_line'],
    ['a\r\nBcc: x', 'not_one_line'],
    ['a\u2028b', 'not_one_line'],
    ['a\u2029', 'not_one_line'],
  ])('%j is refused as %s', (name, problem) => {
    expect(nameProblem(name)).toBe(problem)
  })

  test('of a megabyte is refused at once', () => {
    expect(nameProblem('x'.repeat(1_000_000))).toBe('too_long')
    expect(messageProblem('x'.repeat(1_000_000))).toBe('too_long')
  })

  test('is kept as NFC without the spaces around it', () => {
    expect(cleanName('  N\u0303oño\u00a0 ')).toBe('Ñoño')
  })

  test('eight marks on one letter are a script, nine are a nuisance', () => {
    expect(nameProblem(`q${'\u0323'.repeat(8)}`)).toBeNull()
    expect(nameProblem(`q${'\u0323'.repeat(9)}`)).toBe('marks')
  })

  test('that is allowed is storable: one line, well formed, within its length, and clean stays clean', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, nastyText), fc.integer({ min: 1, max: 64 }), (text, max) => {
        if (nameProblem(text, max) !== null) return
        const name = cleanName(text)
        expect(nameProblem(name, max)).toBeNull()
        expect(cleanName(name)).toBe(name)
        expect([...name].length).toBeLessThanOrEqual(max)
        expect(name).toMatch(/^[^\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069\u200b]+$/u)
        expect(name.isWellFormed()).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a message', () => {
  test.each([
    'Hello',
    'two\nlines\tand a tab',
    '\u202Egpj.exe',
    'Ad\u200dmin',
    '\ufeffhi',
    '{{constructor.constructor("alert(1)")()}}',
    'x'.repeat(4000),
    '\n'.repeat(3999).concat('x'),
  ])('%j is allowed and kept as it is', (text) => {
    expect(messageProblem(text)).toBeNull()
    expect(cleanMessage(text)).toBe(text)
  })

  test.each([
    ['', 'empty'],
    [' \n ', 'empty'],
    ['\u200b\u3164\u2800', 'empty'],
    ['x'.repeat(4001), 'too_long'],
    [`${'👨‍👩‍👧‍👦'.repeat(600)}`, 'too_long'],
    ['a\u0000', 'control'],
    ['\u001b[2J', 'control'],
    ['a\u0085b', 'control'],
    ['\u009b31m', 'control'],
    ['\ud800', 'malformed'],
    ['a\udc00\ud800', 'malformed'],
  ])('%j is refused as %s', (text, problem) => {
    expect(messageProblem(text)).toBe(problem)
  })

  test('has one kind of line end', () => {
    expect(cleanMessage('a\r\nb\rc\u2028d\u2029e\n')).toBe('a\nb\nc\nd\ne\n')
  })

  test('loses the marks that would cover its neighbours', () => {
    expect(cleanMessage(`q${'\u0323'.repeat(500)}!`)).toBe(`q${'\u0323'.repeat(8)}!`)
    expect(cleanMessage(`q${'\u0323\u200b'.repeat(20)}`).match(/\u0323/g)).toHaveLength(8)
  })

  test('is clean once cleaned', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, nastyText), (text) => {
        const message = cleanMessage(text)
        expect(cleanMessage(message)).toBe(message)
        expect(messageProblem(message)).toBe(messageProblem(text))
      }),
      { numRuns: 2000 },
    )
  })

  test('of the worst kind is judged in no time', () => {
    const started = performance.now()
    for (const text of [
      'a'.repeat(16_000),
      '\u0301'.repeat(16_000),
      '\u200d'.repeat(16_000),
      `👨${'\u200d👨'.repeat(5000)}`,
      '\u{e0041}'.repeat(8000),
    ]) {
      messageProblem(text)
      nameProblem(text, 16_000)
      skeleton(text)
    }
    expect(performance.now() - started).toBeLessThan(2000)
  })
})

describe('two names are the same when a reader may take one for the other', () => {
  test.each([
    ['Admin', 'Аdmin'], // Cyrillic А
    ['Admin', 'ＡDMIN'],
    ['Admin', 'admin '],
    ['Admin', 'Ad\u200bmin'],
    ['Support', 'Ѕuррort'],
    ['NIKOLA', 'ΝΙΚΟLΑ'], // Greek capitals
    ['Νίκος', 'ΝΊΚΟΣ'],
    ['Straße', 'STRASSE'],
    ['Istanbul', 'İstanbul'],
    ['Room 0', 'Room O'],
    ['Team 1', 'Team l'],
    ["O'Brien", 'O’Brien'],
    ['Night-shift', 'night‑shift'],
    ['North  West', 'north\u00a0west'],
    ['N\u0303', 'Ñ'],
    ['ﬁnance', 'Finance'],
  ])('%j and %j', (one, other) => {
    expect(skeleton(one)).toBe(skeleton(other))
  })

  test.each([
    ['René', 'Rene'],
    ['Team 1', 'Team 2'],
    ['Lisa', 'Iisa'],
    ['Sales', 'Sales 2'],
    ['李雷', '李蕾'],
    ['Bern', 'Bem'],
    ['Мир', 'Мор'],
  ])('but not %j and %j', (one, other) => {
    expect(skeleton(one)).not.toBe(skeleton(other))
  })

  test('however the text is written, and however often it is asked', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, nastyText), (text) => {
        const key = skeleton(text)
        expect(skeleton(key)).toBe(key)
        expect(skeleton(text.normalize('NFD'))).toBe(key)
        expect(skeleton(` ${text.normalize('NFC')}\u200b`)).toBe(key)
      }),
      { numRuns: 2000 },
    )
  })
})
