// Everything that a file may name: the tree, its departments, groups, queues, skills and sites, and
// the roles.
import { sql } from 'kysely'
import type { Permission } from '#contract/permissions.ts'
import type { Language } from '#contract/shapes.ts'
import type { Db } from '../../platform/database.ts'
import { permissionsOfRole } from '../users/queries.ts'

export type ThingKind = 'account' | 'department' | 'group' | 'queue' | 'skill' | 'site' | 'hours'

export interface Thing {
  kind: ThingKind
  id: string
  name: string
  accountId: string
  /** Of a group. */
  departmentId: string | null
  /** Whether it may be chosen anew. */
  isInUse: boolean
  /** A queue that whoever answers chats gets where none was chosen. */
  isPreset: boolean
}

/** Those of the accounts; a calendar is for the accounts below its own too. */
export async function listThings(
  db: Db,
  organisationId: string,
  accountIds: readonly string[],
  calendarAccountIds: readonly string[],
): Promise<Thing[]> {
  const { rows } = await sql<Thing>`
    select * from (
      select organisation_id, 'account' as kind, id, name, id as account_id, null::uuid as department_id,
             is_open_account(organisation_id, id) as is_in_use, false as is_preset from accounts
      union all select organisation_id, 'department', id, name, account_id, null, true, false from departments
      union all select g.organisation_id, 'group', g.id, g.name, d.account_id, g.department_id, true, false
        from supervisor_groups g
        join departments d on d.organisation_id = g.organisation_id and d.id = g.department_id
      union all select organisation_id, 'queue', id, name, account_id, null, is_active,
             is_preset and is_active and not is_test from queues
      union all select organisation_id, 'skill', id, name, account_id, null, true, false from skills
      union all select organisation_id, 'site', id, name, account_id, null, is_active, false from sites
      union all select organisation_id, 'hours', id, name, account_id, null, true, false from hours) t
     where organisation_id = ${organisationId}
       and (account_id = any (${accountIds}::uuid[])
            or kind = 'hours' and account_id = any (${calendarAccountIds}::uuid[]))
     order by name, id`.execute(db)
  return rows
}

export interface RoleThing {
  id: string
  key: string
  name: string
  isBuiltIn: boolean
  permissions: readonly Permission[]
}

export async function listRoles(db: Db, organisationId: string): Promise<RoleThing[]> {
  const rows = await db
    .selectFrom('roles')
    .select(['id', 'key', 'name', 'isBuiltIn', 'permissions'])
    .where('organisationId', '=', organisationId)
    .orderBy('name')
    .orderBy('id')
    .execute()
  return rows.map((row) => ({
    ...row,
    permissions: permissionsOfRole(row.key, row.isBuiltIn, row.permissions),
  }))
}

export interface AccountRules {
  id: string
  language: Language
  invitationHours: number
  /** Whether its people must have different nicknames. */
  uniqueAliases: boolean
}

export async function listAccountRules(db: Db, organisationId: string): Promise<AccountRules[]> {
  const { rows } = await sql<AccountRules>`
    select id, case language when 'nl' then 'nl' else 'en' end as language, invitation_hours, unique_aliases
      from accounts where organisation_id = ${organisationId}`.execute(db)
  return rows
}
