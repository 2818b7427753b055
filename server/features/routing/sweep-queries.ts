// What the passing of time asks of the database, besides its transitions: what to forget, and whom
// nobody has matched.
import { sql } from 'kysely'
import type { Db } from '../../platform/database.ts'

/** Forgets closed chats, broken connections and ended servers of long ago; how many rows went. */
export async function forgetRouting(db: Db): Promise<number> {
  const { rows } = await sql<{ rows: number }>`select forget_routing() as rows`.execute(db)
  return rows.at(0)?.rows ?? 0
}

/** Operators with room for whom a chat waits: of one organisation, or of all. */
export async function listUnmatched(
  db: Db,
  within: string | null = null,
): Promise<{ organisationId: string; userId: string }[]> {
  const { rows } = await sql<{ organisationId: string; userId: string }>`
    select * from reconcile(${within}::uuid)`.execute(db)
  return rows
}
