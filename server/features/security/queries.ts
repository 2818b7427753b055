// Passwords as they are kept, those that were, and the links with which a new one is chosen.
import { sql } from 'kysely'
import type { PasswordContext } from '#contract/password.ts'
import type { Database, Db } from '../../platform/database.ts'

export interface NewPassword {
  passwordHash: string
  /** When a temporary one runs out; null: it is not temporary. */
  expiresAt: string | null
}

/** The password is this from now on; the one before is remembered. */
export async function setPassword(
  db: Db,
  userId: string,
  { passwordHash, expiresAt }: NewPassword,
  now: string,
): Promise<void> {
  // Two within one moment of the clock are two all the same.
  await sql`
    insert into password_history (user_id, password_hash, replaced_at)
    select u.id, u.password_hash, greatest(${now}::timestamptz, max(h.replaced_at) + interval '1 microsecond')
      from users u left join password_history h on h.user_id = u.id
     where u.id = ${userId} and u.password_hash is not null
     group by u.id`.execute(db)
  await db
    .updateTable('users')
    .set((eb) => ({
      ...{ passwordHash, passwordExpiresAt: expiresAt, passwordChangedAt: now },
      passwordState: expiresAt === null ? 'chosen' : 'temporary',
      passwordUsedAt: null,
      mustChangePassword: false,
      version: eb('version', '+', 1),
    }))
    .where('id', '=', userId)
    .execute()
}

/** The passwords that the user had before, the last ones first. */
export async function listFormer(db: Db, userId: string, most: number): Promise<string[]> {
  const rows = await db
    .selectFrom('passwordHistory')
    .select('passwordHash')
    .where('userId', '=', userId)
    .orderBy('replacedAt', 'desc')
    .limit(most)
    .execute()
  return rows.map((row) => row.passwordHash)
}

/** Keeps no more of the former passwords than are asked for. */
export async function forgetFormer(db: Db, userId: string, keep: number): Promise<void> {
  await sql`
    delete from password_history where user_id = ${userId} and replaced_at not in (
      select replaced_at from password_history where user_id = ${userId}
       order by replaced_at desc limit ${keep})`.execute(db)
}

/** Has the user choose a new password when they next sign in. */
export async function askForChange(db: Db, userId: string): Promise<void> {
  await db
    .updateTable('users')
    .set((eb) => ({ mustChangePassword: true, version: eb('version', '+', 1) }))
    .where('id', '=', userId)
    .execute()
}

/** What is known of the user, and so is guessed first. */
export async function findContext(db: Db, userId: string): Promise<Required<PasswordContext>> {
  const { rows } = await sql<Record<'email' | 'firstName' | 'lastName' | 'account', string>>`
    select u.email, u.first_name, u.last_name, coalesce((
             select a.name from open_memberships m
               join accounts a on a.organisation_id = m.organisation_id and a.id = m.account_id
              where m.user_id = u.id order by m.created_at, m.id limit 1), '') as account
      from users u where u.id = ${userId}`.execute(db)
  const { email = '', firstName = '', lastName = '', account = '' } = rows[0] ?? {}
  return { email, names: [firstName, lastName], account }
}

export interface NewReset {
  id: string
  organisationId: string
  userId: string
  tokenNonce: Buffer
  tokenHash: Buffer
  requestedBy: string | null
  createdAt: string
  expiresAt: string
}

export async function insertReset(db: Db, reset: NewReset): Promise<void> {
  await db.insertInto('passwordResets').values(reset).execute()
}

const RESET = ['id', 'organisationId', 'userId', 'tokenNonce', 'expiresAt', 'usedAt'] as const

export function findReset(db: Db, id: string) {
  return db.selectFrom('passwordResets').select(RESET).where('id', '=', id).executeTakeFirst()
}

export type Reset = NonNullable<Awaited<ReturnType<typeof findReset>>>

export function findResetByToken(db: Db, tokenHash: Buffer): Promise<Reset | undefined> {
  return db
    .selectFrom('passwordResets')
    .select(RESET)
    .where('tokenHash', '=', tokenHash)
    .executeTakeFirst()
}

/** Uses up the link, if it holds still: one alone succeeds, however many try at once. */
export async function redeem(db: Db, id: string, now: string): Promise<boolean> {
  const row = await db
    .updateTable('passwordResets')
    .set({ usedAt: now })
    .where('id', '=', id)
    .where('usedAt', 'is', null)
    .where('expiresAt', '>', now)
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

/** No link of the user's works any more. */
export async function voidResets(db: Db, userId: string, now: string): Promise<void> {
  await db
    .updateTable('passwordResets')
    .set({ usedAt: now })
    .where('userId', '=', userId)
    .where('usedAt', 'is', null)
    .execute()
}

/** Whatever new e-mail waits to be confirmed never will be. */
export async function voidEmailChange(db: Db, userId: string, now: string): Promise<void> {
  await db
    .updateTable('emailLinks')
    .set({ usedAt: now })
    .where('userId', '=', userId)
    .where('purpose', '=', 'confirm')
    .where('usedAt', 'is', null)
    .execute()
  await db
    .updateTable('users')
    .set((eb) => ({ pendingEmail: null, version: eb('version', '+', 1) }))
    .where('id', '=', userId)
    .where('pendingEmail', 'is not', null)
    .execute()
}

export async function insertForgotten(db: Db, login: string, at: string): Promise<void> {
  await db.insertInto('forgottenPasswords').values({ login, at }).execute()
}

/**
 * Answers whoever has waited longest of those who say to have forgotten theirs; false when nobody
 * waits. What a server does not finish is done by another.
 */
export function answerOldest(
  { db }: Database,
  answer: (login: string) => Promise<void>,
): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const oldest = await tx
      .selectFrom('forgottenPasswords')
      .select(['id', 'login'])
      .orderBy('at')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst()
    if (!oldest) return false
    await answer(oldest.login)
    await tx.deleteFrom('forgottenPasswords').where('id', '=', oldest.id).execute()
    return true
  })
}

/** Forgets links that ran out before then, a part of them at a time; answers how many. */
export async function forgetResets(db: Db, before: string, most: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from password_resets where id in (
      select id from password_resets where expires_at < ${before} limit ${most})`.execute(db)
  return Number(numAffectedRows ?? 0)
}
