// Sessions: begun, held, ended, and forgotten once they are long over.
import { sql } from 'kysely'
import type { Db } from '../../platform/database.ts'
import { type Held, heldGrants } from './queries.ts'

export interface NewSession {
  tokenHash: Buffer
  userId: string
  organisationId: string
  now: string
  expiresAt: string
  ip: string
  place: string | null
  userAgent: string
  mustChangePassword: boolean
}

/** Begins a session; the same one only once. */
export async function insertSession(db: Db, session: NewSession): Promise<void> {
  const { now, userAgent, ...rest } = session
  await db
    .insertInto('sessions')
    .values({ ...rest, userAgent: userAgent.slice(0, 300), createdAt: now, lastActiveAt: now })
    .onConflict((conflict) => conflict.column('tokenHash').doNothing())
    .execute()
}

/**
 * A session that holds now: not ended, not run out, not idle, of a user who still works there; whether
 * they may from this address; and what they may there (as `listGrants` and `accounts.paths`, but in the
 * one round trip that every request makes). Undefined: it cannot be told, and is in no list.
 */
export function findSession(db: Db, tokenHash: Buffer, now: string, ip: string | undefined) {
  return db
    .selectFrom('heldSessions as s')
    .innerJoin('users', 'users.id', 's.userId')
    .select([
      sql<string>`s.id`.as('id'),
      sql<string>`s.user_id`.as('userId'),
      sql<string>`s.organisation_id`.as('organisationId'),
      sql<string>`s.last_active_at`.as('lastActiveAt'),
      sql<string>`s.confirmed_at`.as('confirmedAt'),
      sql<boolean>`s.must_change_password or users.password_state = 'temporary'`.as(
        'mustChangePassword',
      ),
      sql<boolean>`not lets_in_from(s.organisation_id, s.user_id, ${ip ?? null}::inet)`.as(
        'isAddressRefused',
      ),
      sql<Held[]>`(
        select coalesce(jsonb_agg(h), '[]')
          from (${heldGrants(sql`s.organisation_id`, sql`g.user_id = s.user_id`)}) h)`.as('held'),
      sql<{ id: string; parentId: string | null }[]>`(
        select jsonb_agg(jsonb_build_object('id', a.id, 'parentId', a.parent_id)) from accounts a
         where a.organisation_id = s.organisation_id)`.as('accounts'),
      'users.firstName',
      'users.lastName',
      'users.photoId',
    ])
    .where('s.tokenHash', '=', tokenHash)
    .where('s.endsAt', '>', now)
    .where('s.idleAt', '>', now)
    .executeTakeFirst()
}

/** The user's sessions that hold now, the last used first; those in one organisation when it is named. */
export function listSessions(db: Db, userId: string, now: string, organisationId?: string) {
  return db
    .selectFrom('heldSessions')
    .select([
      sql<string>`id`.as('id'),
      sql<string>`created_at`.as('createdAt'),
      sql<string>`last_active_at`.as('lastActiveAt'),
      sql<string>`ends_at`.as('expiresAt'),
      'ip',
      'userAgent',
    ])
    .where('userId', '=', userId)
    .where('endsAt', '>', now)
    .where('idleAt', '>', now)
    .$if(organisationId !== undefined, (query) =>
      query.where('organisationId', '=', organisationId ?? ''),
    )
    .orderBy('lastActiveAt', 'desc')
    .orderBy('id')
    .execute()
}

export async function keepActive(db: Db, sessionId: string, now: string): Promise<void> {
  await db.updateTable('sessions').set({ lastActiveAt: now }).where('id', '=', sessionId).execute()
}

export async function confirmSession(db: Db, sessionId: string, now: string): Promise<void> {
  await db.updateTable('sessions').set({ confirmedAt: now }).where('id', '=', sessionId).execute()
}

/** The session goes on under another token. */
export async function rotateSession(db: Db, sessionId: string, tokenHash: Buffer): Promise<void> {
  await db.updateTable('sessions').set({ tokenHash }).where('id', '=', sessionId).execute()
}

/** The user's password was changed: no session of theirs waits for it any more. */
export async function freeSessions(db: Db, userId: string): Promise<void> {
  await db
    .updateTable('sessions')
    .set({ mustChangePassword: false })
    .where('userId', '=', userId)
    .where('mustChangePassword', '=', true)
    .execute()
}

