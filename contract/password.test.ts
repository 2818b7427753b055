import { describe, expect, test } from 'vitest'
import { commonPasswords, isCommonPassword } from './common-passwords.ts'
import {
  DEFAULT_POLICY,
  type PasswordPolicy,
  type PasswordProblem,
  passwordProblems,
} from './password.ts'

const latin: PasswordPolicy = { ...DEFAULT_POLICY, charset: 'latin' }
const strict: PasswordPolicy = { ...latin, upper: true, lower: true, digit: true, special: true }
const rulesOf = (problems: PasswordProblem[]) => problems.map((problem) => problem.rule)

describe('length', () => {
  test.each([
    ['x7x7x7x7Qk9', ['minLength']],
    ['vK3#nq8Zt1Lw', []],
    [`vK3#nq8Zt1Lw${'~'.repeat(116)}`, []],
    [`vK3#nq8Zt1Lw${'~'.repeat(117)}`, ['maxLength']],
  ])('%s', (password, expected) => {
    expect(rulesOf(passwordProblems(DEFAULT_POLICY, password))).toEqual(expected)
  })

  test('counts characters as people do, not units', () => {
    expect(rulesOf(passwordProblems(DEFAULT_POLICY, '🦊🐙🎈🪁🧩🎻🚲🌵🧭🪐🍉'))).toEqual([
      'minLength',
    ])
    expect(passwordProblems(DEFAULT_POLICY, '🦊🐙🎈🪁🧩🎻🚲🌵🧭🪐🍉🧀')).toEqual([])
  })

  test('of megabytes is refused without another look', () => {
    const started = performance.now()
    const problems = passwordProblems(strict, 'п'.repeat(10_000_000), { names: ['п'.repeat(100)] })
    expect(problems).toEqual([{ rule: 'maxLength', n: 128 }])
    expect(performance.now() - started).toBeLessThan(500)
  })
})

describe('characters', () => {
  test('all 95 of ASCII are taken, spaces at the ends too', () => {
    const all = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join('')
    expect(passwordProblems(strict, all)).toEqual([])
    expect(passwordProblems(strict, ' kT9#vQ2!mZx7 ')).toEqual([])
  })

  test.each([
    ['пароль12345A!', 'п'],
    ['Pässword1!Pfad', 'ä'],
    ['Ａbcdef12345!', 'Ａ'],
    ['kT9#vQ2!mZx7é', 'é'],
    ['kT9#vQ2!mZx7👍', '👍'],
    ['kT9#vQ2!mZx7\u00a0', 'U+00A0'],
    ['kT9#vQ2!mZx7\u0000', 'U+0000'],
    ['kT9#vQ2!mZx7\ud800', 'U+D800'],
    ['kT9#vQ2!mZx7\t', 'U+0009'],
    ['kT9#vQ2!mZx7\n', 'U+000A'],
    ['kT9#vQ2!mZx7\u0301', 'U+0301'],
    ['kT9#vQ2!mZx7\u200b', 'U+200B'],
  ])('of %j, latin names the one that it does not take', (password, character) => {
    expect(passwordProblems(latin, password)).toContainEqual({ rule: 'charset', character })
  })

  test('any takes every letter, but nothing that cannot be typed or stored', () => {
    expect(passwordProblems(DEFAULT_POLICY, 'зелёный-велосипед')).toEqual([])
    for (const bad of ['\u0000', '\t', '\n', '\u001b', '\u0085', '\ud800', '\ufffe']) {
      const problems = passwordProblems(DEFAULT_POLICY, `зелёный-велосипед${bad}`)
      expect(rulesOf(problems)).toEqual(['charset'])
    }
  })

  test('of each kind that the policy asks for', () => {
    const policy = { ...strict, blocksCommon: false }
    expect(rulesOf(passwordProblems(policy, 'mmmmmmmmmmmm'))).toEqual(['upper', 'digit', 'special'])
    expect(rulesOf(passwordProblems(policy, 'MMMMMMMMMMM1'))).toEqual(['lower', 'special'])
    expect(rulesOf(passwordProblems(policy, 'Mm1 mmmmmmmm'))).toEqual([])
  })
})

describe('passwords that everybody tries', () => {
  test('are thousands, for the default length too', () => {
    const all = new Set(commonPasswords())
    const long = [...all].filter((password) => password.length >= DEFAULT_POLICY.minLength)
    expect(all.size).toBeGreaterThan(50_000)
    expect(long.length).toBeGreaterThan(3000)
  })

  test('are refused, each of them, in any case', () => {
    const some = [...commonPasswords()].filter((_, i) => i % 13 === 0)
    const allowed = some.filter(
      (one) => !isCommonPassword(one) || !isCommonPassword(one.toUpperCase()),
    )
    expect(allowed).toEqual([])
  })

  test.each([
    'Password123!',
    'P@ssw0rd1234',
    'PASSWORD2026',
    'qwertyuiop12',
    'Welkom2026!',
    'Wachtwoord01!',
    'h3ll0h3ll0h3ll0',
    '            ',
    'aaaaaaaaaaaaa',
    'abababababab',
    'abcabcabcabca',
    '🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊',
    '123456789012',
    '098765432109',
    'abcdefghijkl',
    'zyxwvutsrqpo',
    'qweasdzxc123',
    '1qaz2wsx3edc',
    'asdfghjkl;qwe',
    'iloveyou1234',
    'liverpool2024!',
    ' password1234 ',
  ])('%j', (password) => {
    expect(isCommonPassword(password)).toBe(true)
    expect(rulesOf(passwordProblems({ ...DEFAULT_POLICY, minLength: 8 }, password))).toEqual([
      'common',
    ])
    expect(
      passwordProblems({ ...DEFAULT_POLICY, blocksCommon: false }, password),
    ).not.toContainEqual({ rule: 'common' })
  })

  test.each([
    'correct horse battery',
    'vK3#nq8Zt1Lw',
    'fietsen langs de Rotte',
    'dragonfruit-tuesday',
  ])('but not %j', (password) => {
    expect(passwordProblems(DEFAULT_POLICY, password)).toEqual([])
  })
})

describe('passwords made of what is known of a person', () => {
  const context = {
    email: 'anna.de.vries@example.org',
    names: ['Anna', 'de Vries'],
    account: 'Fietsen & Meer',
  }
  test.each([
    ['anna.de.vries@example.org', 'email'],
    ['Anna.de.Vries1', 'email'],
    ['DeVries2026!', 'name'],
    ['@nnaDeVr1es!', 'email'],
    ['annaanna2026!', 'name'],
    ['De Vries Anna', 'name'],
    ['FietsenMeer2026!', 'account'],
    ['fietsen & meer', 'account'],
    ['F1etsenM33r!!', 'account'],
    ['Switchboard2026!', 'product'],
    ['swi7chb0ard!!', 'product'],
  ])('%s is refused because of the %s', (password, what) => {
    expect(passwordProblems(DEFAULT_POLICY, password, context)).toEqual([
      { rule: 'personal', what },
    ])
  })

  test.each(['Anna rijdt graag paard', 'Anna739104628553', 'Fietsen tegen de wind'])(
    'but not %s',
    (password) => {
      expect(passwordProblems(DEFAULT_POLICY, password, context)).toEqual([])
    },
  )

  test('a name of one or two letters, or none, refuses nothing', () => {
    const short = { names: ['Li', ''], account: '', email: 'x@y.zz' }
    expect(passwordProblems(DEFAULT_POLICY, 'Li48205Li!!!', short)).toEqual([])
    expect(passwordProblems(DEFAULT_POLICY, '482059173640', short)).toEqual([])
  })
})
