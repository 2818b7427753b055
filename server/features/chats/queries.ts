// Chats and what is written in them.
import { type RawBuilder, sql } from 'kysely'
import type { Message, NewMessage } from '#contract/chats.ts'
import type { Actor } from '../../platform/context.ts'
import type { Db } from '../../platform/database.ts'
import * as accounts from '../accounts/queries.ts'
import { MOST_MESSAGES, type Standing } from './rules.ts'

/** A chat and the seq above which its messages are wanted. */
export interface Wanted {
  chatId: string
  above: number
}

/**
 * How a user appears to the visitors of a site, for the chat `c` of the statement: the name that is
 * set for the site, else the membership's, else the first name; never the last name.
 */
export function faceOf(userId: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(
    select coalesce(p.display_name, m.alias, m.display_name,
             case when u.erased_at is null then u.first_name else 'Former agent' end) as name,
           coalesce(p.description, m.description) as description,
           case when coalesce(p.shows_photo, m.shows_photo) then u.photo_id end as photo_id
      from users u
      left join site_profiles p
        on p.organisation_id = c.organisation_id and p.site_id = c.site_id and p.user_id = u.id
      left join lateral (
        select alias, display_name, description, shows_photo from memberships
         where organisation_id = c.organisation_id and user_id = u.id
         order by account_id <> c.account_id, status <> 'active', created_at, id
         limit 1) m on true
     where u.id = ${userId})`
}

/** The messages above each chat's seq, in order; at most `mostEach` of a chat. */
export async function listMessages(
  db: Db,
  wanted: readonly Wanted[],
  mostEach: number,
): Promise<Message[]> {
  const ids = wanted.map(({ chatId }) => chatId)
  const above = wanted.map((one) => one.above)
  const { rows } = await sql<Message>`
    select c.id || ':' || w.seq as id, c.id as chat_id, w.seq, w.client_id, w.author,
           case when w.author = 'operator' then w.author_id end as author_id,
           case w.author when 'operator' then face.name when 'visitor' then v.name end as author_name,
           w.body, w.at
      from unnest(${ids}::uuid[], ${above}::int[]) as wanted (chat_id, above)
      join chats c on c.id = wanted.chat_id
      join visitors v on v.organisation_id = c.organisation_id and v.id = c.visitor_id
     cross join lateral (
       select * from messages
        where organisation_id = c.organisation_id and chat_id = c.id and seq > wanted.above
        order by seq
        limit ${mostEach}) w
      left join lateral ${faceOf(sql`w.author_id`)} face on w.author = 'operator'
     order by c.id, w.seq`.execute(db)
  return rows
}

/** Everything that was written in the chat, in order. */
export function readAll(db: Db, chatId: string): Promise<Message[]> {
  return listMessages(db, [{ chatId, above: 0 }], MOST_MESSAGES)
}

/** One message, as it is told. */
export async function getMessage(db: Db, chatId: string, seq: number): Promise<Message> {
  const [message] = await listMessages(db, [{ chatId, above: seq - 1 }], 1)
  if (message === undefined) throw new Error(`message ${seq} of chat ${chatId} is gone`)
  return message
}

/** A chat that the transaction has locked. */
export type Locked = NonNullable<Awaited<ReturnType<typeof lock>>>

/** Locks the chat until the transaction ends, so that its messages are numbered one by one. */
export function lock(db: Db, organisationId: string, chatId: string) {
  return db
    .selectFrom('chats')
    .select(['id', 'accountId', 'visitorId', 'messageSeq', 'closedAt'])
    .where('organisationId', '=', organisationId)
    .where('id', '=', chatId)
    .forNoKeyUpdate()
    .executeTakeFirst()
}

/** Where a chat belongs, and how the user stands to it. */
export async function findStanding(
  db: Db,
  organisationId: string,
  chatId: string,
  userId: string,
): Promise<(Standing & { accountId: string; isParked: boolean }) | undefined> {
  const { rows } = await sql<Standing & { accountId: string; isParked: boolean }>`
    select c.account_id, c.closed_at is not null as is_closed,
           exists (select from routed_chats r
                    where r.organisation_id = c.organisation_id and r.chat_id = c.id
                      and r.state = 'active' and r.operator_id = ${userId}) as is_held,
           exists (select from routed_chats r
                    where r.organisation_id = c.organisation_id and r.chat_id = c.id
                      and r.parked_for = ${userId}) as is_parked,
           exists (select from assignments a
                    where a.organisation_id = c.organisation_id and a.chat_id = c.id
                      and a.user_id = ${userId} and a.accepted_at is not null) as was_held
      from chats c
     where c.organisation_id = ${organisationId} and c.id = ${chatId}`.execute(db)
  return rows[0]
}

/**
 * Whether the actor may read the chat: the operator who holds it now or for whom it is parked, or whoever
 * sees its floor and answers chats there. Whoever only looks on sees that there is a chat, and no word of it.
 */
export async function maySee(db: Db, actor: Actor, chatId: string): Promise<boolean> {
  const standing = await findStanding(db, actor.organisationId, chatId, actor.userId)
  if (standing === undefined) return false
  const { isHeld, isParked, accountId } = standing
  return isHeld || isParked || READING.every((one) => accounts.mayAt(actor, one, accountId))
}

const READING = ['wall.view', 'chats.answer'] as const

/** Whether the actor holds the chat: whoever does may write in it, and be seen to write. */
export async function isHeldBy(db: Db, actor: Actor, chatId: string): Promise<boolean> {
  const standing = await findStanding(db, actor.organisationId, chatId, actor.userId)
  return standing?.isHeld ?? false
}

/** Who writes: the operator's user id or the visitor's id. */
export interface Author {
  author: 'operator' | 'visitor'
  authorId: string
}

/** The seq of the message that the writer has already sent under this client id. */
export async function findSent(
  db: Db,
  organisationId: string,
  chatId: string,
  { author, authorId }: Author,
  clientId: string,
): Promise<number | undefined> {
  const message = await db
    .selectFrom('messages')
    .select('seq')
    .where('organisationId', '=', organisationId)
    .where('chatId', '=', chatId)
    .where('author', '=', author)
    .where('authorId', '=', authorId)
    .where('clientId', '=', clientId)
    .executeTakeFirst()
  return message?.seq
}

/** Writes the next message of a locked chat and returns its seq. */
export async function insertMessage(
  db: Db,
  organisationId: string,
  chatId: string,
  { author, authorId }: Author,
  { clientId, body }: NewMessage,
): Promise<number> {
  const { rows } = await sql<{ seq: number }>`
    with next as (
      update chats set message_seq = message_seq + 1
       where organisation_id = ${organisationId} and id = ${chatId}
      returning message_seq as seq)
    insert into messages (organisation_id, chat_id, seq, client_id, author, author_id, body)
    select ${organisationId}, ${chatId}, seq, ${clientId}, ${author}::chat_author, ${authorId}, ${body}
      from next
    returning seq`.execute(db)
  const seq = rows[0]?.seq
  if (seq === undefined) throw new Error(`chat ${chatId} is gone`)
  return seq
}
