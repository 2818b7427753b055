// What a password must be. The page runs this while somebody types, the server runs it again.
import { type Static, Type } from 'typebox'
import { isCommonPassword, undisguised } from './common-passwords.ts'
import { Strict } from './shapes.ts'

/** The floors hold whatever an account sets: at least 8, and never a maximum below 64. */
export const PasswordPolicy = Strict({
  minLength: Type.Integer({ minimum: 8, maximum: 64, default: 12 }),
  maxLength: Type.Integer({ minimum: 64, maximum: 128, default: 128 }),
  upper: Type.Boolean({ default: false }),
  lower: Type.Boolean({ default: false }),
  digit: Type.Boolean({ default: false }),
  special: Type.Boolean({ default: false }),
  /** `latin`: the characters of an American keyboard alone, space to tilde. */
  charset: Type.Union([Type.Literal('any'), Type.Literal('latin')], { default: 'any' }),
  /** How many former passwords may not come back. */
  history: Type.Integer({ minimum: 0, maximum: 24, default: 0 }),
  /** Days after which a password must be changed; 0: never. */
  expiryDays: Type.Integer({ minimum: 0, maximum: 730, default: 0 }),
  blocksCommon: Type.Boolean({ default: true }),
})
export type PasswordPolicy = Static<typeof PasswordPolicy>

export const DEFAULT_POLICY: PasswordPolicy = Object.freeze({
  minLength: 12,
  maxLength: 128,
  upper: false,
  lower: false,
  digit: false,
  special: false,
  charset: 'any',
  history: 0,
  expiryDays: 0,
  blocksCommon: true,
})

/** Any character, or one click for those who need it: the characters of an American keyboard alone. */
export const LATIN_POLICY: PasswordPolicy = Object.freeze({ ...DEFAULT_POLICY, charset: 'latin' })

/** What satisfies every one of the policies; the usual one when there are none. */
export function strictestPolicy(policies: readonly PasswordPolicy[]): PasswordPolicy {
  const [first = DEFAULT_POLICY, ...others] = policies
  return others.reduce(stricter, first)
}

function stricter(one: PasswordPolicy, other: PasswordPolicy): PasswordPolicy {
  const days = [one.expiryDays, other.expiryDays].filter((n) => n > 0)
  return {
    minLength: Math.max(one.minLength, other.minLength),
    maxLength: Math.min(one.maxLength, other.maxLength),
    upper: one.upper || other.upper,
    lower: one.lower || other.lower,
    digit: one.digit || other.digit,
    special: one.special || other.special,
    charset: one.charset === 'latin' ? 'latin' : other.charset,
    history: Math.max(one.history, other.history),
    expiryDays: days.length === 0 ? 0 : Math.min(...days),
    blocksCommon: one.blocksCommon || other.blocksCommon,
  }
}

const JUDGED = [
  ...(['minLength', 'maxLength', 'upper', 'lower', 'digit', 'special'] as const),
  ...(['charset', 'blocksCommon'] as const),
]

/** Whether something may be a password under the other policy and none under this one. */
export function isStricter(policy: PasswordPolicy, than: PasswordPolicy): boolean {
  const both = stricter(than, policy)
  return JUDGED.some((rule) => both[rule] !== than[rule])
}

/** What is known of the person, and so is guessed first. */
export interface PasswordContext {
  email?: string
  names?: string[]
  /** The account's name. */
  account?: string
}

export type PasswordProblem =
  | { rule: 'minLength' | 'maxLength'; n: number }
  | { rule: 'upper' | 'lower' | 'digit' | 'special' | 'common' }
  /** It was theirs before; only the server can tell. */
  | { rule: 'history' }
  /** The first character that may not be used; one that does not show is given as U+00A0. */
  | { rule: 'charset'; character: string }
  | { rule: 'personal'; what: 'email' | 'name' | 'account' | 'product' }
export type PasswordRuleName = PasswordProblem['rule']

const CLASSES = {
  upper: /\p{Lu}/u,
  lower: /\p{Ll}/u,
  digit: /\p{Nd}/u,
  special: /[^\p{L}\p{N}\p{M}\p{Cs}]/u,
}
const CLASS_NAMES = ['upper', 'lower', 'digit', 'special'] as const
const NOT_LATIN = /[^ -~]/u
/** Control characters cannot be typed everywhere, and half a surrogate pair cannot be stored. */
const NEVER = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u
const UNSEEN = /[\p{C}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}]/u

