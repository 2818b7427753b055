// What the passing of time brings, in the order in which one sweep does it. The clockwork of a server
// has a loop for each pace.
import type { Db } from '../../platform/database.ts'
import { tendDoors, turnHours } from '../hours/queries.ts'
import * as presence from '../presence/queries.ts'
import { tendTransfers } from './handing-queries.ts'
import { expireJoins, tendShifts } from './joining-queries.ts'
import type { Outcome } from './queries.ts'
import * as routing from './queries.ts'
import { tendRings } from './ring-queries.ts'
import { expireCooldowns } from './unit-queries.ts'
import { expireWrapUps, overflowChats, releaseHolds } from './wrap-up-queries.ts'

/** Does a part of what is due; `nothing` when no more is. */
export type Sweep = (db: Db) => Promise<Outcome>

/** `at-once`: several times a second. `in-a-moment`: within a second is soon enough. `shifts`: the
 * same, but a shift of very many takes long, so nothing else waits for it. */
export type Pace = 'at-once' | 'in-a-moment' | 'shifts'

const SWEEPS: readonly (readonly [Pace, Sweep])[] = [
  ['in-a-moment', presence.reapNodes],
  ['at-once', routing.expireOffers],
  ['at-once', presence.expireGrace],
  ['at-once', turnHours],
  ['at-once', tendDoors],
  ['in-a-moment', presence.tendIdle],
  ['shifts', tendShifts],
  ['in-a-moment', expireJoins],
  ['at-once', expireWrapUps],
  ['at-once', expireCooldowns],
  ['at-once', overflowChats],
  ['at-once', releaseHolds],
  ['at-once', tendRings],
  ['at-once', tendTransfers],
]

/** Those of one pace, or all. */
export function sweepsOf(wanted?: Pace): Sweep[] {
  return SWEEPS.filter(([pace]) => wanted === undefined || pace === wanted).map(([, work]) => work)
}
