// What stands in the way of the next chat, or that nothing does: the one thing that the Desk says
// at its top while nobody rings.
import type { Availability, Operator } from '#contract/presence.ts'
import { statusOf } from '#contract/presence.ts'
import type { Connection } from '#lib/live/live.svelte.ts'

export type Shift =
  | { kind: 'no-connection' }
  | { kind: 'no-queues' }
  | { kind: 'not-answering'; missed: number }
  | {
      kind: 'not-available'
      availability: Exclude<Availability, 'available'>
      setBy: string | null
    }
  | { kind: 'at-limit'; used: number; limit: number }
  | { kind: 'wrap-up'; until: string; isPaused: boolean }
  | { kind: 'none-joined' }
  | { kind: 'ready' }

interface Facts {
  connection: Connection
  operator: Operator
  assigned: number
  joined: number
}

export function shiftOf({ connection, operator, assigned, joined }: Facts): Shift {
  const { availability, setBy, live } = operator
  if (connection === 'lost') return { kind: 'no-connection' }
  if (assigned === 0) return { kind: 'no-queues' }
  if (availability !== 'available') return { kind: 'not-available', availability, setBy }
  if (operator.isNotAnswering) return { kind: 'not-answering', missed: operator.missed }
  if (operator.wrapUp) return { kind: 'wrap-up', ...operator.wrapUp }
  if (statusOf(operator) === 'at_limit')
    return { kind: 'at-limit', used: live.used, limit: live.limit }
  return joined === 0 ? { kind: 'none-joined' } : { kind: 'ready' }
}
