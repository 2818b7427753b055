// A burst of chats onto a few operators, against real server processes over their public doors:
//
//   npm run storm -- --servers 3 --chats 200 --connections 16 --operators 20 --limit 3 [--kill] [--break limit]
//
// or, with --minutes, chats that come, are answered and end while one thing after another goes wrong:
//
//   npm run storm -- --minutes 10 [--rate 10] [--faults kill,stop,cut,listen,crash,snapshot] [--gap 12] [--skew 10]
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
import { type Database, openDatabase } from '../server/platform/database.ts'
import { startEmbeddedPostgres } from '../server/platform/embedded-postgres.ts'
import { makeHasher } from '../server/platform/hash.ts'
import { migrate } from '../server/platform/migrate.ts'
import { makeFloor, type StormFloor } from './storm/floor.ts'
import { rageOn } from './storm/long.ts'
import { readOptions, type StormOptions } from './storm/options.ts'
import { type Asked, ask, operate, placeOf } from './storm/people.ts'
import { anyOf, fastClock, type ServerProcess, startServer } from './storm/servers.ts'
import { countLost, readFloor } from './storm/verdict.ts'

const say = (line: string) => void process.stdout.write(`${line}\n`)
const BREAK = new URL('../server/features/routing/break-limit.sql', import.meta.url)
/** The floor has come to rest when it has not moved for so long. */
const REST_MS = 3_000

