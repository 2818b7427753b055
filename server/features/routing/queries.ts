// Routing's transitions: each is a function of the database (migrations/0011-0015), one call, one
// transaction. Within `write` at most one of them, as the work's last statement, and `settle` after
// the commit; on its own in `run` (actions.ts).
import { type RawBuilder, sql } from 'kysely'
import type { Availability, FinishAs, StatusMark } from '#contract/presence.ts'
import type { QueueMember } from '#contract/queues.ts'
import type { Chat } from '#contract/routing.ts'
import type { Db } from '../../platform/database.ts'
import { type Outcome, transition } from '../presence/queries.ts'

export type { Outcome }

type Kind = Chat['kind']
type ChatEnd = 'operator' | 'visitor' | 'abandoned' | 'supervisor' | 'expired'

export type Matched = Outcome<'offered' | 'nobody' | 'not_waiting' | 'again' | 'nothing'>

export function matchChat(db: Db, organisationId: string, chatId: string): Promise<Matched> {
  return transition(db, sql<Matched>`select * from match_chat(${organisationId}, ${chatId})`)
}

export function matchOperator(db: Db, organisationId: string, userId: string): Promise<Matched> {
  return transition(db, sql<Matched>`select * from match_operator(${organisationId}, ${userId})`)
}

export type Enqueued = Outcome<
  'offered' | 'active' | 'waiting' | 'early' | 'already' | 'closed' | 'queue_full' | 'not_found'
>

/** The `chats` row must be there already. On `queue_full` and `not_found` nothing was done. */
export function enqueueChat(
  db: Db,
  it: { organisationId: string; chatId: string; queueId: string; priority?: number },
): Promise<Enqueued> {
  return transition(
    db,
    sql<Enqueued>`select * from enqueue_chat(
      ${it.organisationId}, ${it.chatId}, ${it.queueId}, ${it.priority ?? 0})`,
  )
}

export interface OfferAnswer {
  organisationId: string
  offerId: string
  userId: string
}
type Accepted = Outcome<'accepted' | 'gone', { chatId: string }> | Outcome<'not_found'>
type Declined = Outcome<'declined' | 'gone', { chatId: string }> | Outcome<'not_found'>

export function acceptOffer(db: Db, it: OfferAnswer): Promise<Accepted> {
  return transition(
    db,
    sql<Accepted>`select * from accept_offer(${it.organisationId}, ${it.offerId}, ${it.userId})`,
  )
}

export function declineOffer(db: Db, it: OfferAnswer): Promise<Declined> {
  return transition(
    db,
    sql<Declined>`select * from decline_offer(${it.organisationId}, ${it.offerId}, ${it.userId})`,
  )
}

export type Closed = Outcome<'closed' | 'not_holder' | 'not_found' | 'again'>

/** With `holderId` only if that operator holds the chat; a closed chat stays closed. */
export function closeChat(
  db: Db,
  it: {
    organisationId: string
    chatId: string
    holderId?: string
    because: ChatEnd
    actorId?: string | null
  },
): Promise<Closed> {
  return transition(
    db,
    sql<Closed>`select * from close_chat(${it.organisationId}, ${it.chatId}, ${it.holderId ?? null},
      ${it.because}, ${it.actorId ?? null})`,
  )
}

/** The visitor has left. */
export function abandonChat(
  db: Db,
  it: { organisationId: string; chatId: string },
): Promise<Closed> {
  return transition(db, sql<Closed>`select * from abandon_chat(${it.organisationId}, ${it.chatId})`)
}

/** What stands now; `before` when it was set just now. `setBy` is a user's id. */
export interface LimitStanding {
  userId: string
  kind: Kind
  limit: number
  version: number
  setBy: string | null
  setAt: string
  before: number | null
}
export type LimitOutcome = Outcome<'set' | 'stale', LimitStanding> | Outcome<'not_found'>

/** `version`: the one that the editor saw. */
export function setLimit(
  db: Db,
  it: {
    organisationId: string
    userId: string
    kind: Kind
    limit: number
    version: number
    actorId: string | null
  },
): Promise<LimitOutcome> {
  return transition(
    db,
    sql<LimitOutcome>`select * from set_limit(${it.organisationId}, ${it.userId}, ${it.kind},
      ${it.limit}, ${it.version}, ${it.actorId})`,
  )
}

export function setAvailability(
  db: Db,
  it: {
    organisationId: string
    userId: string
    availability: Availability
    reason?: string | undefined
    finishAs?: FinishAs | undefined
    mark?: StatusMark | undefined
    actorId: string | null
  },
): Promise<AvailabilityOutcome> {
  const mark = it.mark === undefined ? null : JSON.stringify(it.mark)
  return transition(
    db,
    sql<AvailabilityOutcome>`select * from set_availability(
      ${it.organisationId}, ${it.userId}, ${it.availability}, ${it.reason ?? null}, ${it.actorId},
      ${it.finishAs ?? null}, ${mark}::jsonb)`,
  )
}

