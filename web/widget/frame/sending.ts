// The outbox of one chat: what is unsent comes back after a reload, and each message is one call.
import { type Answer, call, isPassing } from './call.ts'
import type { Kept } from './kept.ts'
import { Outbox, type Taken, type Unsent } from './outbox.ts'
import { keepUnsent, keptUnsent } from './unsent.ts'

export interface Chat {
  id: string
  token: string
  kept: Kept
  /** What is known to be sent, though it was not heard back yet. */
  sent: readonly Unsent[]
  changed: (messages: readonly Unsent[]) => void
  /** An answer that was a no. */
  refused: (answer: Answer<unknown>) => void
  isConnected: () => boolean
}

/** Seconds before a message that could not be sent is tried again, unless the server said. */
const AGAIN_AFTER = 3

export function openOutbox({ id, token, kept, sent, changed, refused, isConnected }: Chat): Outbox {
  const write = async ({ clientId, body }: Unsent): Promise<Taken> => {
    const answer = await call('write', { params: { id }, body: { clientId, body } }, token)
    if (answer.ok) return 'taken'
    refused(answer)
    if (!isPassing(answer.no)) return 'refused'
    return { later: (answer.no.retryAfter ?? AGAIN_AFTER) * 1000 }
  }
  const keep = (before: readonly Unsent[], unsent: readonly Unsent[]): void =>
    keepUnsent(kept, id, before, unsent)
  const after = (ms: number, run: () => void): unknown => setTimeout(run, ms)
  return new Outbox({ write, keep, changed, isConnected, after }, [
    ...sent,
    ...keptUnsent(kept, id),
  ])
}
