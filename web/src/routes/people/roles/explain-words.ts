// The answers of the explainer, in sentences.
import type { Because, Explained } from '#contract/roles.ts'
import { roleName } from '#lib/people/wording.ts'
import { formatList, t } from '#lib/words.ts'

/** Through which role, and where that is held. */
export function tellBecause(because: Because): string {
  const role = roleName({ key: because.roleKey, name: because.roleName })
  if (!because.isInherited) return t('roles.explain.held', { role })
  const from = because.inheritedFrom
  return from === null
    ? t('roles.explain.inherited.unseen', { role })
    : t('roles.explain.inherited', { role, from })
}

/** Why not: what rests, and what would give it. */
export function tellWhyNot(
  { resting, wouldCount, wouldGive }: NonNullable<Explained['whyNot']>,
  accountName: (id: string) => string,
): string[] {
  const roles = [...new Set(wouldGive.map(roleName))]
  return [
    ...resting.map(({ accountId, status }) =>
      t('roles.explain.resting', {
        account: accountName(accountId),
        status: t(`roles.status.${status}`),
      }),
    ),
    ...wouldCount.map((because) =>
      t('roles.explain.would-count', {
        role: roleName({ key: because.roleKey, name: because.roleName }),
      }),
    ),
    roles.length === 0
      ? t('roles.explain.would-give.none')
      : t('roles.explain.would-give', { roles: formatList(roles) }),
  ]
}
