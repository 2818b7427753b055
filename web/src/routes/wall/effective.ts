// How many chats somebody may really hold now, and which of their limits says so, in words.
import type { Operator } from '#contract/presence.ts'
import type { ChatKind } from '#contract/shapes.ts'
import { effectiveLimit } from '#contract/units.ts'
import { t } from '#lib/words.ts'

/** Undefined while the limit of the kind alone says it, as far as is known of the queues. */
export function effectiveText(
  operator: Operator,
  kind: ChatKind,
  leftByQueues?: number,
): string | undefined {
  const { limit: effective, because } = effectiveLimit(operator, kind, 1, leftByQueues)
  const { used, limit: most } = operator.units
  if (because === 'queues')
    return t('wall.limits.queues', { effective, limit: operator[kind].limit })
  if (because === 'kind' || most === null) return undefined
  const other = operator[kind === 'live' ? 'deferred' : 'live'].used
  const said = { effective, limit: operator[kind].limit, used, most }
  return other === 0
    ? t(`wall.limits.${kind}.alone`, said)
    : t(`wall.limits.${kind}`, { ...said, n: other })
}
