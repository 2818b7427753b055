// A burst of chats onto a few operators, against real server processes over their public doors:
//
//   npm run storm -- --servers 3 --chats 200 --connections 16 --operators 20 --limit 3 [--kill] [--break limit]
//
// or, with --minutes, chats that come, are answered and end while one thing after another goes wrong:
//
//   npm run storm -- --minutes 10 [--transitions 200000] [--rate 10] [--faults kill,cut,…] [--gap 12] [--skew 10]
//
// What it says is read from the tables over its own connection. The last line is JSON; the exit
// code is 0 only when no law is broken: nobody above the limit, every slot filled, nothing lost,
// nothing doubled, the rest waiting in order. `--break limit` takes the guard away first: then it
// must end with 1.
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { caller } from '../server/client/http.ts'
import { signInAs } from '../server/client/sign-in.ts'
import { type Database, openDatabase } from '../server/platform/database.ts'
import { startEmbeddedPostgres } from '../server/platform/embedded-postgres.ts'
import { makeHasher } from '../server/platform/hash.ts'
import { migrate } from '../server/platform/migrate.ts'
import { makeFloor, type StormFloor } from './storm/floor.ts'
import { liveOn } from './storm/life.ts'
import { rageOn } from './storm/long.ts'
import { readOptions, type StormOptions } from './storm/options.ts'
import { holdOnly, operate, type Work } from './storm/people.ts'
import { type Line, openLine } from './storm/proxy.ts'
import { anyOf, fastClock, type ServerProcess, startServer } from './storm/servers.ts'
import { burstOn } from './storm/short.ts'
import { Tally } from './storm/tally.ts'

const say = (line: string) => void process.stdout.write(`${line}\n`)
/** Pages that are still open then are closed with their servers. */
const LEAVING_MS = 15_000
const BREAK = new URL('../server/features/routing/break-limit.sql', import.meta.url)

interface Stage {
  database: Database
  databaseUrl: string
  line: Line
  dataDir: string
  servers: ServerProcess[]
  ended: AbortController
}

async function storm(options: StormOptions): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'switchboard-storm-'))
  const postgres = await startEmbeddedPostgres({ dataDir: folder, log: () => {} })
  const servers: ServerProcess[] = []
  const ended = new AbortController()
  try {
    await migrate(postgres.url)
    const database = openDatabase(postgres.url, { max: 4, name: 'storm' })
    const line = await openLine(postgres.url)
    try {
      const stage = { database, databaseUrl: postgres.url, line, dataDir: folder, servers, ended }
      return await rage(options, stage)
    } finally {
      ended.abort()
      await Promise.all(servers.map((server) => server.isAlive() && server.stop()))
      await line.close()
      await database.close()
    }
  } finally {
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function rage(
  options: StormOptions,
  { database, databaseUrl, line, dataDir, servers, ended }: Stage,
): Promise<boolean> {
  const { db } = database
  if (options.breaks === 'limit') await sql.raw(await readFile(BREAK, 'utf8')).execute(db)
  const floor = await makeFloor(db, makeHasher({ running: 2, queued: 64, waitMs: 60_000 }), options)
  const start = starter(options, databaseUrl, line, dataDir)
  for (let at = 0; at < options.servers; at++) servers.push(await start(at))
  say(`${servers.length} servers answer`)
  const isLong = options.minutes > 0
  const tally = new Tally()
  const work = isLong ? liveOn(floor, await aSupervisor(servers, floor), tally) : holdOnly
  const desks = await openDesks(options, servers, floor, work, ended.signal)
  say(`${options.operators} operators are available, each for ${options.limit} chats`)
  const isRight = isLong
    ? await rageOn(
        options,
        database,
        floor,
        { databaseUrl, line, servers, replace: start, say },
        tally,
        ended.signal,
      )
    : await burstOn(options, database, floor, servers, ended.signal)
  ended.abort()
  // An operator may wait for an answer that a fault has swallowed: what is known does not wait for them.
  await Promise.race([Promise.allSettled(desks), pause(LEAVING_MS)])
  return isRight
}

/** Starts servers by number: in the long form the second's clock is fast and the last's line is bad. */
function starter(options: StormOptions, databaseUrl: string, line: Line, dataDir: string) {
  const isLong = options.minutes > 0
  const env = {
    DATA_DIR: dataDir,
    SECRET_KEY: randomBytes(32).toString('base64url'),
    // One machine plays every visitor.
    VISITOR_ALLOWANCE: '100000',
  }
  return (at: number) =>
    startServer(`node-${at + 1}`, {
      ...env,
      DATABASE_URL: isLong && at === options.servers - 1 ? line.url : databaseUrl,
      ...(isLong && at === 1 && options.skewMinutes > 0 && fastClock(options.skewMinutes)),
    })
}

/** Somebody above the operators, at whichever server answers. */
async function aSupervisor(
  servers: readonly ServerProcess[],
  { supervisor, password }: StormFloor,
) {
  const { cookie } = await signInAs(anyOf(servers, 0).url, supervisor.email, password)
  let asked = 0
  return () => {
    const { url } = anyOf(servers, asked++)
    return caller(() => url, { cookie })
  }
}

/** Resolves when every operator can be offered chats; gives what they do until the end. */
async function openDesks(
  options: StormOptions,
  servers: readonly ServerProcess[],
  floor: StormFloor,
  work: Work,
  ended: AbortSignal,
): Promise<Promise<void>[]> {
  const desks: Promise<void>[] = []
  const readiness = floor.operators.map(
    (_, at) =>
      new Promise<void>((ready, failed) => {
        const desk = operate(servers, floor, at, ended, ready, work)
        desk.catch((error) => ended.aborted || failed(error))
        desks.push(desk.catch(() => {}))
      }),
  )
  const late = AbortSignal.timeout(options.seconds * 1000)
  const tooLate = new Promise<never>((_, reject) => {
    late.addEventListener('abort', () => reject(new Error('the operators did not come in time')))
  })
  await Promise.race([Promise.all(readiness), tooLate])
  return desks
}

const code = await storm(readOptions(process.argv.slice(2))).then(
  (isRight) => (isRight ? 0 : 1),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    return 1
  },
)
process.exit(code)
