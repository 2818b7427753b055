// Transitions of wrap-up, overflow and holds (migrations/0046 to 0048); queries.ts says how such are called.
import { sql } from 'kysely'
import type { Db } from '../../platform/database.ts'
import { type Outcome, transition } from '../presence/queries.ts'

/** The operator is done before the time is over. */
export function endWrapUp(
  db: Db,
  organisationId: string,
  userId: string,
): Promise<Outcome<'ended' | 'not_found'>> {
  return transition(
    db,
    sql<Outcome<'ended' | 'not_found'>>`select * from end_wrap_up(${organisationId}, ${userId})`,
  )
}

/** An operator who has missed offers is asked again, with the status that they have. */
export function comeBack(
  db: Db,
  organisationId: string,
  userId: string,
): Promise<Outcome<'back' | 'not_found'>> {
  return transition(
    db,
    sql<Outcome<'back' | 'not_found'>>`select * from come_back(${organisationId}, ${userId})`,
  )
}

/** Wrap-ups whose time is over; one organisation a call, until it answers `nothing`. */
export function expireWrapUps(db: Db): Promise<Outcome<'ended' | 'nothing'>> {
  return transition(db, sql<Outcome<'ended' | 'nothing'>>`select * from expire_wrap_ups()`)
}

/** Chats that go on to another queue; one organisation a call, until it answers `nothing`. */
export function overflowChats(db: Db): Promise<Outcome<'moved' | 'nothing'>> {
  return transition(db, sql<Outcome<'moved' | 'nothing'>>`select * from overflow_chats()`)
}

/** Chats that wait for one operator no longer; one organisation a call, until it answers `nothing`. */
export function releaseHolds(db: Db): Promise<Outcome<'released' | 'nothing'>> {
  return transition(db, sql<Outcome<'released' | 'nothing'>>`select * from release_holds()`)
}
