// Brings a database to the newest shape: numbered SQL files, forward only, one transaction each.
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import pg from 'pg'

const FOLDER = new URL('../../migrations/', import.meta.url)
/** One key for every process that migrates the same database at the same time. */
const LOCK = 7_310_001

/**
 * Runs the migrations that a database has not had yet. Several processes may call it at once; one
 * runs them, the others wait. Throws when a file that has run was changed since.
 */
export async function migrate(url: string, log: (line: string) => void = () => {}): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK])
    await client.query(
      'create table if not exists migrations (name text primary key, hash text not null, ran_at timestamptz not null default now())',
    )
    const ran = await client.query<{ name: string; hash: string }>(
      'select name, hash from migrations',
    )
    const hashes = new Map(ran.rows.map((row) => [row.name, row.hash]))
    for (const name of await names()) await runOnce(client, name, hashes.get(name), log)
  } finally {
    await client.end()
  }
}

async function names(): Promise<string[]> {
  return (await readdir(FOLDER)).filter((name) => name.endsWith('.sql')).sort()
}

async function runOnce(
  client: pg.Client,
  name: string,
  knownHash: string | undefined,
  log: (line: string) => void,
): Promise<void> {
  const sql = await readFile(new URL(name, FOLDER), 'utf8')
  const hash = createHash('sha256').update(sql).digest('hex')
  if (knownHash === hash) return
  if (knownHash !== undefined) throw new Error(`migration ${name} was changed after it had run`)
  log(`migrating: ${name}`)
  await client.query('begin')
  try {
    await client.query(sql)
    await client.query('insert into migrations (name, hash) values ($1, $2)', [name, hash])
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw new Error(`migration ${name} failed: ${String(error)}`, { cause: error })
  }
}
