import { randomInt } from 'node:crypto'
import fc from 'fast-check'
import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import { commonPasswords, isCommonPassword } from './common-passwords.ts'
import {
  DEFAULT_POLICY,
  generatePassword,
  PasswordPolicy,
  type PasswordProblem,
  passwordProblems,
  passwordRules,
} from './password.ts'

const anyPolicy: fc.Arbitrary<PasswordPolicy> = fc.record({
  minLength: fc.integer({ min: 8, max: 64 }),
  maxLength: fc.integer({ min: 64, max: 128 }),
  upper: fc.boolean(),
  lower: fc.boolean(),
  digit: fc.boolean(),
  special: fc.boolean(),
  charset: fc.constantFrom('any', 'latin'),
  history: fc.integer({ min: 0, max: 24 }),
  expiryDays: fc.integer({ min: 0, max: 730 }),
  blocksCommon: fc.boolean(),
})
const latin: PasswordPolicy = { ...DEFAULT_POLICY, charset: 'latin' }
const strict: PasswordPolicy = { ...latin, upper: true, lower: true, digit: true, special: true }
const rulesOf = (problems: PasswordProblem[]) => problems.map((problem) => problem.rule)

describe('the policy', () => {
  test('has floors that no account can lower', () => {
    expect(Value.Check(PasswordPolicy, DEFAULT_POLICY)).toBe(true)
    for (const change of [
      { minLength: 7 },
      { minLength: 0 },
      { minLength: -1 },
      { minLength: 65 },
      { minLength: 1e9 },
      { minLength: Number.NaN },
      { minLength: 12.5 },
      { maxLength: 63 },
      { maxLength: 129 },
      { history: 25 },
      { history: -1 },
      { expiryDays: -1 },
      { charset: 'ascii' },
      { upper: 'yes' },
      { required: 33 },
    ]) {
      expect(Value.Check(PasswordPolicy, { ...DEFAULT_POLICY, ...change })).toBe(false)
    }
  })

  test('by default is the one that the schema describes', () => {
    expect(Value.Default(PasswordPolicy, {})).toEqual(DEFAULT_POLICY)
  })

  test('judges as the rules are written, for every policy and password', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 140 }),
      fc.string({ unit: 'grapheme-ascii', minLength: 6, maxLength: 140 }),
    )
    fc.assert(
      fc.property(anyPolicy, text, (policy, password) => {
        const length = [...password].length
        const isAllowed =
          length >= policy.minLength &&
          length <= policy.maxLength &&
          (!policy.upper || password !== password.replace(/\p{Lu}/gu, '')) &&
          (!policy.lower || password !== password.replace(/\p{Ll}/gu, '')) &&
          (!policy.digit || password !== password.replace(/\p{Nd}/gu, '')) &&
          (!policy.special || password.replace(/[\p{L}\p{N}\p{M}\p{Cs}]/gu, '') !== '') &&
          [...password].every((character) => {
            const code = character.codePointAt(0) ?? 0
            if (policy.charset === 'latin') return code >= 0x20 && code <= 0x7e
            return (
              character.isWellFormed() && !/[\p{Cc}\p{Noncharacter_Code_Point}]/u.test(character)
            )
          })
        const others = passwordProblems({ ...policy, blocksCommon: false }, password)
        expect(others.length === 0).toBe(isAllowed)
      }),
      { numRuns: 5000 },
    )
  })
})

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

describe('the rules to tick off', () => {
  test('are those of the policy, with their numbers', () => {
    expect(passwordRules(DEFAULT_POLICY).map(({ rule, n }) => [rule, n])).toEqual([
      ['minLength', 12],
      ['common', undefined],
      ['personal', undefined],
    ])
    expect(passwordRules(strict).map(({ rule }) => rule)).toEqual([
      ...['minLength', 'upper', 'lower', 'digit', 'special', 'charset', 'common', 'personal'],
    ])
  })

  test('are all open for an empty text', () => {
    expect(passwordRules(strict).some((rule) => rule.isMet(''))).toBe(false)
  })

  test('are all ticked exactly when the server would take the password', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme-ascii', maxLength: 64 }),
      fc.string({ unit: 'binary', maxLength: 30 }).filter((one) => !/[\p{Cc}\p{C}]/u.test(one)),
      fc.constantFrom('Password123!', 'Switchboard2026!', 'AnnaAnna2026!'),
    )
    fc.assert(
      fc.property(anyPolicy, text, (policy, password) => {
        const context = { names: ['Anna'] }
        const isTicked = passwordRules(policy, context).every((rule) => rule.isMet(password))
        expect(isTicked).toBe(passwordProblems(policy, password, context).length === 0)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a generated password', () => {
  test('satisfies every legal policy', () => {
    fc.assert(
      fc.property(anyPolicy, (policy) => {
        const context = { email: 'anna@example.org', names: ['Anna'], account: 'Fietsen' }
        const password = generatePassword(policy, randomInt)
        expect(passwordProblems(policy, password, context)).toEqual([])
        expect(passwordProblems({ ...policy, charset: 'latin' }, password)).toEqual([])
        expect(password).not.toMatch(/[0O1lIo]/)
      }),
      { numRuns: 10_000 },
    )
  })

  test('terminates whatever the source says, and asks for nothing out of range', () => {
    for (const source of [() => 0, (max: number) => max - 1]) {
      expect(
        passwordProblems({ ...strict, blocksCommon: false }, generatePassword(strict, source)),
      ).toEqual([])
    }
  })

  // Every place must hold every character equally often: chi-squared against the exact expectation.
  test('is as random in each place as its alphabet allows', () => {
    const runs = 20_000
    const passwords = Array.from({ length: runs }, () =>
      generatePassword(DEFAULT_POLICY, randomInt),
    )
    const expected = (size: number) => runs * (1 / 16 / size + 13 / 16 / 56)
    const alphabet = ['abcdefghijkmnpqrstuvwxyz', 'ABCDEFGHJKLMNPQRSTUVWXYZ', '23456789'].flatMap(
      (one) => [...one].map((character) => ({ character, often: expected(one.length) })),
    )
    for (let place = 0; place < 16; place += 1) {
      const counts = Map.groupBy(passwords, (password) => password.charAt(place))
      const chi = alphabet
        .map(({ character, often }) => ((counts.get(character)?.length ?? 0) - often) ** 2 / often)
        .reduce((sum, one) => sum + one, 0)
      // 55 degrees of freedom: one in ten million lies above 128.
      expect(chi).toBeLessThan(128)
      expect(counts.size).toBe(56)
    }
  })

  test('holds at least 80 bits, counted from the choices made', () => {
    for (const policy of [DEFAULT_POLICY, strict]) {
      let bits = 0
      let drawn = 0
      generatePassword(policy, (max) => {
        // The last draws only shuffle what is already picked; they are not counted.
        if (drawn++ < 16) bits += Math.log2(max)
        return randomInt(max)
      })
      expect(bits).toBeGreaterThanOrEqual(80)
    }
  })
})
