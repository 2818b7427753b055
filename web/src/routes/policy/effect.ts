// What a change of rules comes to, and the rules themselves, for sentences.
import type { PasswordPolicy } from '#contract/password.ts'
import type { PolicyEffect } from '#contract/security.ts'
import { formatList, t } from '#lib/words.ts'

/** So many who must change at once are worth a second thought. */
const MANY = 10

/** Whether the change is to be confirmed in writing: many must choose a new password. */
export function isGrave({ people, mustChange }: PolicyEffect): boolean {
  return mustChange >= MANY || (people > 2 && mustChange * 2 > people)
}

const CLASSES = ['upper', 'lower', 'digit', 'special'] as const

/** The rules in one sentence. */
export function policyText(policy: PasswordPolicy): string {
  return formatList([
    t('policy.said.length', { least: policy.minLength, most: policy.maxLength }),
    ...CLASSES.filter((one) => policy[one]).map((one) => t(`policy.${one}`)),
    ...(policy.charset === 'latin' ? [t('policy.said.latin')] : []),
    ...(policy.blocksCommon ? [t('policy.said.common')] : []),
    ...(policy.history > 0 ? [t('policy.said.history', { n: policy.history })] : []),
    ...(policy.expiryDays > 0 ? [t('policy.said.expiry', { n: policy.expiryDays })] : []),
  ])
}
