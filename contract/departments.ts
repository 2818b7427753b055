// Departments: organisational units of an account.
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { Id, Name, Strict } from './shapes.ts'

export const Department = Type.Object({
  id: Id,
  accountId: Id,
  name: Type.String(),
  version: Type.Integer(),
})
export type Department = Static<typeof Department>

export const NewDepartment = Strict({ accountId: Id, name: Name })
export type NewDepartment = Static<typeof NewDepartment>

export const departments = {
  list: endpoint('GET', '/api/departments', 'session', 'The departments that I may see', {
    reply: Type.Array(Department),
  }),
  create: endpoint('POST', '/api/departments', 'setup.manage', 'Make a department', {
    body: NewDepartment,
    reply: Department,
  }),
}
