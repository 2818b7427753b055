// How each family of a person's fields is written.
import { sql } from 'kysely'
import type { Db } from '../../platform/database.ts'

export interface Member {
  organisationId: string
  membershipId: string
  userId: string
  accountId: string
}

export interface UserValues {
  firstName?: string
  lastName?: string
  gender?: 'female' | 'male' | 'other' | 'not_stated'
  mobile?: string | null
  language?: string
}

export async function updateUser(db: Db, userId: string, values: UserValues): Promise<void> {
  // A number that was confirmed was another one.
  const unconfirmed = 'mobile' in values ? { mobileVerifiedAt: null } : {}
  await db
    .updateTable('users')
    .set((eb) => ({ ...values, ...unconfirmed, version: eb('version', '+', 1) }))
    .where('id', '=', userId)
    .execute()
}

export interface MembershipValues {
  displayName?: string | null
  alias?: string | null
  description?: string | null
  showsPhoto?: boolean
  supervisorGroupId?: string | null
  primaryDepartmentId?: string | null
}

export async function updateMembership(
  db: Db,
  { organisationId, membershipId }: Member,
  values: MembershipValues,
): Promise<void> {
  await db
    .updateTable('memberships')
    .set((eb) => ({ ...values, version: eb('version', '+', 1) }))
    .where('organisationId', '=', organisationId)
    .where('id', '=', membershipId)
    .execute()
}

export async function putDepartments(
  db: Db,
  { organisationId, membershipId }: Member,
  places: readonly { id: string; position: string | null }[],
): Promise<void> {
  if (places.length === 0) return
  await db
    .insertInto('departmentMembers')
    .values(
      places.map(({ id, position }) => ({
        organisationId,
        departmentId: id,
        membershipId,
        position,
      })),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['organisationId', 'departmentId', 'membershipId'])
        .doUpdateSet((eb) => ({ position: eb.ref('excluded.position') })),
    )
    .execute()
}

export async function leaveDepartments(
  db: Db,
  { organisationId, membershipId }: Member,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return
  await db
    .deleteFrom('departmentMembers')
    .where('organisationId', '=', organisationId)
    .where('membershipId', '=', membershipId)
    .where('departmentId', 'in', [...ids])
    .execute()
}

export async function putSkills(
  db: Db,
  { organisationId, userId }: Member,
  skills: readonly { id: string; level: number }[],
): Promise<void> {
  if (skills.length === 0) return
  await db
    .insertInto('userSkills')
    .values(skills.map(({ id, level }) => ({ organisationId, userId, skillId: id, level })))
    .onConflict((conflict) =>
      conflict
        .columns(['organisationId', 'userId', 'skillId'])
        .doUpdateSet((eb) => ({ level: eb.ref('excluded.level') })),
    )
    .execute()
}

export async function dropSkills(
  db: Db,
  { organisationId, userId }: Member,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return
  await db
    .deleteFrom('userSkills')
    .where('organisationId', '=', organisationId)
    .where('userId', '=', userId)
    .where('skillId', 'in', [...ids])
    .execute()
}

export interface SiteFace {
  id: string
  displayName: string | null
  description: string | null
  showsPhoto: boolean | null
}

export async function putFaces(
  db: Db,
  { organisationId, userId }: Member,
  faces: readonly SiteFace[],
): Promise<void> {
  if (faces.length === 0) return
  await db
    .insertInto('siteProfiles')
    .values(faces.map(({ id, ...face }) => ({ organisationId, userId, siteId: id, ...face })))
    .onConflict((conflict) =>
      conflict.columns(['organisationId', 'siteId', 'userId']).doUpdateSet((eb) => ({
        displayName: eb.ref('excluded.displayName'),
        description: eb.ref('excluded.description'),
        showsPhoto: eb.ref('excluded.showsPhoto'),
        version: eb('siteProfiles.version', '+', 1),
      })),
    )
    .execute()
}

export async function dropFaces(
  db: Db,
  { organisationId, userId }: Member,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return
  await db
    .deleteFrom('siteProfiles')
    .where('organisationId', '=', organisationId)
    .where('userId', '=', userId)
    .where('siteId', 'in', [...ids])
    .execute()
}

export interface GivenRole {
  roleId: string
  kind: 'account' | 'department' | 'group' | 'site'
  at: string
}

export async function giveRoles(
  db: Db,
  { organisationId, membershipId, userId }: Member,
  roles: readonly GivenRole[],
  grantedBy: string | null,
): Promise<void> {
  if (roles.length === 0) return
  const at = (role: GivenRole, kind: GivenRole['kind']) => (role.kind === kind ? role.at : null)
  await db
    .insertInto('grants')
    .values(
      roles.map((role) => ({
        ...{ organisationId, membershipId, userId, grantedBy, roleId: role.roleId },
        ...{ accountId: at(role, 'account'), departmentId: at(role, 'department') },
        ...{ groupId: at(role, 'group'), siteId: at(role, 'site') },
      })),
    )
    .onConflict((conflict) => conflict.constraint('grants_once').doNothing())
    .execute()
}

export async function takeRoles(
  db: Db,
  { organisationId, membershipId }: Member,
  roles: readonly GivenRole[],
): Promise<void> {
  if (roles.length === 0) return
  await sql`
    delete from grants g
     using unnest(${roles.map((role) => role.roleId)}::uuid[], ${roles.map((role) => role.at)}::uuid[])
             as w (role_id, at)
     where g.organisation_id = ${organisationId} and g.membership_id = ${membershipId}
       and g.role_id = w.role_id
       and w.at in (g.account_id, g.department_id, g.group_id, g.site_id)`.execute(db)
}
