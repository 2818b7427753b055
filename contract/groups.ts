// Supervisors' groups: the agents who report to one supervisor, all in the group's department.
import { type Static, Type } from 'typebox'
import { changesOf, Use, Versions } from './changes.ts'
import { endpoint } from './endpoint.ts'
import { ById, Id, Name, Nothing, orNull, Strict } from './shapes.ts'

/** Everybody who works in the account knows which groups there are; who is in them is not told here. */
export const Group = Type.Object({
  id: Id,
  /** The department's. */
  accountId: Id,
  departmentId: Id,
  supervisorUserId: Id,
  name: Type.String(),
  version: Type.Integer(),
  versions: Versions,
})
export type Group = Static<typeof Group>

export const NewGroup = Strict({
  /** It fixes the primary department of everybody in the group. */
  departmentId: Id,
  name: Name,
  /** Active in the account or above it, with a role that lets them supervise. */
  supervisorUserId: Id,
})
export type NewGroup = Static<typeof NewGroup>

export const GroupChanges = changesOf({
  name: Name,
  supervisorUserId: Id,
  /** One of the same account. */
  departmentId: Id,
})
export type GroupChanges = Static<typeof GroupChanges>

export const GroupUse = Type.Object({
  /** Whose primary department moves with the group. */
  people: Type.Integer(),
  /** What stands in the way of deleting it. */
  uses: Type.Array(Use),
})
export type GroupUse = Static<typeof GroupUse>

export const groups = {
  list: endpoint('GET', '/api/groups', 'session', 'The supervisors’ groups that I may see', {
    reply: Type.Array(Group),
  }),
  create: endpoint('POST', '/api/groups', 'users.manage', 'Make a supervisor’s group', {
    body: NewGroup,
    reply: Group,
  }),
  change: endpoint(
    'PATCH',
    '/api/groups/:id',
    'users.manage',
    'Set fields of a group: its people follow it to another department',
    { params: ById, body: GroupChanges, reply: Group },
  ),
  use: endpoint('GET', '/api/groups/:id/use', 'users.manage', 'Who is in a group, as counts', {
    params: ById,
    reply: GroupUse,
  }),
  remove: endpoint(
    'POST',
    '/api/groups/:id/remove',
    'users.manage',
    'Delete a group; its people go to another one of the account, or with null to none',
    {
      params: ById,
      body: Strict({
        /** Not named: `in_use` while anybody is in it. */
        membersTo: Type.Optional(orNull(Id)),
      }),
      reply: Nothing,
    },
  ),
}
