// Our engine, called exactly as the product calls it: every step of a chat's life is one transition, run,
// committed and settled (server/features/routing/actions.ts). And the same by pgbench, which calls the same
// functions of the database from a script.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type RawBuilder, sql } from 'kysely'
import { run } from '../../server/features/routing/actions.ts'
import * as routing from '../../server/features/routing/queries.ts'
import { type Database, type Db, openDatabase } from '../../server/platform/database.ts'
import { OWN } from './floor.ts'

const SCRIPT = fileURLToPath(new URL('./lifecycle.pgbench', import.meta.url))
/** Until the connections have planned all that they ask: a server's are open for days. */
export const WARM_SECONDS = 2
/** More than any client gets through in a second. */
const VISITS_A_SECOND = 400

export interface Slice {
  url: string
  clients: number
  seconds: number
  /** Over which organisations. */
  first: number
  organisations: number
}

/** Chats that lived their whole life in a second. */
export type Rate = number

type Client = (db: Db, slice: Slice, c: number, n: number) => Promise<void>

interface Standing {
  org: string
  queue: string
  operator: string
  offer: string | null
  held: string | null
}

/** One operator takes what they are offered and ends a chat, which brings them the next; one more comes. */
const liveOnce: Client = async (db, slice, c, n) => {
  const o = slice.first + ((n + 2 * c) % slice.organisations)
  const u = Math.floor(n / slice.organisations) % OWN
  const { rows } = await sql<Standing>`select * from bench_standing(${o}, ${c}, ${u})`.execute(db)
  const [at] = rows
  if (at === undefined) throw new Error('every client has operators of its own')
  const { org: organisationId, operator: userId, offer: offerId, held: chatId } = at
  if (offerId !== null)
    await run(db, (one) => routing.acceptOffer(one, { organisationId, offerId, userId }))
  if (chatId !== null)
    await run(db, (one) =>
      routing.closeChat(one, { organisationId, chatId, holderId: userId, because: 'operator' }),
    )
  const place = { organisationId, chatId: chatOf(c, n), queueId: at.queue }
  const { status } = await run(db, (one) => routing.enqueueChat(one, place))
  if (status === 'not_found') throw new Error('there were not enough visitors for this machine')
}

/** As bench_chat in floor.sql. */
function chatOf(c: number, n: number): string {
  const hash = createHash('md5').update(`${c}:${n}`).digest('hex')
  return hash.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

/** Each client as one loop over a pool of as many connections, in this process. */
export function runOurs(slice: Slice): Promise<Rate> {
  return counted(slice, async (from) => {
    const { db, close } = openDatabase(slice.url, { max: slice.clients, name: 'bench-ours' })
    try {
      await Promise.all(Array.from({ length: slice.clients }, () => sql`select 1`.execute(db)))
      const until = performance.now() + (WARM_SECONDS + slice.seconds) * 1_000
      const loop = async (c: number) => {
        for (let n = from; performance.now() < until; n++) await liveOnce(db, slice, c, n)
      }
      await Promise.all(Array.from({ length: slice.clients }, (_, c) => loop(c)))
    } finally {
      await close()
    }
  })
}

/** Says how to get pgbench where there is none. */
export async function mustHavePgbench(): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('pgbench', ['--version'])
    return stdout.trim()
  } catch (error) {
    throw new Error(
      'pgbench is not there. It is a part of PostgreSQL: apt-get install postgresql-contrib',
      { cause: error },
    )
  }
}

/** The same functions by pgbench, over as many connections, with statements that are prepared once. */
export function runPgbench(slice: Slice): Promise<Rate> {
  return counted(slice, async (from) => {
    const { seconds, clients } = slice
    const set = (name: string, value: number) => ['-D', `${name}=${value}`]
    const { stderr } = await promisify(execFile)('pgbench', [
      ...['--no-vacuum', '--protocol=prepared'],
      ...['-T', String(WARM_SECONDS + seconds), '-c', String(clients), '-j', '1', '-f', SCRIPT],
      ...set('n', from),
      ...set('orgs', slice.organisations),
      ...set('first', slice.first),
      ...set('own', OWN),
      slice.url,
    ])
    if (/aborted/.test(stderr)) throw new Error(`pgbench did not get through:\n${stderr}`)
  })
}

/** Makes the visitors' chats, lets it run, and counts the chats that ended meanwhile. */
async function counted(slice: Slice, work: (from: number) => Promise<void>): Promise<Rate> {
  const { db, close } = openDatabase(slice.url, { max: 1, name: 'bench-count' })
  try {
    const from = await nextVisit(db)
    const to = from + Math.ceil((WARM_SECONDS + slice.seconds) * VISITS_A_SECOND)
    await patiently(
      db,
      sql`select bench_visits(${slice.clients}, ${from}, ${to}, ${slice.first}, ${slice.organisations})`,
    )
    const working = work(from)
    await pause(WARM_SECONDS * 1_000)
    const [before, began] = [await countEnded(db), performance.now()]
    await working
    const rate = ((await countEnded(db)) - before) / ((performance.now() - began) / 1_000)
    await patiently(db, sql`select bench_forget_visits()`)
    await sql`update bench_clock set n = ${to + 1}`.execute(db)
    return rate
  } finally {
    await close()
  }
}

/** What is done before and after the clock runs may take as long as it takes. */
async function patiently(db: Database['db'], statement: RawBuilder<unknown>): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`set local statement_timeout = 0`.execute(tx)
    await statement.execute(tx)
  })
}

async function nextVisit(db: Db): Promise<number> {
  const { rows } = await sql<{ n: number }>`select n from bench_clock`.execute(db)
  return rows[0]?.n ?? 0
}

async function countEnded(db: Db): Promise<number> {
  const { rows } = await sql<{ ended: number }>`
    select count(*) as ended from routed_chats where state = 'closed'`.execute(db)
  return rows[0]?.ended ?? 0
}
