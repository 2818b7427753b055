// What accounts ask of passwords and sessions, and whom it reaches.
import { sql } from 'kysely'
import { Check } from 'typebox/value'
import { DEFAULT_POLICY, PasswordPolicy } from '#contract/password.ts'
import type { PolicyEffect, SessionLimits } from '#contract/security.ts'
import type { Db } from '../../platform/database.ts'

/** What holds at an account, and which account says it; null: none does, and the usual one holds. */
export interface Policy {
  policy: PasswordPolicy
  accountId: string | null
  name: string | null
}

/** What passwords must be at the account whose path is given, as the nearest one says that says it. */
export async function findPolicy(
  db: Db,
  organisationId: string,
  path: readonly string[],
): Promise<Policy> {
  const { rows } = await sql<{ id: string; name: string; passwordPolicy: unknown }>`
    select id, name, password_policy from accounts
     where organisation_id = ${organisationId} and id = any (${path}::uuid[]) and password_policy is not null
     order by array_position(${path}::uuid[], id) limit 1`.execute(db)
  const [nearest] = rows
  if (!nearest || !Check(PasswordPolicy, nearest.passwordPolicy))
    return { policy: DEFAULT_POLICY, accountId: null, name: null }
  return { policy: nearest.passwordPolicy, accountId: nearest.id, name: nearest.name }
}

/** Null: as the account above. */
export async function setPolicy(
  db: Db,
  organisationId: string,
  id: string,
  policy: PasswordPolicy | null,
): Promise<void> {
  await db
    .updateTable('accounts')
    .set({ passwordPolicy: policy === null ? null : JSON.stringify(policy) })
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .execute()
}

/** Nobody else changes what the account says until the transaction ends. */
export async function lockAccount(db: Db, organisationId: string, id: string): Promise<void> {
  await db
    .selectFrom('accounts')
    .select('id')
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .forNoKeyUpdate()
    .execute()
}

/** The people whom the account's policy is the nearest for, and those whose password is older than then. */
export async function countReached(
  db: Db,
  organisationId: string,
  id: string,
  oldestAt: string | null,
): Promise<Pick<PolicyEffect, 'people' | 'mustChange'>> {
  const { rows } = await sql<Pick<PolicyEffect, 'people' | 'mustChange'>>`
    select count(distinct u.id)::int as people,
           (count(distinct u.id) filter (
             where coalesce(u.password_changed_at, u.created_at) <= ${oldestAt}::timestamptz))::int as must_change
      from open_memberships m
      join users u on u.id = m.user_id and u.password_state = 'chosen'
     cross join lateral (select account_path(m.organisation_id, m.account_id) as ids) path
     where m.organisation_id = ${organisationId} and ${id}::uuid = any (path.ids)
       and not exists (
         select from accounts nearer
          where nearer.organisation_id = m.organisation_id and nearer.password_policy is not null
            and array_position(path.ids, nearer.id) < array_position(path.ids, ${id}::uuid))`.execute(
    db,
  )
  return rows[0] ?? { people: 0, mustChange: 0 }
}

const LIMITS = ['sessionIdleMinutes as idleMinutes', 'sessionHours as hours'] as const

/** How long sessions last as the account itself says. */
export function findLimits(
  db: Db,
  organisationId: string,
  id: string,
): Promise<SessionLimits | undefined> {
  return db
    .selectFrom('accounts')
    .select(LIMITS)
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .executeTakeFirst()
}

/** What all the accounts say. */
export function listLimits(
  db: Db,
  organisationId: string,
  ids: readonly string[],
): Promise<SessionLimits[]> {
  if (ids.length === 0) return Promise.resolve([])
  return db
    .selectFrom('accounts')
    .select(LIMITS)
    .where('organisationId', '=', organisationId)
    .where('id', 'in', [...ids])
    .execute()
}

export async function setLimits(
  db: Db,
  organisationId: string,
  id: string,
  { idleMinutes, hours }: SessionLimits,
): Promise<void> {
  await db
    .updateTable('accounts')
    .set({ sessionIdleMinutes: idleMinutes, sessionHours: hours })
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .execute()
}
