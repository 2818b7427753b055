// Rules that several people change at once.
import type { Change } from '#contract/shapes.ts'
import { Refusal } from './refuse.ts'

/**
 * Lays what is set over what stands now. Refuses with `stale` when somebody has set the same to
 * something else since it was seen; what others have set besides stays.
 */
export function changed<T extends object>(stands: T, { set, base }: Change<T>): T {
  for (const key in set)
    if (stands[key] !== base[key] && stands[key] !== set[key]) throw new Refusal('stale')
  return { ...stands, ...set }
}
