// Who gains and who loses what by a move, in sentences.
import type { AccessChange } from '#contract/accounts.ts'
import { PERMISSIONS } from '#contract/permissions.ts'
import { roleName } from '#lib/people/wording.ts'
import { formatList, t } from '#lib/words.ts'

export interface Told {
  userId: string
  text: string
  /** Through which roles, and where those are held. */
  through: string
}

type NameOf = (accountId: string) => string | undefined

export function tellChange(change: AccessChange, isLost: boolean, nameOf: NameOf): Told {
  const { userId, name, permissions } = change
  const held = PERMISSIONS.filter((one) => permissions.includes(one))
  const list = formatList(held.map((one) => t(`people.permission.${one}`)))
  return { userId, text: sentence(name, list, isLost), through: throughOf(change, nameOf) }
}

function sentence(name: string, list: string, isLost: boolean): string {
  if (list === '')
    return t(isLost ? 'accounts.move.change.sight.lost' : 'accounts.move.change.sight', { name })
  return t(isLost ? 'accounts.move.change.lost' : 'accounts.move.change', { name, list })
}

function throughOf({ roles }: AccessChange, nameOf: NameOf): string {
  const said = roles.map((role) => {
    const account = nameOf(role.at)
    const values = { role: roleName(role) }
    return account === undefined
      ? t('accounts.move.through.unseen', values)
      : t('accounts.move.through', { ...values, account })
  })
  return formatList(said)
}
