// What goes wrong at the database itself.
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import type { Do, Scene } from './scene.ts'
import { patiently } from './tables.ts'

/** Longer than a statement may wait for a lock. */
const LOCKS_MS = 3_000
const SNAPSHOT_MS = 60_000
const UNSWEPT_MS = 60_000
/** The tables whose rows change with every chat. */
const HOT = ['operators', 'operator_loads', 'routed_chats', 'assignments']

export const BY_DATABASE: Readonly<Record<string, Do>> = {
  /** Every third connection to the database is cut, whatever it is doing. */
  cut: ({ databaseUrl }) =>
    ask(
      databaseUrl,
      `select pg_terminate_backend(pid) from pg_stat_activity
        where application_name like 'node-%' and random() < 0.34`,
    ),
  /** Nobody hears what the servers tell each other, until they listen again. */
  listen: ({ databaseUrl }) =>
    ask(
      databaseUrl,
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'switchboard-bus'",
    ),
  /** One of PostgreSQL's processes is killed: it stops at once, and recovers from its log. */
  async crash({ databaseUrl }) {
    const [victim] = await asking(
      databaseUrl,
      "select pid from pg_stat_activity where application_name like 'node-%' limit 1",
    )
    if (victim !== undefined) process.kill(victim, 'SIGKILL')
    await pause(2_000)
  },
  /** Somebody has a third of the operators locked for longer than anybody waits for a lock. */
  locks: (scene) =>
    holdOn(
      scene,
      'begin; select from operators where random() < 0.34 order by user_id for no key update',
      LOCKS_MS,
    ),
  /** Somebody holds on to what the database was a minute ago. */
  async snapshot(scene) {
    void holdOn(
      scene,
      'begin isolation level repeatable read; select count(*) from routed_chats',
      SNAPSHOT_MS,
    ).catch(() => {})
  },
  /** Nothing clears away dead rows for a minute. */
  async vacuum({ databaseUrl, ended }) {
    const set = async (isOn: boolean) => {
      for (const table of HOT) {
        await patiently(() =>
          ask(databaseUrl, `alter table ${table} set (autovacuum_enabled = ${isOn})`),
        )
      }
    }
    await set(false)
    void pause(UNSWEPT_MS, undefined, { signal: ended })
      .catch(() => {})
      .then(() => set(true))
      .catch(() => {})
  },
}

/** Begins a transaction and lets go of it after so long, or when the storm is over. */
async function holdOn({ databaseUrl, ended }: Scene, begin: string, ms: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'storm-holds' })
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query(begin)
    await pause(ms, undefined, { signal: ended }).catch(() => {})
  } finally {
    await client.end().catch(() => {})
  }
}

async function ask(databaseUrl: string, question: string): Promise<void> {
  await asking(databaseUrl, question)
}

async function asking(databaseUrl: string, question: string): Promise<number[]> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'storm-faults' })
  client.on('error', () => {})
  await client.connect()
  try {
    const { rows } = await client.query<{ pid: number }>(question)
    return rows.map(({ pid }) => pid)
  } finally {
    await client.end()
  }
}
