// What the fields of a person point at, and the locks under which they are set.
import { sql } from 'kysely'
import type { Permission } from '#contract/permissions.ts'
import type { Db } from '../../platform/database.ts'
import { permissionsOfRole } from '../users/queries.ts'

export type TargetKind = 'account' | 'department' | 'group' | 'queue' | 'skill' | 'site' | 'hours'

/** What a field points at. */
export interface Target {
  id: string
  name: string
  accountId: string
  /** Of a group. */
  departmentId: string | null
}

const TABLES: Record<TargetKind, string> = {
  account: `select id, name, id as account_id, null::uuid as department_id from accounts t`,
  department: `select id, name, account_id, null::uuid as department_id from departments t`,
  group: `select t.id, t.name, d.account_id, t.department_id from supervisor_groups t
    join departments d on d.organisation_id = t.organisation_id and d.id = t.department_id`,
  queue: `select id, name, account_id, null::uuid as department_id from queues t`,
  skill: `select id, name, account_id, null::uuid as department_id from skills t`,
  site: `select id, name, account_id, null::uuid as department_id from sites t`,
  hours: `select id, name, account_id, null::uuid as department_id from hours t`,
}

/** Those that exist; none of them goes before the transaction ends. A queue must be in use. */
export async function listTargets(
  db: Db,
  organisationId: string,
  kind: TargetKind,
  ids: readonly string[],
): Promise<Target[]> {
  if (ids.length === 0) return []
  const inUse = kind === 'queue' ? sql`and t.is_active` : sql``
  const { rows } = await sql<Target>`
    ${sql.raw(TABLES[kind])}
     where t.organisation_id = ${organisationId} and t.id = any (${ids}::uuid[]) ${inUse}
     order by t.id for key share of t`.execute(db)
  return rows
}

export interface RoleOf {
  id: string
  name: string
  permissions: readonly Permission[]
}

/** Those of the roles that exist, with what each may. */
export async function listRoles(
  db: Db,
  organisationId: string,
  ids: readonly string[],
): Promise<RoleOf[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('roles')
    .select(['id', 'key', 'name', 'isBuiltIn', 'permissions'])
    .where('organisationId', '=', organisationId)
    .where('id', 'in', [...ids])
    .orderBy('id')
    .forKeyShare()
    .execute()
  return rows.map(({ id, key, name, isBuiltIn, permissions }) => ({
    id,
    name,
    permissions: permissionsOfRole(key, isBuiltIn, permissions),
  }))
}

/** Nobody else changes the person until the transaction ends. */
export async function lockPerson(db: Db, userId: string, membershipId: string): Promise<void> {
  await db.selectFrom('users').select('id').where('id', '=', userId).forNoKeyUpdate().execute()
  await db
    .selectFrom('memberships')
    .select('id')
    .where('id', '=', membershipId)
    .forNoKeyUpdate()
    .execute()
}

/** The aliases of the account's people, if they must differ; whoever sets one waits for the others. */
export async function claimAliases(
  db: Db,
  organisationId: string,
  accountId: string,
): Promise<{ membershipId: string; alias: string | null }[]> {
  await sql`select pg_advisory_xact_lock(48, hashtext(${accountId}))`.execute(db)
  return db
    .selectFrom('memberships as m')
    .innerJoin('accounts as a', (join) =>
      join.onRef('a.organisationId', '=', 'm.organisationId').onRef('a.id', '=', 'm.accountId'),
    )
    .select(['m.id as membershipId', 'm.alias'])
    .where('m.organisationId', '=', organisationId)
    .where('m.accountId', '=', accountId)
    .where('a.uniqueAliases', '=', true)
    .where('m.status', '!=', 'archived')
    .where('m.alias', 'is not', null)
    .execute()
}
