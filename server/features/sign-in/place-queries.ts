// Users who are active in two places at once, and who is told.
import { sql } from 'kysely'
import type { Db } from '../../platform/database.ts'

export interface InTwoPlaces {
  organisationId: string
  userId: string
  name: string
  membershipId: string
  accountName: string
  one: string
  other: string
}

/** Who is active since then on different devices in different networks, and was not told of that day. */
export async function listInTwoPlaces(
  db: Db,
  since: string,
  day: string,
  userId?: string,
): Promise<InTwoPlaces[]> {
  const { rows } = await sql<InTwoPlaces>`
    select distinct on (one.organisation_id, one.user_id)
           one.organisation_id, one.user_id, u.first_name || ' ' || u.last_name as name,
           m.id as membership_id, a.name as account_name, one.ip as one, other.ip as other
      from sessions one
      join sessions other on other.user_id = one.user_id and other.organisation_id = one.organisation_id
       and other.place <> one.place and other.user_agent <> one.user_agent
       and (one.created_at, one.id) < (other.created_at, other.id)
      join users u on u.id = one.user_id
      join open_memberships m on m.organisation_id = one.organisation_id and m.user_id = one.user_id
      join accounts a on a.organisation_id = m.organisation_id and a.id = m.account_id
     where one.ended_at is null and one.last_active_at > ${since}
       and other.ended_at is null and other.last_active_at > ${since}
       and (${userId ?? null}::uuid is null or one.user_id = ${userId ?? null}::uuid)
       and not exists (
         select from two_places t
          where t.organisation_id = one.organisation_id and t.user_id = one.user_id and t.day = ${day}::date)
     order by one.organisation_id, one.user_id, m.created_at, other.last_active_at desc`.execute(db)
  return rows
}

/** Whether this is the first that is told of the user that day. */
export async function keepDay(
  db: Db,
  organisationId: string,
  userId: string,
  day: string,
): Promise<boolean> {
  const row = await db
    .insertInto('twoPlaces')
    .values({ organisationId, userId, day })
    .onConflict((conflict) => conflict.doNothing())
    .returning('userId')
    .executeTakeFirst()
  return row !== undefined
}

/** Who administers an account that the user works in, or one above it. */
export async function listAdministratorsOf(
  db: Db,
  organisationId: string,
  userId: string,
): Promise<string[]> {
  const { rows } = await sql<{ userId: string }>`
    select distinct g.user_id
      from open_memberships m
      join grants g on g.organisation_id = m.organisation_id
       and g.account_id = any (account_path(m.organisation_id, m.account_id))
      join roles r on r.organisation_id = g.organisation_id and r.id = g.role_id and r.key = 'administrator'
      join open_memberships holder on holder.organisation_id = g.organisation_id and holder.id = g.membership_id
     where m.organisation_id = ${organisationId} and m.user_id = ${userId}
     order by g.user_id`.execute(db)
  return rows.map((row) => row.userId)
}
