// The password's rules in words, and why a password cannot be taken.
import {
  DEFAULT_POLICY,
  type PasswordContext,
  type PasswordPolicy,
  type PasswordRuleName,
  passwordProblems,
} from '#contract/password.ts'
import { formatList, refusalText, t } from '#lib/words.ts'

/** One rule; `n` is its number, where it has one. */
export function ruleText(rule: PasswordRuleName, n: number): string {
  if (rule === 'minLength' || rule === 'maxLength') return t(`joining.rule.${rule}`, { n })
  return t(`joining.rule.${rule}`)
}

/** Why the text cannot be the password; undefined when it can. */
export function whyNotPassword(
  text: string,
  context: PasswordContext,
  policy: PasswordPolicy = DEFAULT_POLICY,
): string | undefined {
  const [problem] = passwordProblems(policy, text, context)
  if (!problem) return undefined
  if (problem.rule === 'charset')
    return t('joining.rule.unusable', { character: problem.character })
  if (problem.rule === 'maxLength') return ruleText(problem.rule, problem.n)
  return refusalText('weak_password')
}

/** Rules that stand in words by themselves, without a number. */
const WORDED = [
  'upper',
  'lower',
  'digit',
  'special',
  'charset',
  'common',
  'personal',
  'history',
] as const

/** What the server found wrong, in words: an account's own policy may ask for more than is shown. */
export function problemsText(problems: readonly string[]): string {
  const missing = WORDED.filter((rule) => problems.includes(rule)).map((rule) => ruleText(rule, 0))
  if (missing.length === 0) return refusalText('weak_password')
  return t('joining.rules.missing', { rules: formatList(missing) })
}
