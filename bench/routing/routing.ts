// How fast chats are routed, beside what others do, and what it costs when many wait or a snapshot lies
// open. A PostgreSQL of its own; everybody once in every round; ratios within a round.
import { execFile } from 'node:child_process'
import { access } from 'node:fs/promises'
import { availableParallelism, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { FLOOR, LINES, playRound, type Round, WAITING } from './contestants.ts'
import { makeFloor } from './floor.ts'
import { median, round, spread } from './numbers.ts'
import { type RoutingOptions, readOptions } from './options.ts'
import { mustHavePgbench } from './ours.ts'
import { startCluster } from './place.ts'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const say = (line: string) => void process.stdout.write(`${line}\n`)

export async function run(isShort: boolean, flags: readonly string[]): Promise<object> {
  const options = readOptions(flags, isShort)
  say(await mustHavePgbench())
  await installOthers()
  const cluster = await startCluster(options.on)
  try {
    say(`${cluster.settings}; a commit takes ${round(cluster.flushMs)} ms`)
    await makeFloors(options, cluster.create)
    const rounds: Round[] = []
    for (let number = 0; number < options.rounds; number++) {
      rounds.push(await playRound({ cluster, options }, number))
      say(lineOf(rounds.at(-1), number))
    }
    return report(rounds, { ...options, flushMs: round(cluster.flushMs) })
  } finally {
    await cluster.stop()
  }
}

/** What is compared with is no part of the product: whoever measures installs it, once. */
async function installOthers(): Promise<void> {
  const isThere = await access(`${HERE}node_modules/pg-boss`).then(
    () => true,
    () => false,
  )
  if (!isThere) await promisify(execFile)('npm', ['ci', '--ignore-scripts'], { cwd: HERE })
}

async function makeFloors(
  { connections: clients, organisations, line }: RoutingOptions,
  create: (name: string) => Promise<string>,
): Promise<void> {
  const waiting = Array.from({ length: organisations }, () => WAITING)
  await makeFloor(await create(FLOOR), { clients, waiting })
  await makeFloor(await create(LINES), { clients, waiting: [WAITING, line] })
  say(`${organisations} organisations of one queue; one more with ${line} waiting`)
}

type Rates = 'selects' | 'ours' | 'pgbench' | 'graphile' | 'boss' | 'threeRows'
type More = 'shortLine' | 'longLine' | 'withoutSnapshot' | 'withSnapshot'
const RATES: Readonly<Record<Rates | More, string>> = {
  selects: 'select 1',
  ours: 'ours',
  pgbench: 'the same functions by pgbench',
  graphile: 'graphile-worker',
  boss: 'pg-boss',
  threeRows: 'three rows, three commits',
  shortLine: 'one organisation, a short line',
  longLine: 'one organisation, the long line',
  withoutSnapshot: 'no snapshot open',
  withSnapshot: 'a snapshot open',
}
const KEYS: readonly (Rates | More)[] = [
  ...(['selects', 'ours', 'pgbench', 'graphile', 'boss', 'threeRows'] as const),
  ...(['shortLine', 'longLine', 'withoutSnapshot', 'withSnapshot'] as const),
]

function lineOf(found: Round | undefined, number: number): string {
  const rates = KEYS.map((key) => `${key} ${Math.round(found?.[key] ?? 0)}`)
  return `round ${number + 1}, a second: ${rates.join(', ')}`
}

function report(rounds: readonly Round[], options: RoutingOptions & { flushMs: number }): object {
  for (const key of KEYS) {
    const rates = rounds.map((one) => one[key])
    const wide = `${Math.round(spread(rates) * 100)} %`
    say(`${RATES[key].padEnd(36)} ${String(Math.round(median(rates))).padStart(8)} /s   ±${wide}`)
  }
  const ratio = (over: Rates | More, under: Rates | More) => ratioOf(rounds, over, under)
  const vs = {
    vsGraphileWorker: ratio('ours', 'graphile'),
    vsPgBoss: ratio('ours', 'boss'),
    vsPgbench: ratio('ours', 'pgbench'),
    threeRowsVsGraphileWorker: ratio('threeRows', 'graphile'),
    threeRowsVsPgBoss: ratio('threeRows', 'boss'),
    waiting100kVs20: ratio('longLine', 'shortLine'),
    openSnapshot: ratio('withSnapshot', 'withoutSnapshot'),
  }
  const laws = rounds.flatMap((one) => one.laws)
  const broken = laws.map((one) => Object.values(one).reduce((sum, count) => sum + count, 0))
  return {
    ...Object.fromEntries(Object.entries(vs).map(([key, { middle }]) => [key, middle])),
    overLimit: laws.reduce((sum, one) => sum + one.overLimit + one.raisedOverLimit, 0),
    brokenLaws: broken.reduce((sum, count) => sum + count, 0),
    countThenAssignOver: Math.max(...rounds.map((one) => one.countThenAssign.over)),
    countThenAssignLargest: Math.max(...rounds.map((one) => one.countThenAssign.largest)),
    pgBossGroupLargest: Math.max(...rounds.map((one) => one.bossGroupLargest)),
    spread: Object.fromEntries(Object.entries(vs).map(([key, { wide }]) => [key, wide])),
    aSecond: Object.fromEntries(
      KEYS.map((key) => [key, Math.round(median(rounds.map((one) => one[key])))]),
    ),
    ...options,
    ...{ cores: availableParallelism(), load: round(loadavg()[0] ?? 0) },
  }
}

/** The middle of the rounds' own ratios, and how far they lie apart. */
function ratioOf(rounds: readonly Round[], over: Rates | More, under: Rates | More) {
  const ratios = rounds.map((one) => one[over] / Math.max(one[under], 1e-9))
  return { middle: round(median(ratios)), wide: round(spread(ratios)) }
}
