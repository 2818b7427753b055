// What a transfer that is under way is on the floor, as plain values. handing.ts changes it.
import type { ChatKind } from '#contract/shapes.ts'

export interface FloorHanding {
  to: { kind: 'operator' | 'queue'; id: string }
  /** From then on nobody more is asked. */
  endsAt: number
  /** With whom it rings, and takes a slot of theirs; undefined: nobody just now. */
  offer: { userId: string; queueId: string; kind: ChatKind; expiresAt: number } | undefined
  /** Who has declined or missed it. */
  passed: readonly string[]
}
