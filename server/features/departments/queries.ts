// Departments of an organisation.
import { sql } from 'kysely'
import type { Use, Versions } from '#contract/changes.ts'
import type { Department, DepartmentUse, NewDepartment } from '#contract/departments.ts'
import type { Db } from '../../platform/database.ts'
import { countOf, useOf } from '../../platform/in-use.ts'

const COLUMNS = [
  'id',
  'accountId',
  'name',
  'version',
  sql<Versions>`versions_of(id)`.as('versions'),
] as const

/** The departments of the accounts given, by name. */
export function list(
  db: Db,
  organisationId: string,
  accountIds: readonly string[],
): Promise<Department[]> {
  if (accountIds.length === 0) return Promise.resolve([])
  return db
    .selectFrom('departments')
    .select(COLUMNS)
    .where('organisationId', '=', organisationId)
    .where('accountId', 'in', [...accountIds])
    .orderBy('name')
    .orderBy('id')
    .execute()
}

export function insert(
  db: Db,
  organisationId: string,
  { accountId, name }: NewDepartment,
): Promise<Department> {
  return db
    .insertInto('departments')
    .values({ organisationId, accountId, name })
    .returning(COLUMNS)
    .executeTakeFirstOrThrow()
}

export function find(db: Db, organisationId: string, id: string): Promise<Department | undefined> {
  return one(db, organisationId, id).executeTakeFirst()
}

/** The same, and nobody else changes it until the transaction ends. */
export function lock(db: Db, organisationId: string, id: string): Promise<Department | undefined> {
  return one(db, organisationId, id).forNoKeyUpdate().executeTakeFirst()
}

function one(db: Db, organisationId: string, id: string) {
  return db
    .selectFrom('departments')
    .select(COLUMNS)
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
}

export async function update(
  db: Db,
  organisationId: string,
  id: string,
  set: { name?: string },
): Promise<void> {
  await db
    .updateTable('departments')
    .set((eb) => ({ ...set, version: eb('version', '+', 1) }))
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .execute()
}

export async function remove(db: Db, organisationId: string, id: string): Promise<void> {
  await db
    .deleteFrom('departments')
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .execute()
}

/** What points at the department. */
export async function listUses(db: Db, organisationId: string, id: string): Promise<Use[]> {
  const { rows } = await sql<{ people: number; roles: number; groups: string[] }>`
    select (select count(*)::int from department_members
             where organisation_id = ${organisationId} and department_id = ${id}) as people,
           (select count(*)::int from grants
             where organisation_id = ${organisationId} and department_id = ${id}) as roles,
           array(select name from supervisor_groups
                  where organisation_id = ${organisationId} and department_id = ${id} order by name) as groups`.execute(
    db,
  )
  const { people = 0, roles = 0, groups = [] } = rows[0] ?? {}
  return [countOf('people', people), countOf('roles', roles), useOf('groups', groups)]
}

/** The queues that people of the department are assigned to, and how many others are. */
export async function listQueues(
  db: Db,
  organisationId: string,
  id: string,
): Promise<DepartmentUse['queues']> {
  const { rows } = await sql<DepartmentUse['queues'][number]>`
    with people as (
      select distinct m.user_id from memberships m
       where m.organisation_id = ${organisationId} and m.status = 'active'
         and (m.primary_department_id = ${id} or exists (
               select from department_members dm
                where dm.organisation_id = m.organisation_id and dm.membership_id = m.id
                  and dm.department_id = ${id}))
    )
    select q.id as queue_id, q.name,
           count(*) filter (where p.user_id is not null)::int as people,
           count(*) filter (where p.user_id is null)::int as others
      from queues q
      join queue_members qm on qm.organisation_id = q.organisation_id and qm.queue_id = q.id
                           and not qm.is_suspended
      left join people p on p.user_id = qm.user_id
     where q.organisation_id = ${organisationId}
     group by q.id, q.name
    having count(p.user_id) > 0
     order by q.name, q.id`.execute(db)
  return rows
}

/** Those on whose line as an operator the department's name may stand. */
export async function listOperatorIds(
  db: Db,
  organisationId: string,
  id: string,
): Promise<string[]> {
  const { rows } = await sql<{ userId: string }>`
    select distinct m.user_id
      from memberships m
      join operators o on o.organisation_id = m.organisation_id and o.user_id = m.user_id
      left join department_members dm on dm.organisation_id = m.organisation_id and dm.membership_id = m.id
     where m.organisation_id = ${organisationId} and ${id}::uuid in (m.primary_department_id, dm.department_id)
     order by m.user_id`.execute(db)
  return rows.map(({ userId }) => userId)
}
