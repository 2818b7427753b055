// More of routing's transitions (queries.ts says how they are called): chats that ring with everybody
// outside their queue, and chats that had ended (migrations/0035 and 0037).
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
