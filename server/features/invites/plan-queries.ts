// What a prepared membership points at: the roles and where they would be held, what is gone, and
// the queues that somebody serves for whom none were chosen.
import { sql } from 'kysely'
import type { Fields } from '#contract/fields.ts'
import type { Permission } from '#contract/permissions.ts'
import type { Db } from '../../platform/database.ts'
import { permissionsOfRole } from '../users/queries.ts'

/** A role of the plan that exists, as does what it would be held at. */
export interface PlannedGrant {
  key: string
  roleKey: string
  roleName: string
  permissions: readonly Permission[]
  at: string
  /** What that is called; null for an account, which goes without saying. */
  atName: string | null
  /** Of a role held at a group: the group's. */
  departmentId: string | null
  accountId: string
}

interface GrantRow extends Omit<PlannedGrant, 'permissions'> {
  isBuiltIn: boolean
  permissions: string[] | null
}

export async function listGrants(
  db: Db,
  organisationId: string,
  set: Fields,
): Promise<PlannedGrant[]> {
  const { rows } = await sql<GrantRow>`
    select g.key, r.key as role_key, r.name as role_name, r.is_built_in, r.permissions, g.at,
           case when a.id is null then coalesce(sg.name, d.name, s.name) end as at_name,
           sg.department_id, coalesce(a.id, d.account_id, s.account_id) as account_id
      from plan_grants(${JSON.stringify(set)}::jsonb) g
      join roles r on r.organisation_id = ${organisationId} and r.id = g.role_id
      left join accounts a
        on g.kind = 'account' and a.organisation_id = r.organisation_id and a.id = g.at
      left join supervisor_groups sg
        on g.kind = 'group' and sg.organisation_id = r.organisation_id and sg.id = g.at
      left join departments d
        on d.organisation_id = r.organisation_id
       and d.id = case g.kind when 'department' then g.at when 'group' then sg.department_id end
      left join sites s
        on g.kind = 'site' and s.organisation_id = r.organisation_id and s.id = g.at
     where coalesce(a.id, d.account_id, s.account_id) is not null
     order by r.key, g.at`.execute(db)
  return rows.map(({ isBuiltIn, ...row }) => ({
    ...row,
    permissions: permissionsOfRole(row.roleKey, isBuiltIn, row.permissions),
  }))
}

/** The keys of what does not exist any more, or is out of use. */
export async function listGone(db: Db, organisationId: string, set: Fields): Promise<string[]> {
  const { rows } = await sql<{ key: string }>`
    select plan_gone as key from plan_gone(${organisationId}, ${JSON.stringify(set)}::jsonb)
     order by 1`.execute(db)
  return rows.map(({ key }) => key)
}

/** The departments and the group, with its department, in which the person would stand. */
export async function listTeams(db: Db, organisationId: string, set: Fields): Promise<string[]> {
  const { rows } = await sql<{ teams: string[] }>`
    select plan_teams(${organisationId}, ${JSON.stringify(set)}::jsonb) as teams`.execute(db)
  return rows[0]?.teams ?? []
}

/** A group, with the department that it lies in. */
export function findGroup(db: Db, organisationId: string, id: string) {
  return db
    .selectFrom('supervisorGroups')
    .select(['id', 'departmentId'])
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .executeTakeFirst()
}

/** The queues in use that somebody serves for whom none were chosen, in the account's branch. */
export async function listPresetQueues(
  db: Db,
  organisationId: string,
  accountId: string,
): Promise<{ id: string; name: string }[]> {
  return db
    .selectFrom('queues')
    .select(['id', 'name'])
    .where('organisationId', '=', organisationId)
    .where('isPreset', '=', true)
    .where('isActive', '=', true)
    .where('isTest', '=', false)
    .where(sql<boolean>`is_same_branch(organisation_id, ${accountId}, account_id)`)
    .orderBy('name')
    .execute()
}
