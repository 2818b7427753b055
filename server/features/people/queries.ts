// A person's record, and where the person stands.
import { sql } from 'kysely'
import type { Person } from '#contract/users.ts'
import type { Db } from '../../platform/database.ts'

export { findRecord, listRecords, listRecordsOf } from '../users/record-queries.ts'

/** Where a person stands: what decides who may see and change them. */
export interface Standing {
  membershipId: string
  userId: string
  accountId: string
  status: Person['status']
  /** Their departments and their supervisor's group. */
  teamIds: string[]
}

export async function findStanding(
  db: Db,
  organisationId: string,
  membershipId: string,
): Promise<Standing | undefined> {
  const { rows } = await sql<Standing>`
    select id as membership_id, user_id, account_id, status, teams_of(organisation_id, id) as team_ids
      from memberships where organisation_id = ${organisationId} and id = ${membershipId}`.execute(
    db,
  )
  return rows[0]
}
