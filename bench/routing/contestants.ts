// Everybody who takes part in a round, each with databases of its own that nobody has used before.
import { Client, Pool } from 'pg'
import { type BrokenLaws, brokenLaws } from '../../server/features/routing/laws.ts'
import { openDatabase } from '../../server/platform/database.ts'
import { type Broken, countThenAssign } from './count-then-assign.ts'
import { LIMIT } from './floor.ts'
import type { RoutingOptions } from './options.ts'
import { largestOfBossGroup, runBoss, runGraphile } from './others.ts'
import { type Rate, runOurs, runPgbench } from './ours.ts'
import type { Cluster } from './place.ts'
import { runThreeRows } from './three-rows.ts'

/** How many chats wait while the others are compared. */
export const WAITING = 20

/** What one round found: rates in lives of a chat a second. */
export interface Round {
  selects: Rate
  ours: Rate
  pgbench: Rate
  graphile: Rate
  boss: Rate
  threeRows: Rate
  shortLine: Rate
  longLine: Rate
  withoutSnapshot: Rate
  withSnapshot: Rate
  countThenAssign: Broken
  bossGroupLargest: number
  laws: BrokenLaws[]
}

export interface Stage {
  cluster: Cluster
  options: RoutingOptions
}
type Part = (stage: Stage) => Promise<Partial<Round>>

/** Databases that rounds are copied from. */
export const FLOOR = 'bench_floor'
export const LINES = 'bench_lines'

/** In a copy of a database that is dropped behind it. */
async function within<T>(
  { cluster }: Stage,
  name: string,
  from: string | undefined,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const url = await cluster.create(name, from)
  try {
    return await work(url)
  } finally {
    await cluster.drop(name)
  }
}

const calibrate: Part = (stage) =>
  within(stage, 'bench_selects', undefined, async (url) => {
    const { connections } = stage.options
    const pool = new Pool({ connectionString: url, max: connections })
    let count = 0
    const until = performance.now() + 1_000
    const loop = async () => {
      for (; performance.now() < until; count++) await pool.query('select 1')
    }
    await Promise.all(Array.from({ length: connections }, loop))
    await pool.end()
    return { selects: count }
  })

const ours: Part = (stage) =>
  within(stage, 'bench_ours', FLOOR, async (url) => {
    const slice = { url, ...sliceOf(stage), organisations: stage.options.organisations }
    return { ours: await runOurs(slice), laws: [await lawsOf(url)] }
  })

const pgbench: Part = (stage) =>
  within(stage, 'bench_pgbench', FLOOR, async (url) => {
    const slice = { url, ...sliceOf(stage), organisations: stage.options.organisations }
    return { pgbench: await runPgbench(slice), laws: [await lawsOf(url)] }
  })

const graphile: Part = (stage) =>
  within(stage, 'bench_graphile', undefined, async (url) => ({
    graphile: await runGraphile({ url, ...sliceOf(stage), waiting: WAITING }),
  }))

const boss: Part = (stage) =>
  within(stage, 'bench_boss', undefined, async (url) => ({
    boss: await runBoss({ url, ...sliceOf(stage), waiting: WAITING }),
  }))

const threeRows: Part = (stage) =>
  within(stage, 'bench_three', undefined, async (url) => ({
    threeRows: await runThreeRows({ url, ...sliceOf(stage) }),
  }))

/** One organisation with twenty waiting, and one with a hundred thousand, in turns. */
const lines: Part = (stage) =>
  within(stage, 'bench_line', LINES, async (url) => {
    const slice = { url, ...sliceOf(stage), organisations: 1 }
    const shortLine = await runOurs({ ...slice, first: 0 })
    const longLine = await runOurs({ ...slice, first: 1 })
    return { shortLine, longLine, laws: [await lawsOf(url)] }
  })

/** While the chats live on, a snapshot lies open; the last slice counts, beside two without one. */
const snapshot: Part = async (stage) => {
  const slice = { ...sliceOf(stage), organisations: stage.options.organisations }
  const without = () =>
    within(stage, 'bench_without', FLOOR, async (url) => {
      return runOurs({ ...slice, url })
    })
  const before = await without()
  const found = await within(stage, 'bench_snapshot', FLOOR, async (url) => {
    const client = new Client({ connectionString: url })
    await client.connect()
    await client.query('begin isolation level repeatable read')
    await client.query('select count(*) from routed_chats')
    const until = performance.now() + stage.options.snapshotSeconds * 1_000
    let withSnapshot = 0
    while (performance.now() < until) withSnapshot = await runOurs({ ...slice, url })
    await client.query('commit')
    await client.end()
    return { withSnapshot, laws: [await lawsOf(url)] }
  })
  return { ...found, withoutSnapshot: (before + (await without())) / 2 }
}

const limits: Part = async (stage) => {
  const { connections: clients, seconds } = stage.options
  const counted = await within(stage, 'bench_counted', undefined, (url) =>
    countThenAssign(url, { clients, seconds: Math.min(3, seconds), limit: LIMIT }),
  )
  const bossGroupLargest = await within(stage, 'bench_group', undefined, (url) =>
    largestOfBossGroup(url, LIMIT),
  )
  return { countThenAssign: counted, bossGroupLargest }
}

const sliceOf = ({ options }: Stage) => ({
  clients: options.connections,
  seconds: options.seconds,
  first: 0,
})

async function lawsOf(url: string): Promise<BrokenLaws> {
  const { db, close } = openDatabase(url, { max: 1, name: 'bench-laws' })
  return brokenLaws(db).finally(close)
}

const PARTS: readonly Part[] = [ours, graphile, pgbench, boss, threeRows, lines, limits, snapshot]

const NOTHING: Round = {
  ...{
    selects: 0,
    ours: 0,
    pgbench: 0,
    graphile: 0,
    boss: 0,
    threeRows: 0,
    shortLine: 0,
    longLine: 0,
  },
  ...{ withoutSnapshot: 0, withSnapshot: 0, bossGroupLargest: 0, laws: [] },
  countThenAssign: { over: 0, largest: 0 },
}

/** Everybody once, each round beginning with another. */
export async function playRound(stage: Stage, number: number): Promise<Round> {
  const at = number % PARTS.length
  let round = { ...NOTHING, ...(await calibrate(stage)) }
  for (const part of [...PARTS.slice(at), ...PARTS.slice(0, at)]) {
    const found = await part(stage)
    round = { ...round, ...found, laws: [...round.laws, ...(found.laws ?? [])] }
  }
  return round
}
