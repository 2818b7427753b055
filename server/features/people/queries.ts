// A person's record, and where the person stands.
import { sql } from 'kysely'
import type { PersonRecord } from '#contract/people.ts'
import type { Person } from '#contract/users.ts'
import type { Db } from '../../platform/database.ts'
import { permissionsOfRole } from '../users/queries.ts'

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

/** Everything that is set of the person. */
export async function findRecord(
  db: Db,
  organisationId: string,
  membershipId: string,
): Promise<PersonRecord | undefined> {
  const row = await db
    .selectFrom('recordRows')
    .select(sql<PersonRecord>`"row"`.as('record'))
    .where('organisationId', '=', organisationId)
    .where('membershipId', '=', membershipId)
    .executeTakeFirst()
  return row && withPermissions(row.record)
}

/** The user's record in each account of the organisation that they are a member of. */
export async function listRecordsOf(
  db: Db,
  organisationId: string,
  userId: string,
): Promise<PersonRecord[]> {
  const rows = await db
    .selectFrom('recordRows')
    .select(sql<PersonRecord>`"row"`.as('record'))
    .where('organisationId', '=', organisationId)
    .where('userId', '=', userId)
    .execute()
  return rows.map(({ record }) => withPermissions(record))
}

/** The records of the memberships. */
export async function listRecords(
  db: Db,
  organisationId: string,
  membershipIds: readonly string[],
): Promise<PersonRecord[]> {
  if (membershipIds.length === 0) return []
  const rows = await db
    .selectFrom('recordRows')
    .select(sql<PersonRecord>`"row"`.as('record'))
    .where('organisationId', '=', organisationId)
    .where('membershipId', 'in', [...membershipIds])
    .execute()
  return rows.map(({ record }) => withPermissions(record))
}

// What a built-in role may, the code says.
function withPermissions(record: PersonRecord): PersonRecord {
  const roles = record.roles.map((held) => {
    const own = permissionsOfRole(held.roleKey, false, held.permissions)
    const builtIn = permissionsOfRole(held.roleKey, true, null)
    return { ...held, permissions: [...(builtIn.length > 0 ? builtIn : own)] }
  })
  return { ...record, roles }
}
