// The fields of a queue that say how fast, and how heavily, it loads whoever serves it.
import type { Queue } from '#contract/queues.ts'

export const PACE_KINDS = {
  chatUnits: 'number',
  cooldownSeconds: 'number?',
  burstMost: 'number?',
  burstSeconds: 'number',
  heldLimit: 'number?',
} as const

export function paceOf({
  chatUnits,
  cooldownSeconds,
  burstMost,
  burstSeconds,
  heldLimit,
}: Pick<Queue, keyof typeof PACE_KINDS>): Pick<Queue, keyof typeof PACE_KINDS> {
  return { chatUnits, cooldownSeconds, burstMost, burstSeconds, heldLimit }
}
