// What pauses a queue for somebody who has joined it, and joining for a while (migrations/0073). The
// rules of queries.ts hold here.
import { sql } from 'kysely'
import type { Db } from '../../platform/database.ts'
import { type Outcome, transition } from '../presence/queries.ts'

/** Shifts that turned or were changed; one organisation a call, until it answers `nothing`. */
export function tendShifts(db: Db): Promise<Outcome<'turned' | 'nothing'>> {
  return transition(db, sql<Outcome<'turned' | 'nothing'>>`select * from tend_shifts()`)
}

/** Joinings whose time is over; one organisation a call, until it answers `nothing`. */
export function expireJoins(db: Db): Promise<Outcome<'left' | 'nothing'>> {
  return transition(db, sql<Outcome<'left' | 'nothing'>>`select * from expire_joins()`)
}
