// The few rows of the demo floor that no door makes yet.
import { sql } from 'kysely'
import type { Db } from '../platform/database.ts'

export async function joinDepartment(
  db: Db,
  member: { organisationId: string; departmentId: string; membershipId: string; position: string },
): Promise<void> {
  await db.insertInto('departmentMembers').values(member).execute()
}

export async function welcome(
  db: Db,
  organisationId: string,
  siteId: string,
  text: string,
): Promise<void> {
  await db
    .updateTable('sites')
    .set({ welcome: text })
    .where('organisationId', '=', organisationId)
    .where('id', '=', siteId)
    .execute()
}

/** Empties every table: for a demo floor whose making was broken off before anybody saw it. */
export async function emptyEverything(db: Db): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select quote_ident(tablename) as name from pg_tables
     where schemaname = 'public' and tablename <> 'migrations'`.execute(db)
  await sql`truncate ${sql.raw(rows.map((row) => row.name).join(', '))}`.execute(db)
}
