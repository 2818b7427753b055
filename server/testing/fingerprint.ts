// What a database holds, as one short text: the same text, the same rows.
import { sql } from 'kysely'
import type { Db } from '../platform/database.ts'

/** What moves by itself, or counts the very tries that are being refused. */
const MOVES = [
  'throttles',
  'sessions',
  'nodes',
  'migrations',
  'proof',
  'proof_places',
  'proof_laws',
]

/** The tables that hold what somebody could change. */
export async function listTables(db: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
     where table_schema = 'public' and table_type = 'BASE TABLE'
     order by table_name`.execute(db)
  return rows.map(({ name }) => name).filter((name) => !MOVES.includes(name))
}

/** The digest of each table's rows. */
export async function fingerprintOf(
  db: Db,
  tables: readonly string[],
): Promise<Record<string, string>> {
  const each = tables.map(
    (name) => sql`select ${name}::text as name,
      count(*) || ' ' || coalesce(md5(string_agg(t::text, ',' order by t::text)), '') as digest
      from ${sql.table(name)} t`,
  )
  const { rows } = await sql<{ name: string; digest: string }>`
    ${sql.join(each, sql` union all `)}`.execute(db)
  return Object.fromEntries(rows.map(({ name, digest }) => [name, digest]))
}

/** The digests, once nothing has moved for a while: mails are sent and chats offered by themselves. */
export async function settledFingerprint(
  db: Db,
  tables: readonly string[],
): Promise<Record<string, string>> {
  let before = ''
  for (let tries = 0; tries < 40; tries++) {
    const now = await fingerprintOf(db, tables)
    if (JSON.stringify(now) === before) return now
    before = JSON.stringify(now)
    await new Promise((resolve) => setTimeout(resolve, 400))
  }
  throw new Error('the database does not come to rest')
}
