// What holds for every legal policy: how it judges, what it ticks off, what is generated for it.
import { randomInt } from 'node:crypto'
import fc from 'fast-check'
import { Value } from 'typebox/value'
import { describe, expect, test } from 'vitest'
import {
  DEFAULT_POLICY,
  generatePassword,
  isStricter,
  PasswordPolicy,
  passwordProblems,
  passwordRules,
  strictestPolicy,
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
const strict: PasswordPolicy = {
  ...DEFAULT_POLICY,
  charset: 'latin',
  upper: true,
  lower: true,
  digit: true,
  special: true,
}

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

describe('several policies together', () => {
  test('take what each of them takes, and nothing else', () => {
    const text = fc.string({ unit: 'grapheme-ascii', minLength: 6, maxLength: 140 })
    fc.assert(
      fc.property(
        fc.array(anyPolicy, { minLength: 1, maxLength: 3 }),
        text,
        (policies, password) => {
          const isTaken = (policy: PasswordPolicy) =>
            passwordProblems(policy, password).length === 0
          expect(isTaken(strictestPolicy(policies))).toBe(policies.every(isTaken))
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('are never less strict than one of them', () => {
    fc.assert(
      fc.property(anyPolicy, anyPolicy, (one, other) => {
        const both = strictestPolicy([one, other])
        expect(isStricter(one, both)).toBe(false)
        expect(isStricter(one, one)).toBe(false)
        expect(Value.Check(PasswordPolicy, both)).toBe(true)
        const days = [one.expiryDays, other.expiryDays].filter((n) => n > 0)
        expect(both.expiryDays).toBe(days.length === 0 ? 0 : Math.min(...days))
      }),
    )
    expect(isStricter({ ...DEFAULT_POLICY, minLength: 13 }, DEFAULT_POLICY)).toBe(true)
    expect(isStricter({ ...DEFAULT_POLICY, history: 9 }, DEFAULT_POLICY)).toBe(false)
    expect(strictestPolicy([])).toEqual(DEFAULT_POLICY)
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

  test('SW-7: are all ticked exactly when the server would take the password', () => {
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
  test('LA-5 SW-7: of ten thousand, each satisfies its policy, with Latin letters alone too', () => {
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
