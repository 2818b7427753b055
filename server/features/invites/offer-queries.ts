// What stands behind an invitation's link, and what becomes of it when it is accepted.
import { sql } from 'kysely'
import type { Language } from '#contract/shapes.ts'
import type { Db } from '../../platform/database.ts'
import type { Plan } from './rules.ts'

const COLUMNS = [
  'i.organisationId',
  'i.id',
  'i.accountId',
  // Only a draft has none.
  sql<string>`coalesce(i.email, '')`.as('email'),
  'i.firstName',
  'i.lastName',
  sql<Language>`i.language`.as('language'),
  sql<Plan>`i.plan`.as('plan'),
  'i.hours',
  'i.state',
  'i.tokenNonce',
  'i.tokenHash',
  'i.inviterId',
  'i.expiresAt',
  'i.acceptedBy',
  'a.name as accountName',
  'a.colour as accountColour',
  'a.timeZone',
  'a.isActive as isAccountActive',
  'a.invitationHours',
  'a.onboardingMode',
  'a.requiresGender',
  'inviter.firstName as inviterFirstName',
  'inviter.lastName as inviterLastName',
  'inviter.email as inviterEmail',
  sql<Language>`inviter.language`.as('inviterLanguage'),
] as const

export type Offer = NonNullable<Awaited<ReturnType<typeof findByToken>>>

export function findByToken(db: Db, tokenHash: Buffer) {
  return offers(db).where('i.tokenHash', '=', tokenHash).executeTakeFirst()
}

export function find(db: Db, organisationId: string, id: string): Promise<Offer | undefined> {
  return offers(db)
    .where('i.organisationId', '=', organisationId)
    .where('i.id', '=', id)
    .executeTakeFirst()
}

/** The same, and nobody else changes it until the transaction ends. */
export function lock(db: Db, organisationId: string, id: string): Promise<Offer | undefined> {
  return offers(db)
    .where('i.organisationId', '=', organisationId)
    .where('i.id', '=', id)
    .forNoKeyUpdate('i')
    .executeTakeFirst()
}

/** An active member without roles: the plan gives them. */
export async function insertMember(
  db: Db,
  member: { organisationId: string; accountId: string; userId: string },
): Promise<string> {
  const { id } = await db
    .insertInto('memberships')
    .values(member)
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** The user's password is one that was made for them, and is worth nothing after a while. */
export async function makeTemporary(
  db: Db,
  userId: string,
  passwordExpiresAt: string,
): Promise<void> {
  await db
    .updateTable('users')
    .set({ passwordState: 'temporary', passwordExpiresAt })
    .where('id', '=', userId)
    .execute()
}

/** What a mail with a temporary password must know of its user. */
export function findTemporary(db: Db, userId: string) {
  return db
    .selectFrom('users')
    .select(['login', 'firstName', 'passwordHash', 'passwordExpiresAt'])
    .where('id', '=', userId)
    .where('passwordState', '=', 'temporary')
    .executeTakeFirst()
}

function offers(db: Db) {
  return db
    .selectFrom('invitations as i')
    .innerJoin('accounts as a', (join) =>
      join.onRef('a.organisationId', '=', 'i.organisationId').onRef('a.id', '=', 'i.accountId'),
    )
    .innerJoin('users as inviter', 'inviter.id', 'i.inviterId')
    .select(COLUMNS)
}
