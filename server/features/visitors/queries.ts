// Visitors, the sites they come to, and which chats are theirs.
import { sql } from 'kysely'
import type { Language } from '#contract/shapes.ts'
import type { Greeting } from '#contract/visitors.ts'
import type { Visitor } from '../../platform/context.ts'
import type { Db } from '../../platform/database.ts'
import { READABLE_HOURS, VISITOR_DAYS } from './rules.ts'

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
           and (m.is_joined or not m.participates) and is_for(o, m.queue_id))`.as('anybodyOnline'),
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

/** Lets a visitor begin one chat at a time: what is read afterwards holds until the transaction ends. */
export async function lock(db: Db, { organisationId, visitorId }: Visitor): Promise<void> {
  await db
    .selectFrom('visitors')
    .select('id')
    .where('organisationId', '=', organisationId)
    .where('id', '=', visitorId)
    .forNoKeyUpdate()
    .execute()
}

/** Where a new chat of the visitor would go, whether that is open, and how many they have open. */
export async function findWayIn(db: Db, { organisationId, visitorId }: Visitor) {
  const { rows } = await sql<{
    accountId: string
    queueId: string
    kind: 'live' | 'deferred'
    isOpen: boolean
    openChats: number
    hasEmail: boolean
  }>`
    select s.account_id, s.queue_id, q.kind, v.email is not null as has_email,
           s.is_active and q.is_active and is_open_account(s.organisation_id, s.account_id) as is_open,
           (select count(*)::int from chats c
             where c.organisation_id = v.organisation_id and c.visitor_id = v.id and c.closed_at is null
           ) as open_chats
      from visitors v
      join sites s on s.organisation_id = v.organisation_id and s.id = v.site_id
      join queues q on q.organisation_id = s.organisation_id and q.id = s.queue_id
     where v.organisation_id = ${organisationId} and v.id = ${visitorId}`.execute(db)
  return rows[0]
}

/** What the visitor says of themselves; what they do not say stays as it was. */
export async function describe(
  db: Db,
  { organisationId, visitorId }: Visitor,
  { name, email }: { name: string | null; email: string | null },
): Promise<void> {
  if (name === null && email === null) return
  await db
    .updateTable('visitors')
    .set({ ...(name !== null && { name }), ...(email !== null && { email }) })
    .where('organisationId', '=', organisationId)
    .where('id', '=', visitorId)
    .execute()
}

export async function insertChat(
  db: Db,
  { organisationId, visitorId, siteId }: Visitor,
  chat: { id: string; accountId: string; kind: 'live' | 'deferred'; pageUrl: string | null },
): Promise<void> {
  await db
    .insertInto('chats')
    .values({ organisationId, visitorId, siteId, ...chat })
    .execute()
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