export async function moveSession(
  db: Db,
  sessionId: string,
  organisationId: string,
): Promise<void> {
  await db.updateTable('sessions').set({ organisationId }).where('id', '=', sessionId).execute()
}

/** Which of a user's sessions: all, one, all but one, those in one organisation. */
export interface Which {
  userId: string
  id?: string
  except?: string
  organisationId?: string
}

export interface Ended {
  id: string
  organisationId: string
}

/** Ends them; answers those that had not ended yet. */
export function endSessions(db: Db, which: Which, now: string, because: string): Promise<Ended[]> {
  const { userId, id, except, organisationId } = which
  return db
    .updateTable('sessions')
    .set({ endedAt: now, endedBecause: because })
    .where('userId', '=', userId)
    .where('endedAt', 'is', null)
    .where('expiresAt', '>', now)
    .$if(id !== undefined, (query) => query.where('id', '=', id ?? ''))
    .$if(except !== undefined, (query) => query.where('id', '!=', except ?? ''))
    .$if(organisationId !== undefined, (query) =>
      query.where('organisationId', '=', organisationId ?? ''),
    )
    .returning(['id', 'organisationId'])
    .execute()
}

/** Ends all but the newest of the user's sessions that hold now; never the one that has just begun. */
export async function endOldest(
  db: Db,
  { userId, tokenHash, now }: Pick<NewSession, 'userId' | 'tokenHash' | 'now'>,
  most: number,
): Promise<Ended[]> {
  const { rows } = await sql<Ended>`
    update sessions set ended_at = ${now}, ended_because = 'too_many'
     where id in (
       select id from held_sessions
        where user_id = ${userId} and ends_at > ${now} and idle_at > ${now}
        order by token_hash = ${tokenHash} desc, created_at desc, id offset ${most})
    returning id, organisation_id`.execute(db)
  return rows
}

/** Those of the sessions that still hold. */
export async function listAlive(db: Db, ids: readonly string[], now: string): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const rows = await db
    .selectFrom('heldSessions')
    .select(sql<string>`id`.as('id'))
    .where('id', 'in', [...ids])
    .where('endsAt', '>', now)
    .where('idleAt', '>', now)
    .execute()
  return new Set(rows.map((row) => row.id))
}

/** Forgets sessions that were over before then, a part of them at a time; answers how many. */
export function forgetSessions(db: Db, before: string, most: number): Promise<number> {
  return countOf(
    sql`
    delete from sessions where id in (
      select id from sessions where least(expires_at, ended_at) < ${before} limit ${most})`,
    db,
  )
}

/** Forgets browsers whose mark has run out. */
export function forgetDevices(db: Db, now: string, most: number): Promise<number> {
  return countOf(
    sql`
    delete from known_devices where token_hash in (
      select token_hash from known_devices where expires_at < ${now} limit ${most})`,
    db,
  )
}

/** Forgets failed tries and quotas that began before then and hold nobody up any more. */
export function forgetTries(db: Db, before: string, now: string, most: number): Promise<number> {
  return countOf(
    sql`
    delete from throttles where key in (
      select key from throttles
       where window_start < ${before} and coalesce(blocked_until, '-infinity') < ${now} limit ${most})`,
    db,
  )
}

async function countOf(query: ReturnType<typeof sql>, db: Db): Promise<number> {
  const { numAffectedRows } = await query.execute(db)
  return Number(numAffectedRows ?? 0)
}

/** How many chats a user would leave behind by signing out of a session, and what the organisation says
 * of that. None, as long as they are connected by another. */
export async function leftBySigningOut(
  db: Db,
  {
    organisationId,
    userId,
    sessionId,
  }: { organisationId: string; userId: string; sessionId: string },
): Promise<{ chats: number; rule: 'allow' | 'warn' | 'forbid' }> {
  const { rows } = await sql<{ chats: number; rule: 'allow' | 'warn' | 'forbid' }>`
    select * from left_by_signing_out(${organisationId}, ${userId}, ${sessionId})`.execute(db)
  return rows.at(0) ?? { chats: 0, rule: 'allow' }
}
