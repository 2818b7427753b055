// How those stand whom a file names: set by set, so that ten thousand cost little more than ten.
import { sql } from 'kysely'
import { type Fields, fieldKey } from '#contract/fields.ts'
import type { Invitation } from '#contract/invitations.ts'
import type { ScopeKind } from '#contract/permissions.ts'
import type { Language } from '#contract/shapes.ts'
import type { Person } from '#contract/users.ts'
import type { Db } from '../../platform/database.ts'

export interface Member {
  membershipId: string
  userId: string
  accountId: string
  status: Person['status']
  email: string
  login: string
  isOursAlone: boolean
  primaryDepartmentId: string | null
  /** What has one name. */
  plain: Fields
}

/** The memberships, in the organisation, of whoever has one of the addresses or logins. */
export async function listMembers(
  db: Db,
  organisationId: string,
  { emails, logins }: { emails: readonly string[]; logins: readonly string[] },
): Promise<Member[]> {
  const { rows } = await sql<Member>`
    select m.id as membership_id, m.user_id, m.account_id, m.status, u.email, u.login,
           not exists (select from memberships o
                        where o.user_id = m.user_id and o.organisation_id <> m.organisation_id) as is_ours_alone,
           m.primary_department_id,
           jsonb_build_object('firstName', u.first_name, 'lastName', u.last_name, 'language', u.language,
             'displayName', m.display_name, 'alias', m.alias,
             'supervisorGroupId', m.supervisor_group_id) as plain
      from memberships m
      join users u on u.id = m.user_id
     where m.organisation_id = ${organisationId}
       and m.user_id in (select id from users where lower(email) = any (${emails}::text[])
                         union select id from users where login = any (${logins}::text[]))
     order by m.id`.execute(db)
  return rows
}

/** A field of a user, or of one of their memberships. */
export interface Kept {
  of: string
  key: string
  value: Fields[string]
  /** Where a queue or a skill is: it shows in the accounts of that branch alone. */
  accountId: string | null
}

/** Of whom; departments say where somebody stands, the others only matter where the file has them. */
export interface KeptOf {
  membershipIds: readonly string[]
  userIds: readonly string[]
  hasQueues: boolean
  hasSkills: boolean
  hasLimits: boolean
  hasShift: boolean
}

/** Departments by membership; queues, skills, limits and the shift by user. */
export async function listKept(
  db: Db,
  organisationId: string,
  { membershipIds, userIds, hasQueues, hasSkills, hasLimits, hasShift }: KeptOf,
): Promise<Kept[]> {
  const { rows } = await sql<Kept>`
    select membership_id as of, 'department:' || department_id as key,
           jsonb_build_object('position', position) as value, null::uuid as account_id
      from department_members
     where organisation_id = ${organisationId} and membership_id = any (${membershipIds}::uuid[])
    union all
    select m.user_id, 'queue:' || m.queue_id,
           jsonb_build_object('participates', m.participates, 'tier', m.tier), q.account_id
      from queue_members m join queues q on q.organisation_id = m.organisation_id and q.id = m.queue_id
     where ${hasQueues} and m.organisation_id = ${organisationId} and m.user_id = any (${userIds}::uuid[])
    union all
    select h.user_id, 'skill:' || h.skill_id, jsonb_build_object('level', h.level), s.account_id
      from user_skills h join skills s on s.organisation_id = h.organisation_id and s.id = h.skill_id
     where ${hasSkills} and h.organisation_id = ${organisationId} and h.user_id = any (${userIds}::uuid[])
    union all
    select user_id, 'limit.' || kind, to_jsonb(own_limit), null
      from operator_loads
     where ${hasLimits} and organisation_id = ${organisationId} and user_id = any (${userIds}::uuid[])
    union all
    select user_id, 'limit.units', to_jsonb(own_unit_limit), null
      from operators
     where ${hasLimits} and organisation_id = ${organisationId} and user_id = any (${userIds}::uuid[])
       and own_unit_limit is not null
    union all
    select user_id, 'shiftId', to_jsonb(shift_id), null
      from operators
     where ${hasShift} and organisation_id = ${organisationId} and user_id = any (${userIds}::uuid[])
       and shift_id is not null`.execute(db)
  return rows
}

export interface Held {
  membershipId: string
  roleId: string
  kind: ScopeKind
  at: string
  departmentId: string | null
  accountId: string
}

export async function listHeld(
  db: Db,
  organisationId: string,
  membershipIds: readonly string[],
): Promise<Held[]> {
  const { rows } = await sql<Held>`
    select h.membership_id, h.role_id, h.kind, h.at, g.department_id, h.account_id
      from held_grants h
      left join supervisor_groups g
        on h.kind = 'group' and g.organisation_id = h.organisation_id and g.id = h.at
     where h.organisation_id = ${organisationId} and h.membership_id = any (${membershipIds}::uuid[])
     order by h.membership_id, h.role_id, h.at`.execute(db)
  return rows
}

export function keyOfHeld({ roleId, kind, at }: Held): string {
  return fieldKey.grant(roleId, { kind, id: at })
}

export interface Offered {
  accountId: string
  email: string
  state: Invitation['state']
  isOpen: boolean
  firstName: string | null
  lastName: string | null
  language: Language
  set: Fields
}

/** The invitations of the addresses, the newest first. */
export async function listOffered(
  db: Db,
  organisationId: string,
  emails: readonly string[],
  now: string,
): Promise<Offered[]> {
  const { rows } = await sql<Offered>`
    select account_id, email, state, first_name, last_name, language, plan -> 'set' as set,
           state in ('queued', 'sent', 'bounced', 'opened') and expires_at > ${now} as is_open
      from invitations
     where organisation_id = ${organisationId} and lower(email) = any (${emails}::text[])
     order by created_at desc, id`.execute(db)
  return rows
}

/** The nicknames in accounts where they must differ. */
export async function listAliases(
  db: Db,
  organisationId: string,
  accountIds: readonly string[],
): Promise<{ accountId: string; membershipId: string; alias: string }[]> {
  const { rows } = await sql<{ accountId: string; membershipId: string; alias: string }>`
    select account_id, id as membership_id, alias from memberships
     where organisation_id = ${organisationId} and account_id = any (${accountIds}::uuid[])
       and status <> 'archived' and alias is not null`.execute(db)
  return rows
}
