// Departments: organisational units of an account.
import { type Static, Type } from 'typebox'
import { changesOf, Use, Versions } from './changes.ts'
import { endpoint } from './endpoint.ts'
import { ById, Id, Name, Nothing, Strict } from './shapes.ts'

export const Department = Type.Object({
  id: Id,
  accountId: Id,
  name: Type.String(),
  version: Type.Integer(),
  versions: Versions,
})
export type Department = Static<typeof Department>

export const NewDepartment = Strict({ accountId: Id, name: Name })
export type NewDepartment = Static<typeof NewDepartment>

export const DepartmentChanges = changesOf({ name: Name })
export type DepartmentChanges = Static<typeof DepartmentChanges>

export const DepartmentUse = Type.Object({
  /** What stands in the way of deleting it. */
  uses: Type.Array(Use),
  /** The queues that its people serve: how many of them do, and how many others are assigned. */
  queues: Type.Array(
    Type.Object({
      queueId: Id,
      name: Type.String(),
      people: Type.Integer(),
      others: Type.Integer(),
    }),
  ),
})
export type DepartmentUse = Static<typeof DepartmentUse>

export const departments = {
  list: endpoint('GET', '/api/departments', 'session', 'The departments that I may see', {
    reply: Type.Array(Department),
  }),
  create: endpoint('POST', '/api/departments', 'setup.manage', 'Make a department', {
    body: NewDepartment,
    reply: Department,
  }),
  change: endpoint('PATCH', '/api/departments/:id', 'setup.manage', 'Rename a department', {
    params: ById,
    body: DepartmentChanges,
    reply: Department,
  }),
  use: endpoint(
    'GET',
    '/api/departments/:id/use',
    'setup.manage',
    'Where a department is in use, and the queues that its people serve',
    { params: ById, reply: DepartmentUse },
  ),
  remove: endpoint(
    'DELETE',
    '/api/departments/:id',
    'setup.manage',
    'Delete a department; `in_use` with where, while it is',
    { params: ById, reply: Nothing },
  ),
}
