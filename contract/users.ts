// People: users and their memberships as administrators see them.
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { Mark } from './fields.ts'
import { ById, Id, Instant, Language, Limit, orNull, Strict } from './shapes.ts'

export const MembershipStatus = Type.Union([
  Type.Literal('invited'),
  Type.Literal('active'),
  Type.Literal('blocked'),
  Type.Literal('archived'),
])
export type MembershipStatus = Static<typeof MembershipStatus>

/** What holds, and what is set for the person: more than that where a role of theirs allows less. */
const OneLimit = Type.Object({ limit: Limit, own: Limit, version: Type.Integer() })

/** A membership with its user: one line of the People list. The id is the membership's. */
export const Person = Type.Object({
  id: Id,
  userId: Id,
  accountId: Id,
  firstName: Type.String(),
  lastName: Type.String(),
  displayName: orNull(Type.String()),
  email: Type.String(),
  login: Type.String(),
  photo: orNull(Type.String()),
  language: Language,
  status: MembershipStatus,
  /** When an archived person is erased unless restored. */
  erasesAt: orNull(Instant),
  roles: Type.Array(
    Type.Object({
      key: Type.String(),
      name: Type.String(),
      kind: Type.Union([
        Type.Literal('account'),
        Type.Literal('department'),
        Type.Literal('group'),
        Type.Literal('site'),
      ]),
      at: Id,
      accountId: Id,
    }),
  ),
  departments: Type.Array(Type.Object({ id: Id, position: orNull(Type.String()) })),
  supervisorGroupId: orNull(Id),
  queues: Type.Array(Id),
  skills: Type.Array(Id),
  /** Null for a person who answers no chats. */
  live: orNull(OneLimit),
  deferred: orNull(OneLimit),
  /** Null for whoever works at any time, and for whoever answers no chats. */
  shiftId: orNull(Id),
  /** Over both kinds together; its limit is null when there is none. */
  units: orNull(
    Type.Object({
      limit: orNull(Type.Integer()),
      own: orNull(Type.Integer()),
      version: Type.Integer(),
    }),
  ),
  createdAt: Instant,
  version: Type.Integer(),
})
export type Person = Static<typeof Person>

/** Of each kind of chat, and in units over both. */
export const RoleLimits = Type.Object({
  live: orNull(Limit),
  deferred: orNull(Limit),
  units: orNull(Type.Integer()),
})
export type RoleLimits = Static<typeof RoleLimits>

export const Role = Type.Object({
  id: Id,
  key: Type.String(),
  name: Type.String(),
  isBuiltIn: Type.Boolean(),
  /** One that only adds to another: a site's, or what a supervisor is also allowed. */
  isAddOn: Type.Boolean(),
  permissions: Type.Array(Type.String()),
  /** What whoever holds it may hold at most, whatever is set for them; null: it limits nobody. */
  limits: RoleLimits,
  /** Of the fields that were changed at least once (contract/roles.ts). */
  marks: Type.Record(Type.String(), Mark),
  version: Type.Integer(),
})
export type Role = Static<typeof Role>

/** A role as somebody sees it who may give it. */
export const ListedRole = Type.Object({
  ...Role.properties,
  /** Those of its permissions that the asker holds somewhere, and so may give there (`mayGive`). */
  givable: Type.Array(Type.String()),
  /** How many people hold it, wherever. */
  holders: Type.Integer(),
})
export type ListedRole = Static<typeof ListedRole>

export const users = {
  list: endpoint('GET', '/api/people', 'users.view', 'The people of the accounts that I may see', {
    reply: Type.Array(Person),
  }),
  get: endpoint('GET', '/api/people/:id', 'users.view', 'One person', {
    params: ById,
    reply: Person,
  }),
  roles: endpoint('GET', '/api/roles', 'users.view', 'The roles, and what each may do', {
    reply: Type.Array(ListedRole),
  }),
  setLanguage: endpoint('PUT', '/api/me/language', 'session', 'Choose my language', {
    body: Strict({ language: Language }),
    reply: Strict({}),
  }),
}

/** The most bytes of an uploaded photo. */
export const PHOTO_MAX_BYTES = 2 * 1024 * 1024

export const photos = {
  setMine: endpoint('PUT', '/api/me/photo', 'session', 'Upload my photo (JPEG, PNG or WebP)', {
    file: { maxBytes: PHOTO_MAX_BYTES },
    reply: Type.Object({ photo: Type.String() }),
  }),
  removeMine: endpoint('DELETE', '/api/me/photo', 'session', 'Remove my photo', {
    reply: Strict({}),
  }),
}