/** `held`: somebody else has set another, and it holds until then. */
export type AvailabilityOutcome =
  | Outcome<'set' | 'not_found'>
  | Outcome<'held', { until: string; setBy: string | null }>

/** A user in a queue, and who says so (the user when nobody is named). */
export interface QueueAndUser {
  organisationId: string
  queueId: string
  userId: string
  actorId?: string | null
}

export type Assigned = Outcome<'assigned' | 'not_operator' | 'not_found'>

export function assignQueueMember(db: Db, it: QueueAndUser & { tier?: number }): Promise<Assigned> {
  return transition(
    db,
    sql<Assigned>`select * from assign_queue_member(
      ${it.organisationId}, ${it.queueId}, ${it.userId}, ${it.tier ?? 1}, ${it.actorId ?? null})`,
  )
}

export function unassignQueueMember(
  db: Db,
  it: QueueAndUser,
): Promise<Outcome<'unassigned' | 'not_operator'>> {
  return transition(
    db,
    sql<Outcome<'unassigned' | 'not_operator'>>`select * from unassign_queue_member(
      ${it.organisationId}, ${it.queueId}, ${it.userId}, ${it.actorId ?? null})`,
  )
}

/** May stand before other transitions of the same new operator in one transaction. */
export function registerOperator(
  db: Db,
  it: {
    organisationId: string
    userId: string
    live: number
    deferred: number
    actorId?: string | null
  },
): Promise<Outcome<'registered' | 'already'>> {
  return transition(
    db,
    sql<Outcome<'registered' | 'already'>>`select * from register_operator(
      ${it.organisationId}, ${it.userId}, ${it.live}, ${it.deferred}, ${it.actorId ?? null})`,
  )
}

interface OneOperator {
  organisationId: string
  userId: string
  actorId?: string | null
}

/** The chats they held or were offered wait again; their places in queues are gone. */
export function removeOperator(db: Db, it: OneOperator): Promise<Outcome<'removed' | 'not_found'>> {
  return transition(
    db,
    sql<Outcome<'removed' | 'not_found'>>`select * from remove_operator(
      ${it.organisationId}, ${it.userId}, ${it.actorId ?? null})`,
  )
}

/** Tells the row anew after a name, photo, department or membership has changed. */
export function tellOperator(
  db: Db,
  it: OneOperator & { left?: readonly string[] },
): Promise<Outcome<'told'>> {
  return transition(
    db,
    sql<Outcome<'told'>>`select * from tell_operator(
      ${it.organisationId}, ${it.userId}, ${it.actorId ?? null}, ${it.left ?? []}::text[])`,
  )
}

/** Offers that nobody answered; one organisation a call, until it answers `nothing`. */
export function expireOffers(db: Db): Promise<Outcome<'expired' | 'nothing'>> {
  return transition(db, sql<Outcome<'expired' | 'nothing'>>`select * from expire_offers()`)
}

/** The chats of an organisation that fit, the one that is due first first. */
async function chatsWhere(
  db: Db,
  organisationId: string,
  fits: RawBuilder<unknown>,
): Promise<Chat[]> {
  const { rows } = await sql<{ row: Chat }>`
    select row from chat_rows where organisation_id = ${organisationId} and ${fits}
     order by due_at, chat_id`.execute(db)
  return rows.map(({ row }) => row)
}

/** The open chats of accounts. */
export function listChats(db: Db, organisationId: string, accountIds: readonly string[]) {
  const fits = sql`account_id = any (${accountIds}::uuid[]) and state <> 'closed'`
  return chatsWhere(db, organisationId, fits)
}

/** The chats that an operator holds or is offered, by a queue or by a colleague, and those that are
 * parked for them. */
export function listChatsOfOperator(db: Db, organisationId: string, userId: string) {
  const fits = sql`(operator_id = ${userId} or handing_to = ${userId} or parked_for = ${userId})`
  return chatsWhere(db, organisationId, fits)
}

/** The chats of a queue that nobody has yet: waiting or offered. */
export function listWaiting(db: Db, organisationId: string, queueId: string) {
  return chatsWhere(
    db,
    organisationId,
    sql`queue_id = ${queueId} and state in ('early', 'waiting', 'offered')`,
  )
}

export async function findChat(
  db: Db,
  organisationId: string,
  chatId: string,
): Promise<Chat | undefined> {
  return (await chatsWhere(db, organisationId, sql`chat_id = ${chatId}`)).at(0)
}

/** Who is assigned to the queues of accounts. */
export async function listQueueMembers(
  db: Db,
  organisationId: string,
  accountIds: readonly string[],
): Promise<QueueMember[]> {
  const { rows } = await sql<{ row: QueueMember }>`
    select row from queue_member_rows
     where organisation_id = ${organisationId} and account_id = any (${accountIds}::uuid[])
       and scopes <> '{}'
     order by queue_id, user_id`.execute(db)
  return rows.map(({ row }) => row)
}