async function storm(options: StormOptions): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'switchboard-storm-'))
  const postgres = await startEmbeddedPostgres({ dataDir: folder, log: () => {} })
  const servers: ServerProcess[] = []
  const ended = new AbortController()
  try {
    await migrate(postgres.url)
    const database = openDatabase(postgres.url, { max: 4, name: 'storm' })
    try {
      return await rage(options, database, postgres.url, folder, servers, ended)
    } finally {
      ended.abort()
      await Promise.all(servers.map((server) => server.isAlive() && server.stop()))
      await database.close()
    }
  } finally {
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function rage(
  options: StormOptions,
  database: Database,
  databaseUrl: string,
  dataDir: string,
  servers: ServerProcess[],
  ended: AbortController,
): Promise<boolean> {
  const { db } = database
  if (options.breaks === 'limit') await sql.raw(await readFile(BREAK, 'utf8')).execute(db)
  const floor = await makeFloor(db, makeHasher({ running: 2, queued: 64, waitMs: 60_000 }), options)
  const env = {
    DATABASE_URL: databaseUrl,
    DATA_DIR: dataDir,
    SECRET_KEY: randomBytes(32).toString('base64url'),
    // One machine plays every visitor.
    VISITOR_ALLOWANCE: '100000',
  }
  const isLong = options.minutes > 0
  const start = (at: number) => {
    const clock =
      isLong && at === 1 && options.skewMinutes > 0 ? fastClock(options.skewMinutes) : {}
    return startServer(`node-${at + 1}`, { ...env, ...clock })
  }
  for (let at = 0; at < options.servers; at++) servers.push(await start(at))
  say(`${servers.length} servers answer`)
  const desks = await openDesks(options, servers, floor, ended.signal)
  say(`${options.operators} operators are available, each for ${options.limit} chats`)
  if (isLong) {
    const scene = { databaseUrl, servers, replace: start, say }
    const isRight = await rageOn(options, database, floor, scene, ended.signal)
    ended.abort()
    await Promise.allSettled(desks)
    return isRight
  }
  const started = performance.now()
  const asked = await burst(options, servers, floor, ended.signal)
  say(`${asked.length} chats were asked`)
  await rest(database, floor, options, started)
  const seconds = (performance.now() - started) / 1000
  const result = await judge(options, database, floor, servers, asked, seconds)
  ended.abort()
  await Promise.allSettled(desks)
  return result
}

/** Resolves when every operator can be offered chats; gives what they do until the end. */
async function openDesks(
  options: StormOptions,
  servers: readonly ServerProcess[],
  floor: StormFloor,
  ended: AbortSignal,
): Promise<Promise<void>[]> {
  const desks: Promise<void>[] = []
  const readiness = floor.operators.map(
    (_, at) =>
      new Promise<void>((ready, failed) => {
        const desk = operate(servers, floor, at, ended, ready, options.minutes > 0)
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

/** All chats at once, by so many connections; in the middle a server is killed when asked for. */
async function burst(
  options: StormOptions,
  servers: readonly ServerProcess[],
  floor: StormFloor,
  ended: AbortSignal,
): Promise<Asked[]> {
  const asked: Asked[] = []
  let next = 0
  const work = async () => {
    for (let at = next++; at < options.chats; at = next++) {
      if (options.kill && at === Math.floor(options.chats / 3)) {
        servers[0]?.kill()
        say('a server was killed')
      }
      asked.push(await ask(servers, floor, at, ended))
    }
  }
  await Promise.all(Array.from({ length: options.connections }, work))
  return asked
}

/** Waits until the floor has the shape it must have, or has stood still, or time is over. */
async function rest(
  { db }: Database,
  floor: StormFloor,
  options: StormOptions,
  started: number,
): Promise<void> {
  let before = ''
  let stillSince = performance.now()
  while (performance.now() - started < options.seconds * 1000) {
    const { held, waiting, offered } = await readFloor(db, floor.organisationId)
    const now = `${held} ${waiting} ${offered}`
    if (now !== before) stillSince = performance.now()
    before = now
    const isShaped = held >= expectedHeld(options) && offered === 0
    const mustStandStill = isShaped ? REST_MS : REST_MS * 12
    if (performance.now() - stillSince > mustStandStill) return
    await pause(200)
  }
}

function expectedHeld({ chats, operators, limit }: StormOptions): number {
  return Math.min(chats, operators * limit)
}

async function judge(
  options: StormOptions,
  { db }: Database,
  floor: StormFloor,
  servers: readonly ServerProcess[],
  asked: readonly Asked[],
  seconds: number,
): Promise<boolean> {
  const { held, waiting, offered, maxHeld, order, laws } = await readFloor(db, floor.organisationId)
  const { lost, unasked } = await countLost(
    db,
    floor.organisationId,
    asked.map((one) => one.chatId),
  )
  const isInOrder = await areShownInOrder(servers, asked, order)
  const result = {
    held,
    waiting,
    offered,
    maxHeld,
    overLimit: laws.overLimit + laws.raisedOverLimit + (maxHeld > options.limit ? 1 : 0),
    lost: lost + laws.lost,
    doubled: laws.doubled + unasked,
    gaps: laws.gaps,
    drifted: laws.drifted,
    unmatched: laws.unmatched,
    isInOrder,
    servers: servers.filter((server) => server.isAlive()).length,
    killed: servers.filter((server) => !server.isAlive()).length,
    seconds: Number(seconds.toFixed(1)),
  }
  const isLawful =
    result.overLimit +
      result.lost +
      result.doubled +
      result.gaps +
      result.drifted +
      result.unmatched ===
    0
  const isWhole = held === expectedHeld(options) && waiting === asked.length - held && offered === 0
  say(isLawful && isWhole && isInOrder ? 'every law holds' : 'a law is BROKEN')
  say(JSON.stringify(result))
  return isLawful && isWhole && isInOrder
}

/** Whether each waiting visitor is shown the place that the tables give. */
async function areShownInOrder(
  servers: readonly ServerProcess[],
  asked: readonly Asked[],
  order: readonly string[],
): Promise<boolean> {
  const visitors = new Map(asked.map((one) => [one.chatId, one]))
  const step = Math.max(1, Math.floor(order.length / 20))
  for (let at = 0; at < order.length; at += step) {
    const visitor = visitors.get(order[at] ?? '')
    if (visitor === undefined) return false
    if ((await placeOf(anyOf(servers, at), visitor)) !== at + 1) return false
  }
  return true
}

process.exitCode = await storm(readOptions(process.argv.slice(2))).then(
  (isRight) => (isRight ? 0 : 1),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    return 1
  },
)
