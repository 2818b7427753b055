// Joining and leaving queues, and what pauses one for somebody who has joined it (migrations/0073). The
// rules of queries.ts hold here.
import { sql } from 'kysely'
import type { Db } from '../../platform/database.ts'
import { type Outcome, transition } from '../presence/queries.ts'
import type { QueueAndUser } from './queries.ts'

/** `minutes`: for how long; without, for good. */
export function joinQueue(
  db: Db,
  it: QueueAndUser & { minutes?: number | undefined },
): Promise<Outcome<'joined' | 'not_assigned'>> {
  return transition(
    db,
    sql<Outcome<'joined' | 'not_assigned'>>`select * from join_queue(
      ${it.organisationId}, ${it.queueId}, ${it.userId}, ${it.actorId ?? null}, ${it.minutes ?? null})`,
  )
}

export function leaveQueue(db: Db, it: QueueAndUser): Promise<Outcome<'left' | 'not_assigned'>> {
  return transition(
    db,
    sql<Outcome<'left' | 'not_assigned'>>`select * from leave_queue(
      ${it.organisationId}, ${it.queueId}, ${it.userId}, ${it.actorId ?? null})`,
  )
}

/** Shifts that turned or were changed; one organisation a call, until it answers `nothing`. */
export function tendShifts(db: Db): Promise<Outcome<'turned' | 'nothing'>> {
  return transition(db, sql<Outcome<'turned' | 'nothing'>>`select * from tend_shifts()`)
}

/** Joinings whose time is over; one organisation a call, until it answers `nothing`. */
export function expireJoins(db: Db): Promise<Outcome<'left' | 'nothing'>> {
  return transition(db, sql<Outcome<'left' | 'nothing'>>`select * from expire_joins()`)
}
