// More of routing's transitions (queries.ts says how they are called): chats that ring with everybody
// outside their queue or are picked by hand, levels, and chats that had ended (migrations/0035, 0037
// and 0045).
import { sql } from 'kysely'
import type { Db } from '../../platform/database.ts'
import { type Outcome, transition } from '../presence/queries.ts'

type Taken =
  | Outcome<'taken', { chatId: string }>
  | Outcome<'gone' | 'at_limit' | 'not_ready' | 'not_found'>

/** A chat that rings goes to the first who takes it. */
export function takeChat(
  db: Db,
  it: { organisationId: string; chatId: string; userId: string },
): Promise<Taken> {
  return transition(
    db,
    sql<Taken>`select * from take_chat(${it.organisationId}, ${it.chatId}, ${it.userId})`,
  )
}

type Picked =
  | Outcome<'picked', { chatId: string }>
  | Outcome<
      'gone' | 'at_limit' | 'not_ready' | 'not_joined' | 'paused' | 'lacks_skill' | 'not_found'
    >

/** A chat of a queue by hand goes to the first who picks it. */
export function pickChat(
  db: Db,
  it: { organisationId: string; chatId: string; userId: string },
): Promise<Picked> {
  return transition(
    db,
    sql<Picked>`select * from pick_chat(${it.organisationId}, ${it.chatId}, ${it.userId})`,
  )
}

type TierSet =
  | Outcome<'set' | 'stale', { tier: number; before: number | null }>
  | Outcome<'not_found'>

/** On which level somebody serves a queue; `was` is the level that the editor saw. */
export function setTier(
  db: Db,
  it: {
    organisationId: string
    queueId: string
    userId: string
    tier: number
    was: number
    actorId: string | null
  },
): Promise<TierSet> {
  return transition(
    db,
    sql<TierSet>`select * from set_tier(${it.organisationId}, ${it.queueId}, ${it.userId},
      ${it.tier}, ${it.was}, ${it.actorId})`,
  )
}

export type Reopened = Outcome<'reopened' | 'open' | 'queue_full' | 'not_found'>

/** `said` is written in the chat, for the visitor to read; `note` is for the team. */
export function reopenChat(
  db: Db,
  it: {
    organisationId: string
    chatId: string
    queueId: string
    actorId: string
    said: string
    note: string | null
  },
): Promise<Reopened> {
  return transition(
    db,
    sql<Reopened>`select * from reopen_chat(${it.organisationId}, ${it.chatId}, ${it.queueId},
      ${it.actorId}, ${it.said}, ${it.note})`,
  )
}

/** Chats that begin to ring, or end it; one organisation a call, until it answers `nothing`. */
export function tendRings(db: Db): Promise<Outcome<'rung' | 'nothing'>> {
  return transition(db, sql<Outcome<'rung' | 'nothing'>>`select * from tend_rings()`)
}
