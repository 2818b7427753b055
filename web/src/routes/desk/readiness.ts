// What stands in the way of the next chat, or that nothing does: the one thing that the Desk says
// at its top while nobody rings.
import type { Availability, Operator } from '#contract/presence.ts'
import { kindOf, statusOf } from '#contract/presence.ts'
import type { Connection } from '#lib/live/live.svelte.ts'
import { type Accepting, acceptingOf } from '#lib/statuses/look.ts'

export type Readiness =
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
  /** `isPaused`: and no queue brings even those. */
  | { kind: 'some-chats'; accepting: Accepting; name: string | null; isPaused: boolean }
  | { kind: 'none-joined' }
  | { kind: 'paused' }
  /** Each of the queues lets one hold no more of its chats. */
  | { kind: 'queues-full' }
  | { kind: 'ready' }

interface Facts {
  connection: Connection
  operator: Operator
  assigned: number
  joined: number
  /** Of how many of those a chat can come: nothing pauses them. */
  serving: number
  /** Of those, how many let me hold one chat more. */
  free: number
}

export function readinessOf(facts: Facts): Readiness {
  const { connection, operator, assigned } = facts
  const { availability, setBy } = operator
  if (connection === 'lost') return { kind: 'no-connection' }
  if (assigned === 0) return { kind: 'no-queues' }
  if (availability !== 'available') return { kind: 'not-available', availability, setBy }
  if (operator.isNotAnswering) return { kind: 'not-answering', missed: operator.missed }
  if (operator.wrapUp) return { kind: 'wrap-up', ...operator.wrapUp }
  if (statusOf(operator) === 'at_limit') {
    const { used, limit } = operator[kindOf(operator)]
    return { kind: 'at-limit', used, limit }
  }
  return ofQueues(facts)
}

/** What the queues can bring to somebody who is there and has room. */
function ofQueues({ operator, joined, serving, free }: Facts): Readiness {
  const { mark, reason: name } = operator
  const accepting = acceptingOf(mark?.accepts)
  // What is handed over comes without a queue.
  if (joined === 0 && accepting !== 'handed') return { kind: 'none-joined' }
  const isPaused = serving === 0 && accepting !== 'handed'
  if (serving > 0 && free === 0 && accepting !== 'handed') return { kind: 'queues-full' }
  if (accepting) return { kind: 'some-chats', accepting, name, isPaused }
  return isPaused ? { kind: 'paused' } : { kind: 'ready' }
}
