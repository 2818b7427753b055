// The catalogue of statuses, and which of it a user may choose.
import { type RawBuilder, sql } from 'kysely'
import type { StatusMark } from '#contract/presence.ts'
import type { NewStatus, Status } from '#contract/statuses.ts'
import type { Db } from '../../platform/database.ts'

const COLUMNS = sql`s.id, s.account_id, s.name, s.availability, s.accepts::text[] as accepts, s.icon, s.colour, s.is_paid,
  s.max_minutes, s.department_ids, s.version, versions_of(s.id) as versions`

async function select(db: Db, from: RawBuilder<unknown>): Promise<Status[]> {
  const { rows } = await sql<Status>`select ${COLUMNS} from ${from}`.execute(db)
  return rows
}

/** The statuses of the accounts given, by name. */
export function list(
  db: Db,
  organisationId: string,
  accountIds: readonly string[],
): Promise<Status[]> {
  return select(
    db,
    sql`statuses s where s.organisation_id = ${organisationId}
      and s.account_id = any (${accountIds}::uuid[]) order by lower(s.name), s.id`,
  )
}

/** Those that a user may choose. */
export function listOfUser(db: Db, organisationId: string, userId: string): Promise<Status[]> {
  return select(db, sql`statuses_of(${organisationId}, ${userId}) s`)
}

export type Chosen = Pick<Status, 'name' | 'availability'> & { mark: StatusMark }

/** A status that the user may choose, with what of it goes with them. */
export async function findOfUser(
  db: Db,
  organisationId: string,
  userId: string,
  id: string,
): Promise<Chosen | undefined> {
  const { rows } = await sql<Chosen>`
    select s.name, s.availability, status_mark(s) as mark
      from statuses_of(${organisationId}, ${userId}) s where s.id = ${id}`.execute(db)
  return rows.at(0)
}

export async function find(
  db: Db,
  organisationId: string,
  id: string,
): Promise<Status | undefined> {
  const rows = await select(
    db,
    sql`statuses s where s.organisation_id = ${organisationId} and s.id = ${id}`,
  )
  return rows.at(0)
}

/** The same, and nobody else changes it until the transaction ends. */
export async function lock(
  db: Db,
  organisationId: string,
  id: string,
): Promise<Status | undefined> {
  const rows = await select(
    db,
    sql`statuses s where s.organisation_id = ${organisationId} and s.id = ${id} for no key update`,
  )
  return rows.at(0)
}

export async function insert(db: Db, organisationId: string, wanted: NewStatus): Promise<string> {
  const { id } = await db
    .insertInto('statuses')
    .values({ organisationId, ...wanted })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

export async function update(
  db: Db,
  organisationId: string,
  id: string,
  set: Partial<Omit<NewStatus, 'accountId'>>,
): Promise<void> {
  await db
    .updateTable('statuses')
    .set((eb) => ({ ...set, version: eb('version', '+', 1) }))
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .execute()
}

export async function remove(db: Db, organisationId: string, id: string): Promise<void> {
  await db
    .deleteFrom('statuses')
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .execute()
}

/** How many of the departments there are in the account or below it. */
export async function countDepartments(
  db: Db,
  organisationId: string,
  accountId: string,
  ids: readonly string[],
): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    with recursive below as (
      select ${accountId}::uuid as id
      union all
      select a.id from below b join accounts a on a.organisation_id = ${organisationId} and a.parent_id = b.id
    )
    select count(*)::int as n from departments d
     where d.organisation_id = ${organisationId} and d.id = any (${ids}::uuid[])
       and d.account_id in (select id from below)`.execute(db)
  return rows.at(0)?.n ?? 0
}
