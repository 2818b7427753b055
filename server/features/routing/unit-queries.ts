// Limits in units, and cool-downs (migrations/0060 and 0061). The rules of queries.ts hold here.
import { sql } from 'kysely'
import type { Db } from '../../platform/database.ts'
import { type Outcome, transition } from '../presence/queries.ts'

/** What stands now; `before`: what stood, when it was set just now (`isNew`). `setBy` is a user's id. */
export interface UnitsStanding {
  userId: string
  limit: number | null
  version: number
  setBy: string | null
  setAt: string | null
  isNew: boolean
  before: number | null
}
export type UnitsOutcome = Outcome<'set' | 'stale', UnitsStanding> | Outcome<'not_found'>

/** `version`: the one that the editor saw. */
export function setUnitLimit(
  db: Db,
  it: {
    organisationId: string
    userId: string
    limit: number | null
    version: number
    actorId: string | null
  },
): Promise<UnitsOutcome> {
  return transition(
    db,
    sql<UnitsOutcome>`select * from set_unit_limit(${it.organisationId}, ${it.userId}, ${it.limit},
      ${it.version}, ${it.actorId})`,
  )
}

/** Whatever stands. May follow other transitions of the same operator in one transaction, whose row
 * they have locked. */
export function setUnits(
  db: Db,
  it: { organisationId: string; userId: string; limit: number | null; actorId: string | null },
): Promise<Outcome<'set' | 'not_operator'>> {
  return transition(
    db,
    sql<Outcome<'set' | 'not_operator'>>`select * from set_units(
      ${it.organisationId}, ${it.userId}, ${it.limit}, ${it.actorId})`,
  )
}

/** Cool-downs that are over; one organisation a call, until it answers `nothing`. */
export function expireCooldowns(db: Db): Promise<Outcome<'ended' | 'nothing'>> {
  return transition(db, sql<Outcome<'ended' | 'nothing'>>`select * from expire_cooldowns()`)
}
