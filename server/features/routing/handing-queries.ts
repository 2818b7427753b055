// Transitions of transfers (migrations/0049-0052; queries.ts says how they are called): a chat that
// somebody holds is handed on, and what becomes of that.
import { sql } from 'kysely'
import type { TargetKind } from '#contract/transfers.ts'
import type { Db } from '../../platform/database.ts'
import { type Outcome, transition } from '../presence/queries.ts'

interface Asked {
  organisationId: string
  transferId: string
  chatId: string
  actorId: string
  note: string | null
}

type Begun = Outcome<
  | 'begun'
  | 'not_found'
  | 'not_holder'
  | 'same'
  | 'under_way'
  | 'too_many'
  | 'not_ready'
  | 'finishing'
  | 'at_limit'
  | 'again'
>

/** By the one who holds the chat, or with `holderId` null by somebody above. */
export function beginTransfer(
  db: Db,
  it: Asked & { holderId: string | null; to: { kind: TargetKind; id: string; name: string } },
): Promise<Begun> {
  return transition(
    db,
    sql<Begun>`select * from begin_transfer(${it.organisationId}, ${it.transferId}, ${it.chatId},
      ${it.holderId}, ${it.actorId}, ${it.to.kind}, ${it.to.id}, ${it.to.name}, ${it.note})`,
  )
}

type Cancelled = Outcome<'cancelled' | 'over' | 'not_found' | 'again'>

/** By the one who handed it on, or with `holderId` null by somebody above. */
export function cancelTransfer(
  db: Db,
  it: { organisationId: string; transferId: string; holderId: string | null; actorId: string },
): Promise<Cancelled> {
  return transition(
    db,
    sql<Cancelled>`select * from cancel_transfer(${it.organisationId}, ${it.transferId},
      ${it.holderId}, ${it.actorId})`,
  )
}

type Declined = Outcome<'declined' | 'gone' | 'not_found'>

export function declineTransfer(
  db: Db,
  it: { organisationId: string; transferId: string; userId: string; reason: string | null },
): Promise<Declined> {
  return transition(
    db,
    sql<Declined>`select * from decline_transfer(${it.organisationId}, ${it.transferId},
      ${it.userId}, ${it.reason})`,
  )
}

type Assigned =
  | Outcome<'done', { over: boolean }>
  | Outcome<'done' | 'not_found' | 'closed' | 'same' | 'not_ready' | 'at_limit' | 'again'>

/** Gives a chat to a person outright. */
export function assignChat(
  db: Db,
  it: Asked & { userId: string; overLimit: boolean },
): Promise<Assigned> {
  return transition(
    db,
    sql<Assigned>`select * from assign_chat(${it.organisationId}, ${it.transferId}, ${it.chatId},
      ${it.userId}, ${it.actorId}, ${it.note}, ${it.overLimit})`,
  )
}

type Moved = Outcome<'done' | 'not_found' | 'closed' | 'held' | 'same' | 'again'>

/** Moves a chat that nobody holds to another queue. */
export function moveChat(db: Db, it: Asked & { queueId: string }): Promise<Moved> {
  return transition(
    db,
    sql<Moved>`select * from move_chat(${it.organisationId}, ${it.transferId}, ${it.chatId},
      ${it.queueId}, ${it.actorId}, ${it.note})`,
  )
}

/** Transfers whose time is over; one organisation a call, until it answers `nothing`. */
export function tendTransfers(db: Db): Promise<Outcome<'ended' | 'nothing'>> {
  return transition(db, sql<Outcome<'ended' | 'nothing'>>`select * from tend_transfers()`)
}

/** Chats that are handed on and that somebody with room could be asked to take now. */
export async function listSought(
  db: Db,
  within: string | null = null,
): Promise<{ organisationId: string; chatId: string }[]> {
  const { rows } = await sql<{ organisationId: string; chatId: string }>`
    select distinct organisation_id, chat_id from sought_transfers(${within}::uuid)`.execute(db)
  return rows
}
