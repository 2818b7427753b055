// Supervisors' groups: which there are, who is in them, and who supervises them.
import { sql } from 'kysely'
import type { Use, Versions } from '#contract/changes.ts'
import type { Group } from '#contract/groups.ts'
import type { Operator } from '#contract/presence.ts'
import type { Person } from '#contract/users.ts'
import type { Db } from '../../platform/database.ts'
import { countOf } from '../../platform/in-use.ts'
import { permissionsOfRole } from '../users/queries.ts'

const COLUMNS = [
  'g.id',
  'd.accountId',
  'g.departmentId',
  'g.supervisorUserId',
  'g.name',
  'g.version',
  sql<Versions>`versions_of(g.id)`.as('versions'),
] as const

function groups(db: Db, organisationId: string) {
  return db
    .selectFrom('supervisorGroups as g')
    .innerJoin('departments as d', (join) =>
      join.onRef('d.organisationId', '=', 'g.organisationId').onRef('d.id', '=', 'g.departmentId'),
    )
    .select(COLUMNS)
    .where('g.organisationId', '=', organisationId)
}

/** The groups of the accounts given, by name. */
export async function list(
  db: Db,
  organisationId: string,
  accountIds: readonly string[],
): Promise<Group[]> {
  if (accountIds.length === 0) return []
  return groups(db, organisationId)
    .where('d.accountId', 'in', [...accountIds])
    .orderBy('g.name')
    .orderBy('g.id')
    .execute()
}

export function find(db: Db, organisationId: string, id: string): Promise<Group | undefined> {
  return groups(db, organisationId).where('g.id', '=', id).executeTakeFirst()
}

/** The same, and nobody else changes it until the transaction ends. */
export function lock(db: Db, organisationId: string, id: string): Promise<Group | undefined> {
  return groups(db, organisationId).where('g.id', '=', id).forNoKeyUpdate('g').executeTakeFirst()
}

/** The groups of a department, whose names must differ. */
export function listNames(db: Db, organisationId: string, departmentId: string) {
  return db
    .selectFrom('supervisorGroups')
    .select(['id', 'name'])
    .where('organisationId', '=', organisationId)
    .where('departmentId', '=', departmentId)
    .execute()
}

export interface NewRow {
  departmentId: string
  name: string
  supervisorUserId: string
}