/** Everything that keeps the text from being a password under the policy; empty when nothing does. */
export function passwordProblems(
  policy: PasswordPolicy,
  text: string,
  context: PasswordContext = {},
): PasswordProblem[] {
  // Beyond the maximum nothing else is looked at: an attacker may send megabytes.
  const length = text.length > policy.maxLength * 2 ? text.length : [...text].length
  if (length > policy.maxLength) return [{ rule: 'maxLength', n: policy.maxLength }]
  const problems: PasswordProblem[] = []
  if (length < policy.minLength) problems.push({ rule: 'minLength', n: policy.minLength })
  for (const rule of CLASS_NAMES) {
    if (policy[rule] && !CLASSES[rule].test(text)) problems.push({ rule })
  }
  const stranger = (policy.charset === 'latin' ? NOT_LATIN : NEVER).exec(text)?.[0]
  if (stranger !== undefined) problems.push({ rule: 'charset', character: shown(stranger) })
  if (policy.blocksCommon) problems.push(...guessable(text, context))
  return problems
}

export interface PasswordRule {
  rule: PasswordRuleName
  /** The number that belongs to the rule, where there is one. */
  n?: number
  isMet(text: string): boolean
}

/** The policy as a list to tick off while typing; an empty text meets none. */
export function passwordRules(
  policy: PasswordPolicy,
  context: PasswordContext = {},
): PasswordRule[] {
  const isMet = (rule: PasswordRuleName) => (text: string) =>
    text !== '' && !passwordProblems(policy, text, context).some((problem) => problem.rule === rule)
  const rule = (name: PasswordRuleName): PasswordRule => ({ rule: name, isMet: isMet(name) })
  return [
    { ...rule('minLength'), n: policy.minLength },
    ...CLASS_NAMES.filter((name) => policy[name]).map(rule),
    ...(policy.charset === 'latin' ? [rule('charset')] : []),
    ...(policy.blocksCommon ? [rule('common'), rule('personal')] : []),
  ]
}

function shown(character: string): string {
  if (!UNSEEN.test(character)) return character
  const hex = (character.codePointAt(0) ?? 0).toString(16).toUpperCase()
  return `U+${hex.padStart(4, '0')}`
}

function guessable(text: string, context: PasswordContext): PasswordProblem[] {
  const found = personalWords(context).find(([, word]) => isMadeOf(text, word))
  if (found) return [{ rule: 'personal', what: found[0] }]
  return isCommonPassword(text) ? [{ rule: 'common' }] : []
}

type Personal = Extract<PasswordProblem, { rule: 'personal' }>['what']

function personalWords({ email, names = [], account }: PasswordContext): [Personal, string][] {
  const words: [Personal, string][] = [['product', 'switchboard']]
  if (account) words.push(['account', account])
  if (email) words.push(['email', email], ['email', email.split('@')[0] ?? ''])
  words.push(...[...names, names.join(''), names.toReversed().join('')].map(named))
  return words
}

const named = (name: string): [Personal, string] => ['name', name]

/** How many digits and signs around a name still leave it the name that everybody tries. */
const DRESSING_MAX = 8
const WORD_MIN = 3

/** Whether the text is the word itself, once or twice, with no more than some digits and signs. */
function isMadeOf(text: string, word: string): boolean {
  const core = lettersOf(word)
  if ([...core].length < WORD_MIN) return false
  return undisguised(text.toLowerCase()).some((spelling) => {
    const letters = lettersOf(spelling)
    const isWord = letters === core || letters === core + core
    return isWord && [...spelling].length - [...letters].length <= DRESSING_MAX
  })
}

function lettersOf(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}]/gu, '')
}

// Without what looks alike on paper: 0 and O, 1, l and I.
const LOWER = 'abcdefghijkmnpqrstuvwxyz'
const UPPER = 'ABCDEFGHJKLMNPQRSTUVWXYZ'
const DIGITS = '23456789'
const SPECIAL = '!#%+:=?@*-_&'
/** 16 of an alphabet of 56 are over 85 bits, the certain ones taken off. */
const GENERATED_LENGTH = 16

/**
 * A password of at least 80 bits that satisfies the policy, whatever it is. `randomInt(max)` gives a
 * whole number from 0 below max, from a source that cannot be guessed.
 */
export function generatePassword(
  policy: PasswordPolicy,
  randomInt: (max: number) => number,
): string {
  const classes = [LOWER, UPPER, DIGITS, ...(policy.special ? [SPECIAL] : [])]
  const alphabet = classes.join('')
  const pick = (from: string) => from.charAt(randomInt(from.length))
  const length = Math.max(policy.minLength, GENERATED_LENGTH)
  const picked = classes.map(pick)
  while (picked.length < length) picked.push(pick(alphabet))
  return shuffled(picked, randomInt).join('')
}

function shuffled(characters: string[], randomInt: (max: number) => number): string[] {
  const left = [...characters]
  return characters.map(() => left.splice(randomInt(left.length), 1)[0] ?? '')
}
