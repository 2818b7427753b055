// People, their roles, passwords and photos.
import { sql } from 'kysely'
import { Check } from 'typebox/value'
import { DEFAULT_POLICY, PasswordPolicy } from '#contract/password.ts'
import {
  BUILT_IN_ROLES,
  PERMISSIONS,
  type Permission,
  permissionsOf,
} from '#contract/permissions.ts'
import type { Operator } from '#contract/presence.ts'
import { scope } from '#contract/scopes.ts'
import type { Language } from '#contract/shapes.ts'
import type { Person } from '#contract/users.ts'
import type { Db } from '../../platform/database.ts'

const PERSON = sql<Person>`"row"`.as('person')

/** One person, if their membership is in one of the accounts or they are of one of the teams. */
export async function findPerson(
  db: Db,
  organisationId: string,
  { accountIds, teamIds }: { accountIds: readonly string[]; teamIds: readonly string[] },
  membershipId: string,
): Promise<Person | undefined> {
  const scopes = [...accountIds.map(scope.people), ...teamIds.map(scope.team)]
  const row = await db
    .selectFrom('personRows')
    .select(PERSON)
    .where('organisationId', '=', organisationId)
    .where('membershipId', '=', membershipId)
    .where(sql<boolean>`scopes && ${scopes}::text[]`)
    .executeTakeFirst()
  return row?.person
}

/** The user's line in every account of the organisation that they are a member of, and who sees it. */
export function personRowsOf(db: Db, organisationId: string, userId: string) {
  return db
    .selectFrom('personRows')
    .select([PERSON, sql<string[]>`scopes`.as('scopes')])
    .where('organisationId', '=', organisationId)
    .where('userId', '=', userId)
    .execute()
}

/** The user as an operator, and who sees that; undefined for one who answers no chats. */
export function findOperator(db: Db, organisationId: string, userId: string) {
  return db
    .selectFrom('operatorRows')
    .select([sql<Operator>`"row"`.as('operator'), sql<string[]>`scopes`.as('scopes')])
    .where('organisationId', '=', organisationId)
    .where('userId', '=', userId)
    .executeTakeFirst()
}

/** The organisations in which the user is a member, whatever the membership's status. */
export async function organisationIdsOf(db: Db, userId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('memberships')
    .select('organisationId')
    .distinct()
    .where('userId', '=', userId)
    .orderBy('organisationId')
    .execute()
  return rows.map((row) => row.organisationId)
}

/** What a role may: the code says it for a built-in one, its row for an account's own. */
export function permissionsOfRole(
  key: string,
  isBuiltIn: boolean,
  own: readonly string[] | null,
): readonly Permission[] {
  if (isBuiltIn) return BUILT_IN_ROLES.flatMap((role) => (role === key ? permissionsOf[role] : []))
  return PERMISSIONS.filter((permission) => own?.includes(permission))
}

/** What passwords must be at the account whose path is given: as the nearest one says that says it. */
export async function findPasswordPolicy(
  db: Db,
  organisationId: string,
  path: readonly string[],
): Promise<PasswordPolicy> {
  const rows = await db
    .selectFrom('accounts')
    .select(['id', 'passwordPolicy'])
    .where('organisationId', '=', organisationId)
    .where('id', 'in', [...path])
    .where('passwordPolicy', 'is not', null)
    .execute()
  const own = new Map(rows.map((row) => [row.id, row.passwordPolicy]))
  const nearest = own.get(path.find((id) => own.has(id)) ?? '')
  return Check(PasswordPolicy, nearest) ? nearest : DEFAULT_POLICY
}

/** The user who has the address, whatever its case. */
export function findByEmail(db: Db, email: string) {
  return db
    .selectFrom('users')
    .select(['id', 'email'])
    .where(sql`lower(email)`, '=', email.toLowerCase())
    .executeTakeFirst()
}

export interface NewUser {
  id: string
  email: string
  firstName: string
  lastName: string
  language: string
  passwordHash: string
  passwordChangedAt: string
}