export async function insert(db: Db, organisationId: string, group: NewRow): Promise<string> {
  const { id } = await db
    .insertInto('supervisorGroups')
    .values({ organisationId, ...group })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** The memberships of the group follow it to another department by themselves. */
export async function update(
  db: Db,
  organisationId: string,
  id: string,
  set: Partial<NewRow>,
): Promise<void> {
  await db
    .updateTable('supervisorGroups')
    .set((eb) => ({ ...set, version: eb('version', '+', 1) }))
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .execute()
}

export async function remove(db: Db, organisationId: string, id: string): Promise<void> {
  await db
    .deleteFrom('supervisorGroups')
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .execute()
}

/** Puts everybody who is in the group into another one, or into none. */
export async function moveMembers(
  db: Db,
  organisationId: string,
  id: string,
  to: Pick<Group, 'id' | 'departmentId'> | null,
): Promise<void> {
  await db
    .updateTable('memberships')
    .set((eb) => ({
      supervisorGroupId: to?.id ?? null,
      primaryDepartmentId: to?.departmentId ?? null,
      version: eb('version', '+', 1),
    }))
    .where('organisationId', '=', organisationId)
    .where('supervisorGroupId', '=', id)
    .execute()
}

/** The memberships in the group, whatever their status; none joins or leaves meanwhile. */
export async function lockMembers(db: Db, organisationId: string, id: string): Promise<string[]> {
  const rows = await db
    .selectFrom('memberships')
    .select('id')
    .where('organisationId', '=', organisationId)
    .where('supervisorGroupId', '=', id)
    .orderBy('id')
    .forUpdate()
    .execute()
  return rows.map((row) => row.id)
}

/** What points at the group, but for its supervisor's own role there. */
export async function listUses(
  db: Db,
  organisationId: string,
  { id, supervisorUserId }: Group,
): Promise<Use[]> {
  const { rows } = await sql<{ people: number; roles: number }>`
    select (select count(*)::int from memberships
             where organisation_id = ${organisationId} and supervisor_group_id = ${id}) as people,
           (select count(*)::int from grants g
              join roles r on r.organisation_id = g.organisation_id and r.id = g.role_id
             where g.organisation_id = ${organisationId} and g.group_id = ${id}
               and not (g.user_id = ${supervisorUserId} and r.key = 'supervisor')) as roles`.execute(
    db,
  )
  const { people = 0, roles = 0 } = rows[0] ?? {}
  return [countOf('people', people), countOf('roles', roles)]
}

export interface SeenPerson {
  person: Person
  scopes: string[]
}

/** How the memberships look as people, and through which scopes. */
export async function listPeople(
  db: Db,
  organisationId: string,
  membershipIds: readonly string[],
): Promise<SeenPerson[]> {
  if (membershipIds.length === 0) return []
  return db
    .selectFrom('personRows')
    .select([sql<Person>`"row"`.as('person'), sql<string[]>`scopes`.as('scopes')])
    .where('organisationId', '=', organisationId)
    .where('membershipId', 'in', [...membershipIds])
    .orderBy('membershipId')
    .execute()
}

/** How those of the users who answer chats look as operators, and through which scopes. */
export async function listOperators(db: Db, organisationId: string, userIds: readonly string[]) {
  if (userIds.length === 0) return []
  return db
    .selectFrom('operatorRows')
    .select([sql<Operator>`"row"`.as('operator'), sql<string[]>`scopes`.as('scopes')])
    .where('organisationId', '=', organisationId)
    .where('userId', 'in', [...userIds])
    .orderBy('userId')
    .execute()
}

/** A membership that counts of the user, in one of the accounts: the nearest of the path. */
export async function findMembershipOn(
  db: Db,
  organisationId: string,
  userId: string,
  path: readonly string[],
): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select id from open_memberships
     where organisation_id = ${organisationId} and user_id = ${userId}
       and account_id = any (${path}::uuid[])
     order by array_position(${path}::uuid[], account_id)
     limit 1`.execute(db)
  return rows[0]?.id
}

/** Whether the user holds, through a membership that counts, a role that supervises somebody. */
export async function maySupervise(
  db: Db,
  organisationId: string,
  userId: string,
): Promise<boolean> {
  const { rows } = await sql<{ key: string; isBuiltIn: boolean; permissions: string[] | null }>`
    select distinct r.key, r.is_built_in, r.permissions
      from grants g
      join roles r on r.organisation_id = g.organisation_id and r.id = g.role_id
      join open_memberships m on m.organisation_id = g.organisation_id and m.id = g.membership_id
     where g.organisation_id = ${organisationId} and g.user_id = ${userId}`.execute(db)
  return rows.some(({ key, isBuiltIn, permissions }) => {
    const held = permissionsOfRole(key, isBuiltIn, permissions)
    return held.includes('wall.view') || held.includes('operators.manage')
  })
}

export async function findSupervisorRole(db: Db, organisationId: string): Promise<string> {
  const { id } = await db
    .selectFrom('roles')
    .select('id')
    .where('organisationId', '=', organisationId)
    .where('key', '=', 'supervisor')
    .where('isBuiltIn', '=', true)
    .executeTakeFirstOrThrow()
  return id
}

export interface Appointment {
  userId: string
  membershipId: string
  roleId: string
  groupId: string
}

export async function appoint(
  db: Db,
  organisationId: string,
  { grantedBy, ...appointment }: Appointment & { grantedBy: string | null },
): Promise<void> {
  await db
    .insertInto('grants')
    .values({ organisationId, ...appointment, grantedBy })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** The memberships through which the user holds the role at the group. */
export async function listMembershipsHolding(
  db: Db,
  organisationId: string,
  { userId, roleId, groupId }: Omit<Appointment, 'membershipId'>,
): Promise<string[]> {
  const rows = await db
    .selectFrom('grants')
    .select('membershipId')
    .where('organisationId', '=', organisationId)
    .where('userId', '=', userId)
    .where('roleId', '=', roleId)
    .where('groupId', '=', groupId)
    .orderBy('membershipId')
    .forUpdate()
    .execute()
  return rows.map(({ membershipId }) => membershipId)
}

export async function dismiss(
  db: Db,
  organisationId: string,
  { userId, roleId, groupId }: Omit<Appointment, 'membershipId'>,
): Promise<void> {
  await db
    .deleteFrom('grants')
    .where('organisationId', '=', organisationId)
    .where('userId', '=', userId)
    .where('roleId', '=', roleId)
    .where('groupId', '=', groupId)
    .execute()
}
