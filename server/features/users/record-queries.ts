// Everything that is set of a person, as one row.
import { sql } from 'kysely'
import type { PersonRecord } from '#contract/people.ts'
import type { Db } from '../../platform/database.ts'
import { permissionsOfRole } from './queries.ts'

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

/** One more version of fields of a user, or of a membership. */
export async function markFields(
  db: Db,
  entityId: string,
  keys: readonly string[],
  by: string | null,
  now: string,
): Promise<void> {
  if (keys.length === 0) return
  await sql`select mark_fields(${entityId}, ${keys}::text[], ${by}, ${now})`.execute(db)
}

/**
 * One more version of fields that a user's memberships share: in each whose account is of the branch
 * of what the field points at. Elsewhere not even the field's key may show.
 */
export async function markShared(
  db: Db,
  { organisationId, userId }: { organisationId: string; userId: string },
  fields: readonly { key: string; accountId: string }[],
  by: string | null,
  now: string,
): Promise<void> {
  if (fields.length === 0) return
  await sql`
    select mark_fields(m.id, array_agg(w.key), ${by}, ${now})
      from unnest(${fields.map(({ key }) => key)}::text[], ${fields.map((field) => field.accountId)}::uuid[])
             as w (key, account_id)
      join memberships m on m.organisation_id = ${organisationId} and m.user_id = ${userId}
       and is_same_branch(m.organisation_id, m.account_id, w.account_id)
     group by m.id order by m.id`.execute(db)
}
