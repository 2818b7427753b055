// The few rows of the demo floor that no door makes yet.
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
