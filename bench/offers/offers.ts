// From a free slot to the next offer on the operator's socket, on several servers, at the pace of the
// floor and at half of what the machine can, beside a bare echo of the same sockets in the same moments.
import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { sql } from 'kysely'
import { type ServerProcess, startServer } from '../../scripts/storm/servers.ts'
import { brokenLaws } from '../../server/features/routing/laws.ts'
import { type Database, type Db, openDatabase } from '../../server/platform/database.ts'
import { startEmbeddedPostgres } from '../../server/platform/embedded-postgres.ts'
import { migrate } from '../../server/platform/migrate.ts'
import { quantile, round } from '../routing/numbers.ts'
import { beginShift, type Floor, makeFloor } from './floor.ts'
import type { Done, Order, Seat, Turn } from './orders.ts'

const DESKS = new URL('./desks.ts', import.meta.url)
const PROCESSES = 2
const HANDS = 8
const QUEUES = 20
const LIMIT = 2
/** A chat of ten minutes, three at a time: so often each operator ends one. */
const SECONDS_BETWEEN_CLOSES = 600 / 3
/** A server takes so many sockets from one address at the most. */
const PER_ADDRESS = 200
const say = (line: string) => void process.stdout.write(`${line}\n`)

interface Options {
  operators: number
  waiting: number
  servers: number
  seconds: number
}

export async function run(isShort: boolean, flags: readonly string[]): Promise<object> {
  const options = readOptions(flags, isShort)
  const folder = await mkdtemp(join(tmpdir(), 'switchboard-bench-'))
  const postgres = await startEmbeddedPostgres({ dataDir: folder, log: () => {} })
  try {
    await migrate(postgres.url)
    const database = openDatabase(postgres.url, { max: 6, name: 'bench' })
    try {
      return await measure(options, database, postgres.url, folder)
    } finally {
      await database.close()
    }
  } finally {
    await postgres.stop()
    for (const path of [folder, postgres.folder]) await rm(path, { recursive: true, force: true })
  }
}

function readOptions(flags: readonly string[], isShort: boolean): Options {
  const { values } = parseArgs({
    args: [...flags],
    options: {
      short: { type: 'boolean' },
      operators: { type: 'string', default: isShort ? '200' : '1000' },
      waiting: { type: 'string', default: isShort ? '2000' : '10000' },
      servers: { type: 'string', default: '2' },
      seconds: { type: 'string', default: isShort ? '8' : '40' },
    },
  })
  return {
    operators: Number(values.operators),
    waiting: Number(values.waiting),
    servers: Number(values.servers),
    seconds: Number(values.seconds),
  }
}

async function measure(
  options: Options,
  database: Database,
  databaseUrl: string,
  dataDir: string,
): Promise<object> {
  const { db } = database
  const { operators, waiting } = options
  // Those who come first are given to the operators; the rest is the line.
  const size = { operators, waiting: waiting + operators * LIMIT, queues: QUEUES, limit: LIMIT }
  const floor = await makeFloor(db, size)
  say(`${operators} operators in ${QUEUES} queues, ${size.waiting} chats wait`)
  const servers: ServerProcess[] = []
  const crews: ChildProcess[] = []
  try {
    const env = {
      DATABASE_URL: databaseUrl,
      DATA_DIR: dataDir,
      SECRET_KEY: randomBytes(32).toString('base64url'),
      // One machine plays every visitor.
      VISITOR_ALLOWANCE: '100000',
    }
    for (let at = 0; at < options.servers; at++)
      servers.push(await startServer(`node-${at + 1}`, env))
    crews.push(...Array.from({ length: PROCESSES }, () => fork(DESKS, { stdio: 'inherit' })))
    await seat(servers, crews, floor)
    await beginShift(db, floor)
    await all(crews, { do: 'hold', chats: LIMIT })
    say(`everybody has ${LIMIT} chats`)
    const result = await play(db, options, crews)
    const { overLimit, raisedOverLimit, ...laws } = await brokenLaws(db)
    return { ...result, overLimit: overLimit + raisedOverLimit, laws }
  } finally {
    for (const crew of crews) if (crew.connected) crew.disconnect()
    await Promise.all(servers.map((server) => server.isAlive() && server.stop()))
  }
}

