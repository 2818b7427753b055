// What parking looks at, of queues and of chats, as plain values. parking.ts changes it.
import type { GonePolicy, ParkedBecause, WakePolicy } from '#contract/parking.ts'

/** What a queue says of its deferred chats. */
export interface FloorParking {
  /** Quiet for so long they are parked; undefined: never. */
  afterMs: number | undefined
  wakeTo: WakePolicy
  /** Parked for so long they end; undefined: never. */
  closeMs: number | undefined
  whenGone: GonePolicy
  /** So long one to which an answer is owed is kept; undefined: for ever. */
  keepMs: number | undefined
  /** How long one that is woken waits for its own operator alone. */
  holdMs: number
}

/** Who had the last word. */
export interface LastWord {
  by: 'operator' | 'visitor'
  at: number
  /** Nobody else has said anything since then. */
  since: number
}

export interface FloorParked {
  /** Whose it was; undefined: theirs who is an operator no more. */
  userId: string | undefined
  at: number
  because: ParkedBecause
  /** Its visitor had the last word then. */
  isOwed: boolean
  /** Its visitor has written since. */
  isSpoken: boolean
}
