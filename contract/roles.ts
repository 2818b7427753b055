// An organisation's roles, edited field by field; and the explainer: who may do what where, and why.
// What the built-in ones may is fixed: an organisation clones one and changes the clone. How many chats
// their holders may have is the organisation's to say of every role.
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { PERMISSIONS, type Permission } from './permissions.ts'
import { ById, Id, LIMIT_MAX, Name, orNull, Strict } from './shapes.ts'
import { UNITS_MAX } from './units.ts'
import { MembershipStatus, Role, type RoleLimits } from './users.ts'

const PermissionName = Type.Enum([...PERMISSIONS])

/** The fields of a role: a name, one for each permission, so that whoever gives different ones never
 * meets, and one for each limit. */
export type RoleField = 'name' | `permission.${Permission}` | `limit.${keyof RoleLimits}`

/** The most that a limit of a role can be; it is a whole number, or null for none. */
export const ROLE_LIMITS_MAX = {
  live: LIMIT_MAX,
  deferred: LIMIT_MAX,
  units: UNITS_MAX,
} as const satisfies Record<keyof RoleLimits, number>

export const LIMITED = [
  'live',
  'deferred',
  'units',
] as const satisfies readonly (keyof RoleLimits)[]

/** What the field limits; undefined for a field that is no limit. */
export function limitOfField(key: string): keyof RoleLimits | undefined {
  return LIMITED.find((one) => `limit.${one}` === key)
}

export function permissionField(permission: Permission): RoleField {
  return `permission.${permission}`
}

/** The permission that a field is of; undefined for the name and for what is no field. */
export function permissionOfField(key: string): Permission | undefined {
  return PERMISSIONS.find((permission) => permissionField(permission) === key)
}

export const NewRole = Strict({
  name: Name,
  /** What it may; left out: what `cloneOf` may, or nothing yet. */
  permissions: Type.Optional(Type.Array(PermissionName, { uniqueItems: true, maxItems: 40 })),
  cloneOf: Type.Optional(Id),
})
export type NewRole = Static<typeof NewRole>

const Key = Type.String({ minLength: 1, maxLength: 64 })

/** Sets fields of a role, each on top of the version that was seen (not named: never changed). */
export const RoleChanges = Strict({
  set: Type.Record(
    Key,
    Type.Union([Type.String({ maxLength: 200 }), Type.Boolean(), Type.Integer(), Type.Null()]),
    { maxProperties: 40 },
  ),
  base: Type.Record(Key, Type.Integer({ minimum: 0 }), { maxProperties: 40 }),
})
export type RoleChanges = Static<typeof RoleChanges>

export const roles = {
  create: endpoint('POST', '/api/roles', 'roles.manage', 'Make a role of our own', {
    body: NewRole,
    reply: Role,
  }),
  change: endpoint(
    'PATCH',
    '/api/roles/:id',
    'roles.manage',
    'Set fields of a role, of a built-in one its limits alone; `stale` with what stands now when somebody else set one meanwhile',
    { params: ById, body: RoleChanges, reply: Role },
  ),
  remove: endpoint(
    'DELETE',
    '/api/roles/:id',
    'roles.manage',
    'Delete a role that nobody holds; `in_use` says how many do',
    { params: ById, reply: Strict({}) },
  ),
}

/** Where something is asked about: what a role can be held at, or a person by their membership. */
const PlaceKind = Type.Union([
  Type.Literal('account'),
  Type.Literal('department'),
  Type.Literal('group'),
  Type.Literal('site'),
  Type.Literal('person'),
])
export type PlaceKind = Static<typeof PlaceKind>

const Place = { permission: PermissionName, kind: PlaceKind, at: Id }

/** A role that gives the permission, and where it is held. */
export const Because = Type.Object({
  roleKey: Type.String(),
  roleName: Type.String(),
  kind: Type.Union([
    Type.Literal('account'),
    Type.Literal('department'),
    Type.Literal('group'),
    Type.Literal('site'),
  ]),
  /** What it is held at, and its name; null where the asker sees only that it is above. */
  at: orNull(Id),
  place: orNull(Type.String()),
  /** The account above from which it comes down; null for one that is held at the place itself. */
  inheritedFrom: orNull(Type.String()),
  isInherited: Type.Boolean(),
})
export type Because = Static<typeof Because>

const RoleNamed = Type.Object({ id: Id, key: Type.String(), name: Type.String() })

export const Explained = Type.Object({
  may: Type.Boolean(),
  because: Type.Array(Because),
  /** When not: why. */
  whyNot: orNull(
    Type.Object({
      /** Memberships through which nothing is held now, because they are not active. */
      resting: Type.Array(Type.Object({ accountId: Id, status: MembershipStatus })),
      /** Roles held through those that would give it if they were active. */
      wouldCount: Type.Array(Because),
      /** The roles that give it, wherever they are held. */
      wouldGive: Type.Array(RoleNamed),
    }),
  ),
})
export type Explained = Static<typeof Explained>

export const Holder = Type.Object({
  userId: Id,
  /** The membership through which the asker sees them. */
  membershipId: Id,
  firstName: Type.String(),
  lastName: Type.String(),
  photo: orNull(Type.String()),
  because: Type.Array(Because),
})
export type Holder = Static<typeof Holder>

export const explain = {
  can: endpoint(
    'GET',
    '/api/explain/can',
    'users.view',
    'Whether somebody may do something somewhere, and through what',
    { query: Strict({ userId: Id, ...Place }), reply: Explained },
  ),
  who: endpoint(
    'GET',
    '/api/explain/who',
    'users.view',
    'Everybody who may do something somewhere, and through what',
    { query: Strict(Place), reply: Type.Array(Holder) },
  ),
}
