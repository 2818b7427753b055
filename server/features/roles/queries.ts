// An organisation's roles, and who holds them.
import { sql } from 'kysely'
import type { Mark } from '#contract/fields.ts'
import {
  ADD_ON_ROLES,
  BUILT_IN_ROLES,
  PERMISSIONS,
  type Permission,
} from '#contract/permissions.ts'
import type { Person, Role, RoleLimits } from '#contract/users.ts'
import type { Db } from '../../platform/database.ts'
import type { Member } from '../people/field-queries.ts'
import { permissionsOfRole } from '../users/queries.ts'
import type { RoleShape } from './rules.ts'

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
    .select(LIMITS)
    .select(sql<Record<string, Mark>>`marks_of(roles.id)`.as('marks'))
    .where('organisationId', '=', organisationId)
}

const LIMITS = ['liveLimit', 'deferredLimit', 'unitLimit'] as const

type Limits = Record<(typeof LIMITS)[number], number | null>

function limitsOf({ liveLimit, deferredLimit, unitLimit }: Limits): RoleLimits {
  return { live: liveLimit, deferred: deferredLimit, units: unitLimit }
}

function columnsOf({ live, deferred, units }: RoleLimits): Limits {
  return { liveLimit: live, deferredLimit: deferred, unitLimit: units }
}

interface Row extends Omit<Role, 'isAddOn' | 'permissions' | 'limits'>, Limits {
  permissions: string[] | null
}

function roleOf({ permissions, liveLimit, deferredLimit, unitLimit, ...role }: Row): KnownRole {
  const may = permissionsOfRole(role.key, role.isBuiltIn, permissions)
  return {
    ...role,
    limits: limitsOf({ liveLimit, deferredLimit, unitLimit }),
    isAddOn: role.isBuiltIn && ADD_ON_ROLES.some((key) => key === role.key),
    permissions: PERMISSIONS.filter((one) => may.includes(one)),
  }
}

/** Nobody else changes, gives or deletes the role until the transaction ends. */
export async function lock(db: Db, organisationId: string, id: string) {
  const row = await db
    .selectFrom('roles')
    .select(['id', 'key', 'name', 'isBuiltIn', 'permissions'])
    .select(LIMITS)
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (row === undefined) return undefined
  const { key, name, isBuiltIn } = row
  const permissions = permissionsOfRole(key, isBuiltIn, row.permissions)
  return { id, key, name, isBuiltIn, permissions, limits: limitsOf(row) }
}

/** Nobody gives or takes a role, or becomes an operator, until the transaction ends: for whoever
 * changes what roles allow, before anything else is locked. */
export async function lockLimits(db: Db, organisationId: string): Promise<void> {
  await sql`select lock_role_limits(${organisationId})`.execute(db)
}

export async function insert(
  db: Db,
  role: RoleShape & { id: string; organisationId: string; key: string },
): Promise<void> {
  const { permissions, limits, ...rest } = role
  await db
    .insertInto('roles')
    .values({ ...rest, isBuiltIn: false, permissions: [...permissions], ...columnsOf(limits) })
    .execute()
}

/** Of a built-in role the limits alone are set: what it may is not kept here. */
export async function update(
  db: Db,
  organisationId: string,
  { id, isBuiltIn }: { id: string; isBuiltIn: boolean },
  { name, permissions, limits }: RoleShape,
): Promise<void> {
  const own = isBuiltIn ? {} : { name, permissions: [...permissions] }
  await db
    .updateTable('roles')
    .set((eb) => ({ ...own, ...columnsOf(limits), version: eb('version', '+', 1) }))
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
