// How many chats somebody may really hold now, and which of their limits says so, in words.
import type { Operator } from '#contract/presence.ts'
import type { ChatKind } from '#contract/shapes.ts'
import { effectiveLimit } from '#contract/units.ts'
import { t } from '#lib/words.ts'

/** Undefined while the limit of the kind alone says it. */
export function effectiveText(operator: Operator, kind: ChatKind): string | undefined {
  const { limit: effective, because } = effectiveLimit(operator, kind)
  const { used, limit: most } = operator.units
  if (because === 'kind' || most === null) return undefined
  const other = operator[kind === 'live' ? 'deferred' : 'live'].used
  const said = { effective, limit: operator[kind].limit, used, most }
  return other === 0
    ? t(`wall.limits.${kind}.alone`, said)
    : t(`wall.limits.${kind}`, { ...said, n: other })
}
