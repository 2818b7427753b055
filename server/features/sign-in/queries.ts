// Sessions, the logins behind them, and the memory of failed tries.
import { sql } from 'kysely'
import type { Grant } from '#contract/permissions.ts'
import type { Language } from '#contract/shapes.ts'
import type { Database, Db } from '../../platform/database.ts'
import * as users from '../users/queries.ts'
import type { Throttle } from './rules.ts'

/** A user by login (byte for byte) or e-mail (whatever the case), with what sign-in must know. */
export function findLogin(db: Db, login: string) {
  return (
    db
      .selectFrom('users')
      .select(['id', 'email', 'passwordHash', 'passwordState', 'passwordExpiresAt'])
      .where((eb) =>
        eb.or([eb('login', '=', login), eb(sql`lower(email)`, '=', login.toLowerCase())]),
      )
      // A login that is somebody else's e-mail: the login wins.
      .orderBy(sql`login = ${login}`, 'desc')
      .limit(1)
      .executeTakeFirst()
  )
}

/** The organisations in which the user has an active membership, the oldest first. */
export function listOrganisations(db: Db, userId: string): Promise<{ id: string; name: string }[]> {
  return db
    .selectFrom('memberships')
    .innerJoin('accounts', (join) =>
      join
        .onRef('accounts.organisationId', '=', 'memberships.organisationId')
        .onRef('accounts.id', '=', 'memberships.organisationId'),
    )
    .select(['accounts.id', 'accounts.name'])
    .where('memberships.userId', '=', userId)
    .where('memberships.status', '=', 'active')
    .where('accounts.isActive', '=', true)
    .groupBy(['accounts.id', 'accounts.name'])
    .orderBy(sql`min(memberships.created_at)`)
    .execute()
}

export interface NewSession {
  tokenHash: Buffer
  userId: string
  organisationId: string
  now: string
  expiresAt: string
  ip: string
  userAgent: string
}

export async function insertSession(db: Db, session: NewSession): Promise<void> {
  const { now, userAgent, ...rest } = session
  await db
    .insertInto('sessions')
    .values({ ...rest, userAgent: userAgent.slice(0, 300), createdAt: now, lastActiveAt: now })
    .execute()
}

/** A session that holds now: not ended, not run out, not idle, of a user who still belongs there. */
export function findSession(db: Db, tokenHash: Buffer, now: string, activeAfter: string) {
  return db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.userId')
    .select([
      'sessions.id',
      'sessions.userId',
      'sessions.organisationId',
      'sessions.lastActiveAt',
      'users.firstName',
      'users.lastName',
      'users.photoId',
    ])
    .where('tokenHash', '=', tokenHash)
    .where('endedAt', 'is', null)
    .where('expiresAt', '>', now)
    .where('lastActiveAt', '>', activeAfter)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('memberships')
          .select('memberships.id')
          .whereRef('memberships.userId', '=', 'sessions.userId')
          .whereRef('memberships.organisationId', '=', 'sessions.organisationId')
          .where('memberships.status', '=', 'active'),
      ),
    )
    .executeTakeFirst()
}

export async function keepActive(db: Db, sessionId: string, now: string): Promise<void> {
  await db.updateTable('sessions').set({ lastActiveAt: now }).where('id', '=', sessionId).execute()
}

export async function moveSession(
  db: Db,
  sessionId: string,
  organisationId: string,
): Promise<void> {
  await db.updateTable('sessions').set({ organisationId }).where('id', '=', sessionId).execute()
}

export async function endSession(
  db: Db,
  sessionId: string,
  now: string,
  because: string,
): Promise<void> {
  await db
    .updateTable('sessions')
    .set({ endedAt: now, endedBecause: because })
    .where('id', '=', sessionId)
    .where('endedAt', 'is', null)
    .execute()
}

/** Those of the sessions that still hold. */
export async function listAlive(
  db: Db,
  ids: readonly string[],
  now: string,
  activeAfter: string,
): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const rows = await db
    .selectFrom('sessions')
    .select('id')
    .where('id', 'in', [...ids])
    .where('endedAt', 'is', null)
    .where('expiresAt', '>', now)
    .where('lastActiveAt', '>', activeAfter)
    .execute()
  return new Set(rows.map((row) => row.id))
}

/** What the user may in an organisation: the roles held through memberships that are active. */
export async function listGrants(db: Db, organisationId: string, userId: string): Promise<Grant[]> {
  const { rows } = await sql<Held>`
    select r.key, r.is_built_in, r.permissions, g.kind, g.at, g.account_id
      from held_grants g
      join roles r on r.organisation_id = g.organisation_id and r.id = g.role_id
      join memberships m on m.organisation_id = g.organisation_id and m.id = g.membership_id
     where g.organisation_id = ${organisationId} and g.user_id = ${userId} and m.status = 'active'
     order by r.key, g.at`.execute(db)
  return rows.map(({ key, isBuiltIn, permissions, ...place }) => ({
    role: key,
    ...place,
    permissions: users.permissionsOfRole(key, isBuiltIn, permissions),
  }))
}

interface Held extends Pick<Grant, 'kind' | 'at' | 'accountId'> {
  key: string
  isBuiltIn: boolean
  permissions: string[] | null
}

export function findUser(db: Db, userId: string) {
  return db
    .selectFrom('users')
    .select([
      'id',
      'firstName',
      'lastName',
      'email',
      'photoId',
      'passwordState',
      sql<Language>`language`.as('language'),
    ])
    .where('id', '=', userId)
    .executeTakeFirst()
}

export async function rehash(db: Db, userId: string, passwordHash: string): Promise<void> {
  await db.updateTable('users').set({ passwordHash }).where('id', '=', userId).execute()
}

export function findThrottle(db: Db, key: string): Promise<Throttle | undefined> {
  return db
    .selectFrom('throttles')
    .select(['failures', 'windowStart', 'blockedUntil'])
    .where('key', '=', key)
    .executeTakeFirst()
}

/** Replaces a throttle by what follows from it; tries at the same moment are counted one by one. */
export async function moveThrottle(
  database: Database,
  key: string,
  next: (throttle: Throttle | undefined) => Throttle,
): Promise<void> {
  await database.db.transaction().execute(async (db) => {
    await sql`select pg_advisory_xact_lock(44, hashtext(${key}))`.execute(db)
    const throttle = next(await findThrottle(db, key))
    await db
      .insertInto('throttles')
      .values({ key, ...throttle })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ ...throttle }))
      .execute()
  })
}

export async function clearThrottle(db: Db, key: string): Promise<void> {
  await db.deleteFrom('throttles').where('key', '=', key).execute()
}

export async function insertDevice(
  db: Db,
  tokenHash: Buffer,
  userId: string,
  now: string,
  expiresAt: string,
) {
  await db
    .insertInto('knownDevices')
    .values({ tokenHash, userId, createdAt: now, expiresAt })
    .execute()
}

export async function isKnownDevice(
  db: Db,
  tokenHash: Buffer,
  userId: string,
  now: string,
): Promise<boolean> {
  const row = await db
    .selectFrom('knownDevices')
    .select('userId')
    .where('tokenHash', '=', tokenHash)
    .where('userId', '=', userId)
    .where('expiresAt', '>', now)
    .executeTakeFirst()
  return row !== undefined
}
