// How a chat stands with the operator who holds it: what was said last, what is unread, and since
// when the visitor waits for an answer.
import type { Message } from '#contract/chats.ts'

export interface Standing {
  last: Message | undefined
  /** Messages of the visitor that have not been seen. */
  unread: number
  /** Since when the visitor waits for an answer, ISO 8601; undefined when we wrote last. */
  waitingSince: string | undefined
}

/** `messages` in any order; `acceptedAt`: from when the wait is the holder's; `readTo`: the last seq seen. */
export function standingOf(
  messages: readonly Message[],
  acceptedAt: string | null,
  readTo: number,
): Standing {
  const inOrder = messages
    .filter(({ author }) => author !== 'system')
    .toSorted((a, b) => a.seq - b.seq)
  const lastAnswer = inOrder.findLastIndex(({ author }) => author === 'operator')
  const asked = inOrder[lastAnswer + 1]?.at
  return {
    last: inOrder.at(-1),
    unread: inOrder.filter(({ author, seq }) => author === 'visitor' && seq > readTo).length,
    waitingSince: asked && acceptedAt && acceptedAt > asked ? acceptedAt : asked,
  }
}

interface Placed {
  standing: Standing
  acceptedAt: string | null
}

/** Who waits longest comes first; then those who wait for nothing, the latest spoken first. */
export function compareNeed(a: Placed, b: Placed): number {
  const [one, other] = [a.standing.waitingSince, b.standing.waitingSince]
  if (one !== undefined && other !== undefined) return one.localeCompare(other)
  if (one !== undefined || other !== undefined) return one === undefined ? 1 : -1
  return spokenAt(b).localeCompare(spokenAt(a))
}

function spokenAt({ standing, acceptedAt }: Placed): string {
  return standing.last?.at ?? acceptedAt ?? ''
}
