// The rows of a person who is made with a password.
import { sql } from 'kysely'
import type { Db } from '../../platform/database.ts'

/** Whoever asks the same a second time waits until the first is done. */
export async function lockRequest(db: Db, requestId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(49, hashtext(${requestId}))`.execute(db)
}

/** The membership that has the id, in whatever organisation. */
export function findMade(db: Db, membershipId: string) {
  return db
    .selectFrom('memberships as m')
    .innerJoin('users as u', 'u.id', 'm.userId')
    .select(['m.organisationId', 'm.accountId', 'u.email'])
    .where('m.id', '=', membershipId)
    .executeTakeFirst()
}

/** Whether the login, byte for byte, or as an address, lets somebody in already. */
export async function isLoginTaken(db: Db, login: string): Promise<boolean> {
  const row = await db
    .selectFrom('users')
    .select('id')
    .where((eb) =>
      eb.or([eb('login', '=', login), eb(sql`lower(email)`, '=', login.toLowerCase())]),
    )
    .executeTakeFirst()
  return row !== undefined
}

/** What an account asks of whoever is made there. */
export function findAccount(db: Db, organisationId: string, accountId: string) {
  return db
    .selectFrom('accounts')
    .select([
      'name',
      'language',
      'requiresGender',
      sql<boolean>`is_open_account(organisation_id, id)`.as('isOpen'),
    ])
    .where('organisationId', '=', organisationId)
    .where('id', '=', accountId)
    .executeTakeFirst()
}

export interface NewUser {
  id: string
  login: string
  email: string
  firstName: string
  lastName: string
  language: string
  passwordHash: string
  passwordState: 'chosen' | 'temporary'
  passwordExpiresAt: string | null
  passwordChangedAt: string
}

export async function insertUser(db: Db, user: NewUser): Promise<void> {
  await db.insertInto('users').values(user).execute()
}

export async function insertMembership(
  db: Db,
  member: { id: string; organisationId: string; accountId: string; userId: string },
): Promise<void> {
  await db.insertInto('memberships').values(member).execute()
}
