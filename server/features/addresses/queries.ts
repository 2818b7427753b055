// Lists of addresses as they are kept. A list without an entry is no list.
import { sql } from 'kysely'
import type { AddressRange } from '#contract/addresses.ts'
import { canonicalRange } from '../../platform/client-ip.ts'
import type { Db } from '../../platform/database.ts'

/** Whose list it is: one of the two is null. */
export interface Owner {
  organisationId: string
  accountId: string | null
  userId: string | null
}

export async function listRanges(db: Db, owner: Owner): Promise<AddressRange[]> {
  const rows = await rangesOf(db, owner).select(['range', 'note']).execute()
  return rows.map(({ range, note }) => ({ range: canonicalRange(range) ?? range, note }))
}

/** The list is this from now on. */
export async function replaceRanges(
  db: Db,
  owner: Owner,
  ranges: readonly AddressRange[],
): Promise<void> {
  await db
    .deleteFrom('ipRanges')
    .where('organisationId', '=', owner.organisationId)
    .where(sql<boolean>`account_id is not distinct from ${owner.accountId}::uuid`)
    .where(sql<boolean>`user_id is not distinct from ${owner.userId}::uuid`)
    .execute()
  if (ranges.length === 0) return
  await db
    .insertInto('ipRanges')
    .values(ranges.map((range) => ({ ...owner, ...range })))
    .execute()
}

function rangesOf(db: Db, { organisationId, accountId, userId }: Owner) {
  return db
    .selectFrom('ipRanges')
    .where('organisationId', '=', organisationId)
    .where(sql<boolean>`account_id is not distinct from ${accountId}::uuid`)
    .where(sql<boolean>`user_id is not distinct from ${userId}::uuid`)
}

export interface Other {
  accountId: string
  name: string
  ranges: number
}

/** Those of the accounts that have a list, in the order given. */
export async function listOthers(
  db: Db,
  organisationId: string,
  accountIds: readonly string[],
): Promise<Other[]> {
  const { rows } = await sql<Other>`
    select a.id as account_id, a.name, count(*)::int as ranges
      from ip_ranges r
      join accounts a on a.organisation_id = r.organisation_id and a.id = r.account_id
     where r.organisation_id = ${organisationId} and r.account_id = any (${[...accountIds]}::uuid[])
     group by a.id, a.name
     order by array_position(${[...accountIds]}::uuid[], a.id)`.execute(db)
  return rows
}

/** The accounts in which the user works. */
export async function listPlaces(
  db: Db,
  organisationId: string,
  userId: string,
): Promise<string[]> {
  const { rows } = await sql<{ accountId: string }>`
    select account_id from open_memberships
     where organisation_id = ${organisationId} and user_id = ${userId}
     order by created_at, id`.execute(db)
  return rows.map(({ accountId }) => accountId)
}

/** The user's memberships in the organisation, whatever their status. */
export async function listMembershipIds(
  db: Db,
  organisationId: string,
  userId: string,
): Promise<string[]> {
  const rows = await db
    .selectFrom('memberships')
    .select('id')
    .where('organisationId', '=', organisationId)
    .where('userId', '=', userId)
    .orderBy('id')
    .execute()
  return rows.map(({ id }) => id)
}