/**
 * Makes a user who chose a password. The login is the address as it was typed, unless it still is the
 * login of somebody who has given the address up.
 */
export async function insertUser(db: Db, user: NewUser): Promise<void> {
  const { email } = user
  const former = await db
    .selectFrom('users')
    .select('id')
    .where('login', '=', email)
    .executeTakeFirst()
  await db
    .insertInto('users')
    .values({ ...user, login: former ? user.id : email, passwordState: 'chosen' })
    .execute()
}

export interface NewMember {
  organisationId: string
  accountId: string
  userId: string
  roleId: string
  displayName: string | null
  grantedBy: string
}

/** Makes the user an active member of the account, with the role there; answers the membership's id. */
export async function insertMember(db: Db, member: NewMember): Promise<string> {
  const { organisationId, accountId, userId, displayName, roleId, grantedBy } = member
  const { id } = await db
    .insertInto('memberships')
    .values({ organisationId, accountId, userId, displayName })
    .returning('id')
    .executeTakeFirstOrThrow()
  await db
    .insertInto('grants')
    .values({ organisationId, accountId, userId, roleId, grantedBy, membershipId: id })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  return id
}

/** The user's membership of the account, whatever its status. */
export function findMembership(db: Db, organisationId: string, accountId: string, userId: string) {
  return db
    .selectFrom('memberships')
    .select(['id', 'status'])
    .where('organisationId', '=', organisationId)
    .where('accountId', '=', accountId)
    .where('userId', '=', userId)
    .executeTakeFirst()
}

/** Whether the user works somewhere in the organisation now. */
export async function isActiveIn(db: Db, organisationId: string, userId: string): Promise<boolean> {
  const row = await db
    .selectFrom('memberships')
    .select('id')
    .where('organisationId', '=', organisationId)
    .where('userId', '=', userId)
    .where('status', '=', 'active')
    .executeTakeFirst()
  return row !== undefined
}

/** Sets the language; answers the one before. */
export async function setLanguage(db: Db, userId: string, language: Language): Promise<string> {
  const before = await db
    .selectFrom('users')
    .select('language')
    .where('id', '=', userId)
    .forUpdate()
    .executeTakeFirstOrThrow()
  await db
    .updateTable('users')
    .set((eb) => ({ language, version: eb('version', '+', 1) }))
    .where('id', '=', userId)
    .execute()
  return before.language
}

/** Keeps a photo's files as the user's photo, in place of the one before; answers its id. */
export async function insertPhoto(
  db: Db,
  userId: string,
  files: readonly { pixels: number; webp: Buffer }[],
): Promise<string> {
  const { id } = await db
    .insertInto('photos')
    .values({ userId })
    .returning('id')
    .executeTakeFirstOrThrow()
  await db
    .insertInto('photoFiles')
    .values(files.map((file) => ({ photoId: id, ...file })))
    .execute()
  await setPhoto(db, userId, id)
  return id
}

/** The user's photo from now on, or none; every other one of theirs goes. */
export async function setPhoto(db: Db, userId: string, photoId: string | null): Promise<void> {
  await db
    .updateTable('users')
    .set((eb) => ({ photoId, version: eb('version', '+', 1) }))
    .where('id', '=', userId)
    .execute()
  await db
    .deleteFrom('photos')
    .where('userId', '=', userId)
    .$if(photoId !== null, (query) => query.where('id', '!=', photoId))
    .execute()
}

/** Where a photo's file of 96 pixels is: how rows name a photo. */
export function photoPath(photoId: string): string {
  return `/files/photos/${photoId}/96`
}

/** A photo's file in one size. */
export async function findPhotoFile(
  db: Db,
  photoId: string,
  pixels: number,
): Promise<Buffer | undefined> {
  const row = await db
    .selectFrom('photoFiles')
    .select('webp')
    .where('photoId', '=', photoId)
    .where('pixels', '=', pixels)
    .executeTakeFirst()
  return row?.webp
}
