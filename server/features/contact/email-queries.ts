// A user's e-mail, and the links by which it changes.
import { sql } from 'kysely'
import type { Db } from '../../platform/database.ts'

export interface NewLink {
  id: string
  organisationId: string
  userId: string
  purpose: 'confirm' | 'revert'
  /** What the e-mail becomes. */
  email: string
  tokenNonce: Buffer
  tokenHash: Buffer
  requestedBy: string | null
  createdAt: string
  expiresAt: string
}

export async function insertLink(db: Db, link: NewLink): Promise<void> {
  await db.insertInto('emailLinks').values(link).execute()
}

const LINK = [
  ...(['id', 'organisationId', 'userId', 'email', 'tokenNonce', 'requestedBy'] as const),
  ...(['createdAt', 'expiresAt', 'usedAt'] as const),
  sql<NewLink['purpose']>`purpose`.as('purpose'),
] as const

export function findLink(db: Db, id: string) {
  return db.selectFrom('emailLinks').select(LINK).where('id', '=', id).executeTakeFirst()
}

export type Link = NonNullable<Awaited<ReturnType<typeof findLink>>>

export function findByToken(db: Db, tokenHash: Buffer): Promise<Link | undefined> {
  return db
    .selectFrom('emailLinks')
    .select(LINK)
    .where('tokenHash', '=', tokenHash)
    .executeTakeFirst()
}

/** Uses up the link, if it holds still: one alone succeeds, however many try at once. */
export async function redeem(db: Db, id: string, now: string): Promise<boolean> {
  const row = await db
    .updateTable('emailLinks')
    .set({ usedAt: now })
    .where('id', '=', id)
    .where('usedAt', 'is', null)
    .where('expiresAt', '>', now)
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

/** No way back works that came after this one; those from before still do. */
export async function voidLaterReverts(db: Db, link: Link, now: string): Promise<void> {
  await db
    .updateTable('emailLinks')
    .set({ usedAt: now })
    .where('userId', '=', link.userId)
    .where('purpose', '=', 'revert')
    .where('createdAt', '>', link.createdAt)
    .where('usedAt', 'is', null)
    .execute()
}

/** The address waits to be confirmed. */
export async function setPending(db: Db, userId: string, email: string): Promise<void> {
  await db
    .updateTable('users')
    .set((eb) => ({ pendingEmail: email, version: eb('version', '+', 1) }))
    .where('id', '=', userId)
    .execute()
}

/** The address is the e-mail from now on; the login stays. */
export async function setEmail(db: Db, userId: string, email: string): Promise<void> {
  await db
    .updateTable('users')
    .set((eb) => ({ email, pendingEmail: null, version: eb('version', '+', 1) }))
    .where('id', '=', userId)
    .execute()
}

/** The password works no more, and is never to be chosen again. */
export async function dropPassword(db: Db, userId: string, now: string): Promise<void> {
  await sql`
    insert into password_history (user_id, password_hash, replaced_at)
    select u.id, u.password_hash, greatest(${now}::timestamptz, max(h.replaced_at) + interval '1 microsecond')
      from users u left join password_history h on h.user_id = u.id
     where u.id = ${userId} and u.password_hash is not null
     group by u.id`.execute(db)
  await db
    .updateTable('users')
    .set((eb) => ({
      ...{ passwordHash: null, passwordState: 'none', passwordExpiresAt: null },
      ...{ passwordUsedAt: null, mustChangePassword: false },
      version: eb('version', '+', 1),
    }))
    .where('id', '=', userId)
    .execute()
}

/** What waits for a link that has run out: whose, and where it was asked for. */
export async function listExpired(
  db: Db,
  now: string,
): Promise<{ userId: string; organisationId: string }[]> {
  const { rows } = await sql<{ userId: string; organisationId: string }>`
    select u.id as user_id, l.organisation_id
      from users u
     cross join lateral (
       select organisation_id, expires_at from email_links
        where user_id = u.id and purpose = 'confirm' and used_at is null
        order by created_at desc limit 1) l
     where u.pending_email is not null and l.expires_at <= ${now}
     limit 100`.execute(db)
  return rows
}

/**
 * Forgets links that ran out before then; but the way back from an address that the login spells says
 * that it signs nobody in any more.
 */
export async function forgetLinks(db: Db, before: string): Promise<void> {
  await sql`
    delete from email_links l using users u
     where u.id = l.user_id and l.expires_at < ${before}
       and not (l.purpose = 'revert' and lower(l.email) = lower(u.login))`.execute(db)
}
