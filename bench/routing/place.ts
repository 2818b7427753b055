// A PostgreSQL of the bench's own, and databases in it that are copied from one another, so that every
// round begins with the same rows.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { startEmbeddedPostgres } from '../../server/platform/embedded-postgres.ts'

const MEMORY = '/dev/shm'

export interface Cluster {
  /** Makes an empty database, or a copy of one that nobody is connected to; answers its URL. */
  create(name: string, from?: string): Promise<string>
  drop(name: string): Promise<void>
  /** What is on and off, for whoever reads the figures. */
  settings: string
  /** How long a commit of one small row takes, in milliseconds. */
  flushMs: number
  stop(): Promise<void>
}

/** Starts it on the disk of the temporary folder, or in memory, where a flush costs nothing. */
export async function startCluster(on: 'disk' | 'memory'): Promise<Cluster> {
  const dataDir = await mkdtemp(join(on === 'memory' ? MEMORY : tmpdir(), 'switchboard-bench-'))
  const postgres = await startEmbeddedPostgres({ dataDir, log: () => {} })
  const ask = (text: string) => askOnce(postgres.adminUrl, text)
  const owner = new URL(postgres.url).username
  const { version, settings } = await readSettings(ask)
  return {
    settings: `PostgreSQL ${version} on ${on}, ${settings}`,
    flushMs: await measureFlush(postgres.url),
    async create(name, from = 'template0') {
      await ask(`drop database if exists ${name}`)
      await ask(`create database ${name} owner ${owner} template ${from} strategy file_copy`)
      const url = new URL(postgres.url)
      url.pathname = `/${name}`
      return url.href
    },
    drop: async (name) => void (await ask(`drop database if exists ${name} with (force)`)),
    async stop() {
      await postgres.stop()
      for (const path of [dataDir, postgres.folder])
        await rm(path, { recursive: true, force: true })
    },
  }
}

type Row = Readonly<Record<string, string>>

async function askOnce(url: string, text: string): Promise<Row[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<Row>(text)
    return rows
  } finally {
    await client.end()
  }
}

async function readSettings(ask: (text: string) => Promise<Row[]>) {
  const [row] = await ask(`select current_setting('server_version') as version,
    'synchronous_commit ' || current_setting('synchronous_commit') || ', fsync ' || current_setting('fsync')
      || ', shared_buffers ' || current_setting('shared_buffers') as settings`)
  return { version: row?.['version'] ?? '', settings: row?.['settings'] ?? '' }
}

async function measureFlush(url: string): Promise<number> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query('create table flushes (n int)')
    const began = performance.now()
    for (let n = 0; n < 100; n++) await client.query('insert into flushes values (1)')
    return (performance.now() - began) / 100
  } finally {
    await client.query('drop table if exists flushes')
    await client.end()
  }
}
