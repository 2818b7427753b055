// The memory of failed tries, and of the browsers that signed in before.
import { sql } from 'kysely'
import type { Database, Db } from '../../platform/database.ts'
import type { Throttle } from './rules.ts'

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

/** Whether the user has signed in before, in whatever browser. */
export async function hasAnyDevice(db: Db, userId: string): Promise<boolean> {
  const row = await db
    .selectFrom('knownDevices')
    .select('userId')
    .where('userId', '=', userId)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