/** Every operator's socket is opened, half of them by each process, spread over the servers. */
async function seat(servers: readonly ServerProcess[], crews: ChildProcess[], floor: Floor) {
  const seats: Seat[] = floor.desks.map((desk, at) => ({
    ...desk,
    server: at % servers.length,
    from: `127.0.1.${1 + Math.floor(at / PER_ADDRESS)}`,
  }))
  const { siteKeys } = floor
  const urls = servers.map(({ url }) => url)
  await Promise.all(
    crews.map((crew, number) => {
      const own = seats.filter((_, at) => Math.floor(at / servers.length) % crews.length === number)
      return obeyed(crew, { do: 'open', servers: urls, siteKeys, seats: own })
    }),
  )
  say(`${seats.length} sockets are open at ${urls.length} servers`)
}

async function play(
  db: Db,
  { seconds, ...options }: Options,
  crews: ChildProcess[],
): Promise<object> {
  // Whatever is compiled or filled at first use is none of what is measured.
  await all(crews, { do: 'rush', hands: HANDS, seconds: seconds / 4 })
  const rushed = await all(crews, { do: 'rush', hands: HANDS, seconds: seconds / 4 })
  const capacity = rushed.turns.length / (seconds / 4)
  say(`${round(capacity)} chats a second at the most`)
  const ofFloor = await paced(db, crews, options.operators / SECONDS_BETWEEN_CLOSES, seconds)
  const half = await paced(db, crews, capacity / 2, seconds)
  return {
    ...ofFloor,
    half,
    ...{ operators: options.operators, waiting: options.waiting, servers: options.servers },
    ...{ capacity: round(capacity), cores: availableParallelism(), load: round(loadavg()[0] ?? 0) },
  }
}

/**
 * So many closes a second, as they come in: how long after its slot was freed, and after the press that
 * freed it, the next offer was there; what an echo takes; and how far the first is above that.
 */
async function paced(db: Db, crews: ChildProcess[], perSecond: number, seconds: number) {
  const share = perSecond / crews.length
  const { turns, echoes, missed } = await all(crews, { do: 'pace', perSecond: share, seconds })
  const of = (times: number[]) => {
    const [p50 = 0, p99 = 0] = [quantile(times, 0.5), quantile(times, 0.99)].map(tenth)
    return { p50, p99 }
  }
  const freed = of(await sinceFreed(db, turns))
  const pressed = of(turns.map(({ askedAt, offeredAt }) => offeredAt - askedAt))
  const echo = of(echoes)
  const [p50Above, p99Above] = [tenth(freed.p50 - echo.p50), tenth(freed.p99 - echo.p99)]
  say(`${round(perSecond)} a second, ${turns.length} of them`)
  say(`  since the slot was free   p50 ${freed.p50} ms, p99 ${freed.p99} ms`)
  say(`  since the press           p50 ${pressed.p50} ms, p99 ${pressed.p99} ms`)
  say(`  a bare echo               p50 ${echo.p50} ms, p99 ${echo.p99} ms`)
  say(`  slot to offer, above it   p50 ${p50Above} ms, p99 ${p99Above} ms`)
  return {
    ...{ p50Above, p99Above, freed, pressed, echo },
    ...{ perSecond: round(perSecond), offers: turns.length, missed },
  }
}

/** By the database's clock: the transaction that frees a slot notes when, and commits after that. */
async function sinceFreed(db: Db, turns: readonly Turn[]): Promise<number[]> {
  const ids = turns.map(({ chatId }) => chatId)
  const { rows } = await sql<{ chatId: string; endedAt: string }>`
    select chat_id, max(ended_at) as ended_at from assignments
     where state = 'ended' and chat_id = any (${ids}::uuid[]) group by chat_id`.execute(db)
  const freed = new Map(rows.map(({ chatId, endedAt }) => [chatId, Date.parse(endedAt)]))
  return turns.flatMap(({ chatId, offeredAt }) => {
    const at = freed.get(chatId)
    return at === undefined ? [] : [offeredAt - at]
  })
}

const tenth = (value: number) => round(value, 1)

async function all(crews: ChildProcess[], order: Order): Promise<Done> {
  const done = await Promise.all(crews.map((crew) => obeyed(crew, order)))
  return {
    turns: done.flatMap(({ turns }) => turns),
    echoes: done.flatMap(({ echoes }) => echoes),
    missed: done.reduce((sum, { missed }) => sum + missed, 0),
  }
}

/** Gives an order and waits for what it came to. */
function obeyed(crew: ChildProcess, order: Order): Promise<Done> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`the operators ended with ${code}`))
    crew.once('exit', ended)
    crew.once('message', (done: Done) => {
      crew.off('exit', ended)
      resolve(done)
    })
    crew.send(order)
  })
}
