// What goes wrong in a long storm, one thing after another: servers die, stall and have wrong clocks,
// connections break, the database crashes, somebody looks at it for a minute without letting go.
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { anyOf, type ServerProcess } from './servers.ts'

export const FAULTS = ['kill', 'stop', 'cut', 'listen', 'crash', 'snapshot'] as const
export type Fault = (typeof FAULTS)[number]

export interface Scene {
  databaseUrl: string
  servers: ServerProcess[]
  /** Starts a server in place of one that is gone. */
  replace(at: number): Promise<ServerProcess>
  ended: AbortSignal
  say(line: string): void
}

/** Does one thing after another, `gapMs` apart; answers how often each was done. */
export async function trouble(
  scene: Scene,
  faults: readonly Fault[],
  gapMs: number,
): Promise<Record<string, number>> {
  const done: Record<string, number> = {}
  for (let at = 0; faults.length > 0 && !scene.ended.aborted; at++) {
    await pause(gapMs * (0.5 + Math.random()), undefined, { signal: scene.ended }).catch(() => {})
    const fault = faults[at % faults.length]
    if (fault === undefined || scene.ended.aborted) break
    scene.say(`fault: ${fault}`)
    await DO[fault](scene).catch((error: unknown) => scene.say(`${fault}: ${String(error)}`))
    done[fault] = (done[fault] ?? 0) + 1
  }
  return done
}

const DO: Readonly<Record<Fault, (scene: Scene) => Promise<void>>> = {
  /** A server ends without a word; another is started in its place. */
  async kill(scene) {
    const at = Math.floor(Math.random() * scene.servers.length)
    scene.servers[at]?.kill()
    scene.servers[at] = await scene.replace(at)
  },
  /** A server stands still for longer than some of its deadlines, and goes on as if nothing was. */
  async stop({ servers }) {
    const server = anyOf(servers, Math.floor(Math.random() * servers.length))
    server.freeze()
    await pause(Math.random() < 0.5 ? 3_000 : 10_000)
    server.thaw()
  },
  /** Every third connection to the database is cut, whatever it is doing. */
  cut: ({ databaseUrl }) =>
    asked(
      databaseUrl,
      `select pg_terminate_backend(pid) from pg_stat_activity
        where application_name like 'node-%' and random() < 0.34`,
    ),
  /** Nobody hears what the servers tell each other, until they listen again. */
  listen: ({ databaseUrl }) =>
    asked(
      databaseUrl,
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'switchboard-bus'",
    ),
  /** One of PostgreSQL's processes is killed: it stops at once, and recovers from its log. */
  async crash({ databaseUrl }) {
    const pids = await asking(
      databaseUrl,
      "select pid from pg_stat_activity where application_name like 'node-%' limit 1",
    )
    const [victim] = pids
    if (victim !== undefined) process.kill(victim, 'SIGKILL')
    await pause(2_000)
  },
  /** Somebody holds on to what the database was a minute ago. */
  async snapshot({ databaseUrl, ended }) {
    const client = new pg.Client({ connectionString: databaseUrl, application_name: 'snapshot' })
    client.on('error', () => {})
    await client.connect()
    await client.query('begin isolation level repeatable read')
    await client.query('select count(*) from routed_chats')
    void pause(60_000, undefined, { signal: ended })
      .catch(() => {})
      .then(() => client.end())
      .catch(() => {})
  },
}

async function asked(databaseUrl: string, question: string): Promise<void> {
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
