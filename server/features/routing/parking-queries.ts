// Transitions of parking (migrations/0065 and 0066; queries.ts says how such are called): a deferred
// chat that is quiet is set aside, and goes on.
import { sql } from 'kysely'
import type { Db } from '../../platform/database.ts'
import { type Outcome, transition } from '../presence/queries.ts'

interface OfOperator {
  organisationId: string
  chatId: string
  userId: string
}

interface OfChat {
  organisationId: string
  chatId: string
}

type Parking = Outcome<'parked' | 'spoken' | 'not_quiet' | 'live' | 'under_way' | 'not_holder'>

/** By the operator who holds it, who has seen its messages up to `seen`; without, because it is quiet. */
export function parkChat(db: Db, it: OfOperator & { seen?: number }): Promise<Parking> {
  return transition(
    db,
    sql<Parking>`select * from park_chat(${it.organisationId}, ${it.chatId}, ${it.userId}, ${it.seen ?? null})`,
  )
}

type TakenBack = Outcome<'taken' | 'gone' | 'not_ready' | 'at_limit' | 'not_found'>

/** By the operator for whom it is parked. */
export function takeBackChat(db: Db, it: OfOperator): Promise<TakenBack> {
  return transition(
    db,
    sql<TakenBack>`select * from take_back_chat(${it.organisationId}, ${it.chatId}, ${it.userId})`,
  )
}

export type Waking = Outcome<'woken' | 'waits' | 'asleep' | 'not_parked' | 'again'>

/** After its visitor has written, in a transaction of its own: a chat that is not parked stays as it is. */
export function wakeChat(db: Db, { organisationId, chatId }: OfChat): Promise<Waking> {
  return transition(db, sql<Waking>`select * from wake_chat(${organisationId}, ${chatId})`)
}

/** Ends a chat that nobody has written in for as long as its queue allows. */
export function closeSleptOut(
  db: Db,
  { organisationId, chatId }: OfChat,
): Promise<Outcome<'closed' | 'nothing' | 'again'>> {
  return transition(
    db,
    sql<Outcome<'closed' | 'nothing' | 'again'>>`
      select * from close_slept_out(${organisationId}, ${chatId})`,
  )
}

/** So many are looked after in one go. */
const MOST = 200

/** Chats that have been quiet for long enough, and who holds each. */
export async function listQuiet(db: Db): Promise<OfOperator[]> {
  const { rows } = await sql<OfOperator>`
    select organisation_id, chat_id, operator_id as user_id from quiet_chats(routing_now())
     order by chat_id limit ${MOST}`.execute(db)
  return rows
}

/** Parked chats that are to be woken, though no command is under way for them. */
export async function listWaking(db: Db): Promise<OfChat[]> {
  const { rows } = await sql<OfChat>`
    select organisation_id, chat_id from waking_chats(routing_now())
     order by chat_id limit ${MOST}`.execute(db)
  return rows
}

/** Parked chats that end. */
export async function listSleptOut(db: Db): Promise<OfChat[]> {
  const { rows } = await sql<OfChat>`
    select organisation_id, chat_id from slept_out(routing_now())
     order by chat_id limit ${MOST}`.execute(db)
  return rows
}
