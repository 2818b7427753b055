// A person's record: everything that is set of them, edited by several people at once; and what is
// done with people: creating, changing many, blocking, archiving.
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { FieldsShape, Mark } from './fields.ts'
import { ById, Email, Id, Instant, Name, orNull, Strict } from './shapes.ts'
import { MembershipStatus, PHOTO_MAX_BYTES } from './users.ts'

/** Why a held role is what it is: its name, and what it may, for whoever must judge it. */
export const HeldRole = Type.Object({
  key: Type.String(),
  roleId: Id,
  roleKey: Type.String(),
  roleName: Type.String(),
  permissions: Type.Array(Type.String()),
  kind: Type.Union([
    Type.Literal('account'),
    Type.Literal('department'),
    Type.Literal('group'),
    Type.Literal('site'),
  ]),
  at: Id,
  /** The department that the group is of, for a role held at a group. */
  departmentId: orNull(Id),
  accountId: Id,
})
export type HeldRole = Static<typeof HeldRole>

/** What a role lets its holders hold at most. */
const RoleLimit = Type.Object({
  limit: Type.Integer(),
  /** The role. */
  key: Type.String(),
  name: Type.String(),
})
export type RoleLimit = Static<typeof RoleLimit>

/** A membership with all its fields (contract/fields.ts). The id is the membership's. */
export const PersonRecord = Type.Object({
  id: Id,
  userId: Id,
  accountId: Id,
  status: MembershipStatus,
  login: Type.String(),
  email: Type.String(),
  /** An address that waits to be confirmed. */
  pendingEmail: orNull(Type.String()),
  photo: orNull(Type.String()),
  mobileVerified: Type.Boolean(),
  passwordState: Type.Union([
    Type.Literal('none'),
    Type.Literal('chosen'),
    Type.Literal('temporary'),
  ]),
  passwordChangedAt: orNull(Instant),
  /** Whether the user works in this organisation alone: then an administrator may change the user's own data. */
  isOursAlone: Type.Boolean(),
  isOperator: Type.Boolean(),
  /** Derived from the supervisor's group. */
  primaryDepartmentId: orNull(Id),
  /** The values of all fields that are set; a keyed field that is not there is null. */
  fields: FieldsShape,
  /** For fields that were changed at least once. */
  marks: Type.Record(Type.String(), Mark),
  /** The roles behind the `grant:` fields, in their order. */
  roles: Type.Array(HeldRole),
  /** The least that any role of the user allows, through any active membership, by what it limits. */
  roleLimits: Type.Partial(Type.Object({ live: RoleLimit, deferred: RoleLimit, units: RoleLimit })),
  createdAt: Instant,
  blockedAt: orNull(Instant),
  archivedAt: orNull(Instant),
  /** When an archived person is erased unless restored. */
  erasesAt: orNull(Instant),
  version: Type.Integer(),
})
export type PersonRecord = Static<typeof PersonRecord>

/** Sets fields, each on top of the version that was seen (0, or not named: never changed). */
export const FieldChanges = Strict({
  set: FieldsShape,
  base: Type.Record(Type.String({ minLength: 1, maxLength: 160 }), Type.Integer({ minimum: 0 })),
})
export type FieldChanges = Static<typeof FieldChanges>

export const NewPerson = Strict({
  accountId: Id,
  firstName: Name,
  lastName: Name,
  email: Email,
  /** The address as typed, unless given. */
  login: Type.Optional(Type.String({ minLength: 1, maxLength: 254 })),
  password: Type.String({ minLength: 1, maxLength: 128 }),
  mustChangePassword: Type.Boolean(),
  /** At least one `grant:` among them. */
  set: FieldsShape,
  /** The same from the first try to the last: a second press makes no second person. */
  requestId: Id,
})
export type NewPerson = Static<typeof NewPerson>

export const Act = Type.Union([
  Type.Literal('block'),
  Type.Literal('unblock'),
  Type.Literal('archive'),
  Type.Literal('restore'),
  /** Ends the membership; the user goes on elsewhere. */
  Type.Literal('remove'),
])
export type Act = Static<typeof Act>

/** So long after it was made a batch can be undone. */
export const UNDO_MINUTES = 10
/** So long after they were archived a person can be restored. */
export const ARCHIVE_DAYS = 30

const Ids = Type.Array(Id, { minItems: 1, maxItems: 500, uniqueItems: true })

export const ActOnPeople = Strict({
  act: Act,
  ids: Ids,
  /** For `remove`: the account on whose page it was asked; who belongs to another is `inherited`. */
  accountId: Type.Optional(Id),
})
export type ActOnPeople = Static<typeof ActOnPeople>

/** What an act on people would do, before it is done. */
export const Preview = Type.Object({
  act: Act,
  people: Type.Array(
    Type.Object({
      id: Id,
      name: Type.String(),
      /** Why it cannot be done to this one: a refusal's code; null when it can. */
      refusal: orNull(Type.String()),
      /** Chats held or offered now, which would wait again. */
      chats: Type.Integer(),
      sessions: Type.Integer(),
      /** Queues that nobody assigned to could serve afterwards. */
      emptiedQueues: Type.Array(Id),
    }),
  ),
  /** Where the chats would wait: how many, and how many others could take one now: joined, ready, with room. */
  queues: Type.Array(Type.Object({ queueId: Id, chats: Type.Integer(), takers: Type.Integer() })),
})
export type Preview = Static<typeof Preview>

/** What became of each; the batch can be undone while `undoUntil` has not come. */
export const ActDone = Type.Object({
  batchId: orNull(Id),
  undoUntil: orNull(Instant),
  results: Type.Array(
    Type.Object({ id: Id, refusal: orNull(Type.String()), field: Type.Optional(Type.String()) }),
  ),
})
export type ActDone = Static<typeof ActDone>

export const people = {
  record: endpoint('GET', '/api/people/:id/record', 'users.view', 'Everything set of a person', {
    params: ById,
    reply: PersonRecord,
  }),
  change: endpoint(
    'PATCH',
    '/api/people/:id',
    'session',
    'Set fields of a person; `stale` with what stands now when somebody else set one meanwhile',
    { params: ById, body: FieldChanges, reply: PersonRecord },
  ),
  changeMany: endpoint('POST', '/api/people/changes', 'session', 'Set fields of many people', {
    body: Strict({ ids: Ids, set: FieldsShape }),
    reply: ActDone,
  }),
  create: endpoint('POST', '/api/people', 'users.manage', 'Make a user with a password', {
    body: NewPerson,
    reply: PersonRecord,
  }),
  setPhoto: endpoint('PUT', '/api/people/:id/photo', 'session', 'Upload the photo of a person', {
    params: ById,
    file: { maxBytes: PHOTO_MAX_BYTES },
    reply: Type.Object({ photo: Type.String() }),
  }),
  removePhoto: endpoint(
    'DELETE',
    '/api/people/:id/photo',
    'session',
    'Remove the photo of a person',
    { params: ById, reply: Strict({}) },
  ),
  preview: endpoint(
    'POST',
    '/api/people/preview',
    'users.manage',
    'What an act on people would do; changes nothing',
    { body: ActOnPeople, reply: Preview },
  ),
  act: endpoint(
    'POST',
    '/api/people/acts',
    'users.manage',
    'Block, unblock, archive, restore or remove people, each or not at all',
    { body: ActOnPeople, reply: ActDone },
  ),
  undo: endpoint(
    'POST',
    '/api/people/batches/:id/undo',
    'session',
    'Take back a change of many people, within ten minutes, by whoever made it',
    { params: ById, reply: ActDone },
  ),
}
