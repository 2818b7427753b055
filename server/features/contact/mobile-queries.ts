// A user's mobile number, and the code by which it is proven.
import type { Db } from '../../platform/database.ts'

/** How the user is reached. */
export function findContact(db: Db, userId: string) {
  return db
    .selectFrom('users')
    .select(['email', 'pendingEmail', 'mobile', 'mobileVerifiedAt'])
    .where('id', '=', userId)
    .executeTakeFirst()
}

/** A membership of the user in the organisation, the oldest that is active. */
export async function findMembershipId(
  db: Db,
  organisationId: string,
  userId: string,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('memberships')
    .select('id')
    .where('organisationId', '=', organisationId)
    .where('userId', '=', userId)
    .where('status', '=', 'active')
    .orderBy('createdAt')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  return row?.id
}

/** The number is this; whoever has it must prove it anew (0038). */
export async function setMobile(db: Db, userId: string, mobile: string | null): Promise<void> {
  await db
    .updateTable('users')
    .set((eb) => ({ mobile, version: eb('version', '+', 1) }))
    .where('id', '=', userId)
    .execute()
}

export async function setVerified(db: Db, userId: string, now: string): Promise<void> {
  await db
    .updateTable('users')
    .set((eb) => ({ mobileVerifiedAt: now, version: eb('version', '+', 1) }))
    .where('id', '=', userId)
    .execute()
}

export interface NewCode {
  userId: string
  mobile: string
  nonce: Buffer
  createdAt: string
  expiresAt: string
}

/** In place of the one before, which works no more. */
export async function putCode(db: Db, code: NewCode): Promise<void> {
  const { userId, ...rest } = code
  await db
    .insertInto('mobileCodes')
    .values(code)
    .onConflict((conflict) => conflict.column('userId').doUpdateSet({ ...rest, tries: 0 }))
    .execute()
}

export function findCode(db: Db, userId: string) {
  return db
    .selectFrom('mobileCodes')
    .select(['mobile', 'nonce', 'tries', 'expiresAt'])
    .where('userId', '=', userId)
    .executeTakeFirst()
}

/** Counts one more try of the code, if it may be tried; guesses sent at once are counted one by one. */
export function tryCode(db: Db, userId: string, most: number, now: string) {
  return db
    .updateTable('mobileCodes')
    .set((eb) => ({ tries: eb('tries', '+', 1) }))
    .where('userId', '=', userId)
    .where('tries', '<', most)
    .where('expiresAt', '>', now)
    .returning(['mobile', 'nonce'])
    .executeTakeFirst()
}

/** The code works no more; whether it was this one. */
export async function dropCode(db: Db, userId: string, nonce: Buffer): Promise<boolean> {
  const row = await db
    .deleteFrom('mobileCodes')
    .where('userId', '=', userId)
    .where('nonce', '=', nonce)
    .returning('userId')
    .executeTakeFirst()
  return row !== undefined
}
