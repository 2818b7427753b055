// Whether somebody may work from the address they are at.
import { sql } from 'kysely'
import type { Db } from '../../platform/database.ts'

/** Somebody at an address; undefined: it cannot be told, and is in no list. */
export interface Visit {
  organisationId: string
  userId: string
  ip: string | undefined
}

/** Which of them, by their place in the list, may not work there from where they are. */
export async function listRefused(db: Db, visits: readonly Visit[]): Promise<Set<number>> {
  if (visits.length === 0) return new Set()
  const organisations = visits.map(({ organisationId }) => organisationId)
  const users = visits.map(({ userId }) => userId)
  const ips = visits.map(({ ip }) => ip ?? null)
  const { rows } = await sql<{ at: number }>`
    select (v.at - 1)::int as at
      from unnest(${organisations}::uuid[], ${users}::uuid[], ${ips}::inet[])
           with ordinality as v (organisation_id, user_id, ip, at)
     where not lets_in_from(v.organisation_id, v.user_id, v.ip)`.execute(db)
  return new Set(rows.map(({ at }) => at))
}
