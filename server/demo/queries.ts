// The few rows of the demo floor that no door makes yet.
import { type Kysely, sql } from 'kysely'
import type { Db } from '../platform/database.ts'
import type { DB } from '../platform/schema.ts'

export async function joinDepartment(
  db: Db,
  member: { organisationId: string; departmentId: string; membershipId: string; position: string },
): Promise<void> {
  await db.insertInto('departmentMembers').values(member).execute()
}

/** Puts an agent into a supervisor's group, which fixes the primary department. */
export async function joinGroup(
  db: Db,
  organisationId: string,
  membershipId: string,
  group: { id: string; departmentId: string },
): Promise<void> {
  await db
    .updateTable('memberships')
    .set({ supervisorGroupId: group.id, primaryDepartmentId: group.departmentId })
    .where('organisationId', '=', organisationId)
    .where('id', '=', membershipId)
    .execute()
}

export async function learn(
  db: Db,
  held: { organisationId: string; userId: string; skillId: string; level: number },
): Promise<void> {
  await db.insertInto('userSkills').values(held).execute()
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
export async function emptyEverything(db: Kysely<DB>): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select quote_ident(tablename) as name from pg_tables
     where schemaname = 'public' and tablename <> 'migrations'`.execute(db)
  await db.transaction().execute(async (tx) => {
    // The audit too, which is not emptied unless that is what is meant.
    await sql`select set_config('switchboard.empties_everything', 'yes', true)`.execute(tx)
    await sql`truncate ${sql.raw(rows.map((row) => row.name).join(', '))}`.execute(tx)
  })
}
