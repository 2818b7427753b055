// What roles, states and permissions are called in the language on the screen.
import { BUILT_IN_ROLES, PERMISSIONS } from '#contract/permissions.ts'
import type { Role } from '#contract/users.ts'
import type { Tone } from '#lib/ui/tone.ts'
import { formatList, t } from '#lib/words.ts'
import type { LineState } from './line.ts'

/** A built-in role in the language on the screen; an account's own as it was named. */
export function roleName({ key, name }: { key: string; name: string }): string {
  const builtIn = BUILT_IN_ROLES.find((role) => role === key)
  return builtIn ? t(`people.role.${builtIn}`) : name
}

/** A sentence on what the role may do. */
export function roleSentence({ key, permissions }: Role): string {
  const builtIn = BUILT_IN_ROLES.find((role) => role === key)
  if (builtIn) return t(`people.role.${builtIn}.may`)
  const held = PERMISSIONS.filter((permission) => permissions.includes(permission))
  return t('people.role.may', {
    list: formatList(held.map((permission) => t(`people.permission.${permission}`))),
  })
}

export function stateWord(state: LineState): string {
  return t(`people.state.${state}`)
}

export const stateTone: Readonly<Record<LineState, Tone>> = {
  active: 'ok',
  invited: 'wrap',
  draft: 'off',
  queued: 'wrap',
  sent: 'wrap',
  opened: 'full',
  bounced: 'bad',
  expired: 'pause',
  blocked: 'bad',
  archived: 'off',
  accepted: 'ok',
  revoked: 'off',
}
