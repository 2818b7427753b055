// An organisation's roles, and who holds them.
import { sql } from 'kysely'
import type { Mark } from '#contract/fields.ts'
import {
  ADD_ON_ROLES,
  BUILT_IN_ROLES,
  PERMISSIONS,
  type Permission,
} from '#contract/permissions.ts'
import type { Person, Role } from '#contract/users.ts'
import type { Db } from '../../platform/database.ts'
import type { Member } from '../people/field-queries.ts'
import { permissionsOfRole } from '../users/queries.ts'

/** A role whose permissions are those that there are. */
export interface KnownRole extends Role {
  permissions: Permission[]
}

/** The organisation's roles: the built-in ones from the strongest to the weakest, then its own. */
export async function list(db: Db, organisationId: string): Promise<KnownRole[]> {
  const rows = await rowsOf(db, organisationId)
    .orderBy(
      sql`array_position(string_to_array(${BUILT_IN_ROLES.join(' ')}, ' '), key) nulls last, name`,
    )
    .execute()
  return rows.map(roleOf)
}

export async function find(
  db: Db,
  organisationId: string,
  id: string,
): Promise<KnownRole | undefined> {
  const row = await rowsOf(db, organisationId).where('id', '=', id).executeTakeFirst()
  return row && roleOf(row)
}

function rowsOf(db: Db, organisationId: string) {
  return db
    .selectFrom('roles')
    .select(['id', 'key', 'name', 'isBuiltIn', 'permissions', 'version'])
    .select(sql<Record<string, Mark>>`marks_of(roles.id)`.as('marks'))
    .where('organisationId', '=', organisationId)
}

interface Row extends Omit<Role, 'isAddOn' | 'permissions'> {
  permissions: string[] | null
}

function roleOf({ permissions, ...role }: Row): KnownRole {
  const may = permissionsOfRole(role.key, role.isBuiltIn, permissions)
  return {
    ...role,
    isAddOn: role.isBuiltIn && ADD_ON_ROLES.some((key) => key === role.key),
    permissions: PERMISSIONS.filter((one) => may.includes(one)),
  }
}

/** Nobody else changes, gives or deletes the role until the transaction ends. */
export async function lock(db: Db, organisationId: string, id: string) {
  const row = await db
    .selectFrom('roles')
    .select(['id', 'key', 'name', 'isBuiltIn', 'permissions'])
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (row === undefined) return undefined
  const { key, isBuiltIn, permissions } = row
  return { ...row, permissions: permissionsOfRole(key, isBuiltIn, permissions) }
}

export async function insert(
  db: Db,
  role: {
    id: string
    organisationId: string
    key: string
    name: string
    permissions: readonly Permission[]
  },
): Promise<void> {
  const { permissions, ...rest } = role
  await db
    .insertInto('roles')
    .values({ ...rest, isBuiltIn: false, permissions: [...permissions] })
    .execute()
}

export async function update(
  db: Db,
  organisationId: string,
  id: string,
  { name, permissions }: { name: string; permissions: readonly Permission[] },
): Promise<void> {
  await db
    .updateTable('roles')
    .set((eb) => ({ name, permissions: [...permissions], version: eb('version', '+', 1) }))
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .execute()
}

/** The role and what is known of its fields. */
export async function remove(db: Db, organisationId: string, id: string): Promise<void> {
  await db
    .deleteFrom('roles')
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .execute()
  await db.deleteFrom('fieldMarks').where('entityId', '=', id).execute()
}

/** How many people hold each role, by its id. */
export async function countHolders(
  db: Db,
  organisationId: string,
): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .selectFrom('grants')
    .select((eb) => ['roleId', eb.fn.count<number>('userId').distinct().as('people')] as const)
    .where('organisationId', '=', organisationId)
    .groupBy('roleId')
    .execute()
  return new Map(rows.map(({ roleId, people }) => [roleId, people]))
}

/** Through which memberships the role is held, and by whom; in an order in which all may be locked. */
export function listHolders(db: Db, organisationId: string, roleId: string): Promise<Member[]> {
  return db
    .selectFrom('grants')
    .innerJoin('memberships', 'memberships.id', 'grants.membershipId')
    .select([
      'grants.organisationId',
      'grants.userId',
      'grants.membershipId',
      'memberships.accountId',
    ])
    .distinct()
    .where('grants.organisationId', '=', organisationId)
    .where('roleId', '=', roleId)
    .orderBy('grants.userId')
    .orderBy('membershipId')
    .execute()
}

/** The lines of those people in the lists, and who sees them. */
export function listPeople(db: Db, organisationId: string, membershipIds: readonly string[]) {
  if (membershipIds.length === 0) return Promise.resolve([])
  return db
    .selectFrom('personRows')
    .select([sql<Person>`"row"`.as('person'), sql<string[]>`scopes`.as('scopes')])
    .where('organisationId', '=', organisationId)
    .where('membershipId', 'in', [...membershipIds])
    .orderBy('membershipId')
    .execute()
}
