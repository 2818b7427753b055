// Visitors, the sites they come to, and which chats are theirs.
import { sql } from 'kysely'
import type { Language } from '#contract/shapes.ts'
import type { Greeting } from '#contract/visitors.ts'
import type { Visitor } from '../../platform/context.ts'
import type { Db } from '../../platform/database.ts'
import { type Outcome, transition } from '../presence/queries.ts'
import type * as routing from '../routing/queries.ts'
import { MOST_OPEN_CHATS, READABLE_HOURS, VISITOR_DAYS } from './rules.ts'

/** The site of a widget key, while it is active. */
export function findSite(
  db: Db,
  key: string,
): Promise<
  (Omit<Greeting, 'closed' | 'changesAt'> & { id: string; organisationId: string }) | undefined
> {
  return db
    .selectFrom('sites')
    .select([
      'id',
      'organisationId',
      'name',
      'colour',
      sql<Language>`language`.as('language'),
      'welcome',
      sql<boolean>`exists (
        select from queue_members m
          join operators o on o.organisation_id = m.organisation_id and o.user_id = m.user_id and o.is_ready
         where m.organisation_id = sites.organisation_id and m.queue_id = sites.queue_id
           and (m.is_joined or not m.participates and m.is_on_shift and m.accepts_kind) and is_for(o, m.queue_id))`.as(
        'anybodyOnline',
      ),
    ])
    .where('key', '=', key)
    .where('isActive', '=', true)
    .executeTakeFirst()
}

/** A new visitor; answers until when they are known. */
export async function insert(
  db: Db,
  visitor: { organisationId: string; siteId: string; tokenHash: Buffer; language: Language },
): Promise<string> {
  const { expiresAt } = await db
    .insertInto('visitors')
    .values({ ...visitor, expiresAt: sql`clock_timestamp() + ${VISITOR_DAYS} * interval '1 day'` })
    .returning('expiresAt')
    .executeTakeFirstOrThrow()
  return expiresAt
}

/** The visitor of a token that has not run out, and whether it is an hour since they were last seen. */
export function findByToken(
  db: Db,
  tokenHash: Buffer,
): Promise<(Visitor & { isLongAgo: boolean }) | undefined> {
  return db
    .selectFrom('visitors')
    .select([
      'id as visitorId',
      'organisationId',
      'siteId',
      sql<boolean>`last_seen_at < clock_timestamp() - interval '1 hour'`.as('isLongAgo'),
    ])
    .where('tokenHash', '=', tokenHash)
    .where('expiresAt', '>', sql<string>`clock_timestamp()`)
    .executeTakeFirst()
}

/** Whoever comes back stays known for another term. */
export async function keepKnown(db: Db, { organisationId, visitorId }: Visitor): Promise<void> {
  await db
    .updateTable('visitors')
    .set({
      lastSeenAt: sql`clock_timestamp()`,
      expiresAt: sql`clock_timestamp() + ${VISITOR_DAYS} * interval '1 day'`,
    })
    .where('organisationId', '=', organisationId)
    .where('id', '=', visitorId)
    .execute()
}

type Asked = routing.Enqueued | Outcome<'not_available' | 'too_many_open_chats' | 'contact_needed'>

/**
 * The visitor's chat with its first message, in the queue of their site, as one transition. What is not
 * said of the visitor stays as it was. Unless it has come into a queue nothing was done; throws for a
 * queue that is full (constraint `queue_full`).
 */
export function askChat(
  db: Db,
  { organisationId, visitorId }: Visitor,
  chatId: string,
  of: { name: string | null; email: string | null; pageUrl: string | null },
  message: { clientId: string; body: string },
): Promise<Asked> {
  return transition(
    db,
    sql<Asked>`select * from ask_chat(
      ${organisationId}, ${visitorId}, ${chatId}, ${message.clientId}, ${message.body},
      ${of.name}, ${of.email}, ${of.pageUrl}, ${MOST_OPEN_CHATS})`,
  )
}

/** Whose chat an id is, in whatever organisation. */
export async function findVisitorOfChat(db: Db, chatId: string): Promise<string | undefined> {
  const chat = await db
    .selectFrom('chats')
    .select('visitorId')
    .where('id', '=', chatId)
    .executeTakeFirst()
  return chat?.visitorId
}

/** The visitor's chats that they may still read, the newest first. */
export async function listOpenChatIds(
  db: Db,
  { organisationId, visitorId }: Visitor,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from chats
     where organisation_id = ${organisationId} and visitor_id = ${visitorId}
       and (closed_at is null or closed_at > clock_timestamp() - ${READABLE_HOURS} * interval '1 hour')
     order by created_at desc, id
     limit 100`.execute(db)
  return rows.map(({ id }) => id)
}

/** Whether the chat is the visitor's, and open or closed not long ago. */
export async function isOwnChat(
  db: Db,
  { organisationId, visitorId }: Visitor,
  chatId: string,
): Promise<boolean> {
  const { rows } = await sql`
    select from chats
     where organisation_id = ${organisationId} and visitor_id = ${visitorId} and id = ${chatId}
       and (closed_at is null or closed_at > clock_timestamp() - ${READABLE_HOURS} * interval '1 hour')`.execute(
    db,
  )
  return rows.length > 0
}

/** When the visitor wrote their latest messages in a chat, and what the database's clock says. */
export async function findWritingPace(
  db: Db,
  { organisationId, visitorId }: Visitor,
  chatId: string,
): Promise<{ sentAt: string[]; now: string }> {
  const { rows } = await sql<{ sentAt: string[]; now: string }>`
    select clock_timestamp() as now, coalesce((
      select jsonb_agg(at) from (
        select at from messages
         where organisation_id = ${organisationId} and chat_id = ${chatId}
           and author = 'visitor' and author_id = ${visitorId}
         order by seq desc
         limit 30) as latest), '[]') as sent_at`.execute(db)
  return rows[0] ?? { sentAt: [], now: '' }
}
