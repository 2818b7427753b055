// Departments of an organisation.
import { sql } from 'kysely'
import type { Versions } from '#contract/changes.ts'
import type { Department, NewDepartment } from '#contract/departments.ts'
import type { Db } from '../../platform/database.ts'

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
