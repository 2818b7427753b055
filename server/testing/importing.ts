// What tests of imports begin with: looking at a file, applying it, and all that it could touch.
import { sql } from 'kysely'
import { departments } from '#contract/departments.ts'
import { hours } from '#contract/hours.ts'
import { type Import, type ImportRow, imports } from '#contract/imports.ts'
import type { FileNames } from '#contract/people-file.ts'
import type { Db } from '../platform/database.ts'
import { furnish } from './floor.ts'
import type { House, Person } from './house.ts'

export const look = (by: Person, csv: string, accountId = by.accountId) =>
  by.call(imports.preview, { body: { accountId, csv, language: 'en' } })
export const rowsOf = async (by: Person, { id }: Pick<Import, 'id'>) =>
  (await by.call(imports.rows, { params: { id }, query: {} })).rows
export const apply = (by: Person, { id }: Pick<Import, 'id'>) =>
  by.call(imports.apply, { params: { id } })
export const undo = (by: Person, { id }: Pick<Import, 'id'>) =>
  by.call(imports.undo, { params: { id } })
export const problems = ({ problems: all }: ImportRow) =>
  all.map(({ column, code }) => `${column ?? 'row'}: ${code}`)

/** Everything that an import could touch, as text. */
export async function everything(db: Db, organisationId: string): Promise<string> {
  const { rows } = await sql<{ all: string }>`
    select string_agg(t, E'\n' order by t) as all from (
      select m::text as t from memberships m where organisation_id = ${organisationId}
      union all select u::text from users u where id in (select user_id from memberships where organisation_id = ${organisationId})
      union all select d::text from department_members d where organisation_id = ${organisationId}
      union all select q::text from queue_members q where organisation_id = ${organisationId}
      union all select l::text from operator_loads l where organisation_id = ${organisationId}
      union all select g::text from grants g where organisation_id = ${organisationId}
      union all select i::text from invitations i where organisation_id = ${organisationId}
      union all select a::text from audit_log a where organisation_id = ${organisationId}
      union all select e::text from event_log e where organisation_id = ${organisationId}) x`.execute(
    db,
  )
  return rows[0]?.all ?? ''
}

export async function namesIn(db: Db, organisationId: string): Promise<FileNames> {
  const { rows } = await sql<{ id: string; name: string }>`
    select id, name from accounts where organisation_id = ${organisationId}
    union all select id, name from departments where organisation_id = ${organisationId}
    union all select id, name from supervisor_groups where organisation_id = ${organisationId}
    union all select id, name from queues where organisation_id = ${organisationId}
    union all select id, name from hours where organisation_id = ${organisationId}
    union all select id, name from sites where organisation_id = ${organisationId}`.execute(db)
  const known = new Map(rows.map(({ id, name }) => [id, name]))
  const name = (id: string) => known.get(id)
  const places = { account: name, department: name, group: name }
  return { ...places, queue: name, hours: name, skill: name, site: name }
}

/** A calendar that is never open. */
export async function newShift(by: Person, accountId: string, name: string): Promise<string> {
  const week = Array.from({ length: 7 }, () => [])
  const body = { accountId, name, timeZone: 'UTC', week, exceptions: [] }
  return (await by.call(hours.create, { body })).id
}

/** A floor with a department and two agents. */
export async function openFloor(house: House) {
  const floor = await furnish(house)
  const { organisationId, admin } = floor
  const sales = await admin.call(departments.create, {
    body: { accountId: organisationId, name: 'Sales; Benelux' },
  })
  const agent = (firstName: string) => house.person({ organisationId, role: 'agent', firstName })
  return { ...floor, sales, anna: await agent('Anna'), bo: await agent('Bo') }
}
