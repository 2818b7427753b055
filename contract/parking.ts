// Parking: a deferred chat that is quiet is set aside. It takes nobody's slot and stays its
// operator's, until its visitor writes or the operator takes it back.
import { type Static, Type } from 'typebox'
import { Id, Instant, orNull } from './shapes.ts'

/** What becomes of a chat that wakes while its operator is busy or away. */
export const WAKE_POLICIES = [
  /** It waits for them where it stood, first in line, until the queue's target is over. */
  'front',
  /** It goes to them above their limit, if they are there. */
  'over',
  /** It is anybody's at once. */
  'others',
] as const
export type WakePolicy = (typeof WAKE_POLICIES)[number]

/** What becomes of the chats of an operator who is gone: they wait again, or are kept for them. */
export const GONE_POLICIES = ['queue', 'keep'] as const
export type GonePolicy = (typeof GONE_POLICIES)[number]

/** Why a chat was parked: nobody wrote for long, its operator meant it, or its operator is gone. */
export const PARKED_BECAUSE = ['quiet', 'by_hand', 'gone'] as const
export type ParkedBecause = (typeof PARKED_BECAUSE)[number]

export const Parked = Type.Object({
  /** Whose it was, and is again; null: theirs who is an operator no more. */
  operatorId: orNull(Id),
  at: Instant,
  because: Type.Enum(PARKED_BECAUSE),
  /** Its visitor had the last word when it was parked. */
  isOwed: Type.Boolean(),
})
export type Parked = Static<typeof Parked>

/** What a queue says of parking; looked at in deferred queues alone. */
export const PARKING = {
  /** After so many minutes without a word since the operator's last answer; null: never. */
  parkAfterMinutes: orNull(Type.Integer({ minimum: 1, maximum: 10_080 })),
  wakeTo: Type.Enum(WAKE_POLICIES),
  /** A chat that has been parked for so many days ends; null: it never does. */
  closeParkedDays: orNull(Type.Integer({ minimum: 1, maximum: 365 })),
  whenGone: Type.Enum(GONE_POLICIES),
  /** So long a chat to which an answer is owed is kept for whoever is gone; null: until they come. */
  keepHours: orNull(Type.Integer({ minimum: 1, maximum: 720 })),
}
