// Logins, and what whoever signs in may do.
import { type RawBuilder, sql } from 'kysely'
import type { Grant } from '#contract/permissions.ts'
import type { Language } from '#contract/shapes.ts'
import type { Db } from '../../platform/database.ts'
import * as users from '../users/queries.ts'

const LOGIN = [
  ...(['id', 'login', 'email', 'firstName', 'lastName', 'passwordHash', 'passwordState'] as const),
  ...(['passwordExpiresAt', 'passwordUsedAt', 'passwordChangedAt', 'mustChangePassword'] as const),
  sql<Language>`language`.as('language'),
] as const

/** The way back from an address is kept for as long as the login spells it. */
const IS_GIVEN_UP = sql<boolean>`(lower(users.login) <> lower(users.email) and exists (
  select from email_links l
   where l.user_id = users.id and l.purpose = 'revert' and lower(l.email) = lower(users.login)))`

/**
 * A user by login (byte for byte) or e-mail (whatever the case), with what sign-in must know. A login
 * that spells an address which the user has given up names nobody any more.
 */
export function findLogin(db: Db, login: string) {
  return (
    db
      .selectFrom('users')
      .select(LOGIN)
      .where((eb) =>
        eb.or([
          eb.and([eb('login', '=', login), eb.not(IS_GIVEN_UP)]),
          eb(sql`lower(email)`, '=', login.toLowerCase()),
        ]),
      )
      // A login that is somebody else's e-mail: the login wins.
      .orderBy(sql`login = ${login}`, 'desc')
      .limit(1)
      .executeTakeFirst()
  )
}

export type Login = NonNullable<Awaited<ReturnType<typeof findLogin>>>

export function findLoginOf(db: Db, userId: string): Promise<Login | undefined> {
  return db.selectFrom('users').select(LOGIN).where('id', '=', userId).executeTakeFirst()
}

/** The user's login, for this transaction alone. */
export function lockLogin(db: Db, userId: string): Promise<Login | undefined> {
  return db
    .selectFrom('users')
    .select(LOGIN)
    .where('id', '=', userId)
    .forNoKeyUpdate()
    .executeTakeFirst()
}

/** Notes that a temporary password has let its user in. */
export async function useUp(db: Db, userId: string, now: string): Promise<void> {
  await db.updateTable('users').set({ passwordUsedAt: now }).where('id', '=', userId).execute()
}

/** The organisations in which the user works, the oldest first. */
export function listOrganisations(db: Db, userId: string): Promise<{ id: string; name: string }[]> {
  return db
    .selectFrom('openMemberships')
    .innerJoin('accounts', (join) =>
      join
        .onRef('accounts.organisationId', '=', 'openMemberships.organisationId')
        .onRef('accounts.id', '=', 'openMemberships.organisationId'),
    )
    .select(['accounts.id', 'accounts.name'])
    .where('openMemberships.userId', '=', userId)
    .groupBy(['accounts.id', 'accounts.name'])
    .orderBy(sql`min(open_memberships.created_at)`)
    .execute()
}

/** What the user may in an organisation: the roles held through memberships that are active, of open accounts. */
export async function listGrants(db: Db, organisationId: string, userId: string): Promise<Grant[]> {
  const held = await listHeld(db, organisationId, sql`g.user_id = ${userId}`)
  return held.map(({ grant }) => grant)
}

/** The same of everybody who holds a role at one of the places: that part of it, by user. */
export async function listGrantsAt(
  db: Db,
  organisationId: string,
  places: readonly string[],
): Promise<ReadonlyMap<string, Grant[]>> {
  const held = await listHeld(db, organisationId, sql`g.at = any (${places}::uuid[])`)
  const byUser = Map.groupBy(held, ({ userId }) => userId)
  return new Map([...byUser].map(([userId, each]) => [userId, each.map(({ grant }) => grant)]))
}

async function listHeld(db: Db, organisationId: string, which: RawBuilder<unknown>) {
  const { rows } = await heldGrants(sql`${organisationId}`, which).execute(db)
  return rows.map((held) => ({ userId: held.userId, grant: grantOf(held) }))
}

/** A grant as it is held, with the role's own say. */
export interface Held extends Pick<Grant, 'kind' | 'at' | 'accountId'> {
  userId: string
  key: string
  isBuiltIn: boolean
  permissions: string[] | null
}

/** Roles held through memberships that are active, of open accounts; `which` narrows `g`. */
export function heldGrants(organisationId: RawBuilder<unknown>, which: RawBuilder<unknown>) {
  return sql<Held>`
    select g.user_id as "userId", r.key, r.is_built_in as "isBuiltIn", r.permissions, g.kind, g.at,
           g.account_id as "accountId"
      from held_grants g
      join roles r on r.organisation_id = g.organisation_id and r.id = g.role_id
      join open_memberships m on m.organisation_id = g.organisation_id and m.id = g.membership_id
     where g.organisation_id = ${organisationId} and ${which}
     order by r.key, g.at`
}

export function grantOf({ key, isBuiltIn, permissions, kind, at, accountId }: Held): Grant {
  return {
    ...{ role: key, kind, at, accountId },
    permissions: users.permissionsOfRole(key, isBuiltIn, permissions),
  }
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
      sql<Language>`language`.as('language'),
    ])
    .where('id', '=', userId)
    .executeTakeFirst()
}

/** Keeps the same password under another hash, unless it was changed meanwhile. */
export async function rehash(
  db: Db,
  userId: string,
  was: string,
  passwordHash: string,
): Promise<void> {
  await db
    .updateTable('users')
    .set({ passwordHash })
    .where('id', '=', userId)
    .where('passwordHash', '=', was)
    .execute()
}
