// A limit that is set for a person where a role of theirs allows less: what counts, and why.
import { t } from '#lib/words.ts'
import { limitText } from './limit-words.ts'

/** `byRole`: what a role allows at most, where that is known to be less. */
export function countedLimit(own: number | null, byRole: number | undefined): number | null {
  return byRole === undefined || (own !== null && own <= byRole) ? own : byRole
}

/** Undefined where what is set is what counts. */
export function byRoleText(own: number | null, byRole: number | undefined): string | undefined {
  const counted = countedLimit(own, byRole)
  if (counted === own || counted === null) return undefined
  return t('editing.limit.set-by-role', { n: counted, own: limitText(own) })
}
