// What others do: a job queue's job instead of a chat, from its coming to its end, one at a time.
import { Pool } from 'pg'
import { type Rate, WARM_SECONDS } from './ours.ts'

export interface OthersSlice {
  url: string
  clients: number
  seconds: number
  /** How many jobs wait all the while. */
  waiting: number
}

// Their programs are the bench's own (package.json beside this file), so only what is used of them is said.
interface Runner {
  addJob(task: string, payload: object): Promise<unknown>
  stop(): Promise<void>
}
interface Graphile {
  run(options: object): Promise<Runner>
  Logger: new (factory: () => () => void) => object
}
interface Boss {
  on(event: 'error', heard: (error: Error) => void): void
  start(): Promise<unknown>
  stop(options: object): Promise<void>
  createQueue(name: string): Promise<void>
  send(name: string, payload: object, options?: object): Promise<string | null>
  fetch(name: string): Promise<{ id: string }[]>
  complete(name: string, id: string): Promise<unknown>
  work(name: string, options: object, handler: () => Promise<void>): Promise<string>
}
interface PgBoss {
  PgBoss: new (options: object) => Boss
}

/** By a name that is not known beforehand: whoever only checks types has not installed them. */
async function load<T>(name: string): Promise<T> {
  const loaded: T = await import(name)
  return loaded
}

/**
 * graphile-worker: each job is added by a call of its own, run and completed by a call of its own. As many
 * workers as connections, and one connection more, on which it listens.
 */
export async function runGraphile(slice: OthersSlice): Promise<Rate> {
  const { run, Logger } = await load<Graphile>('graphile-worker')
  const pgPool = new Pool({ connectionString: slice.url, max: slice.clients + 1 })
  pgPool.on('error', () => undefined)
  pgPool.on('connect', (client) => client.on('error', () => undefined))
  let ended = 0
  let isOver = false
  const next: { add?: () => void } = {}
  const runner = await run({
    ...{ pgPool, concurrency: slice.clients, noHandleSignals: true },
    logger: new Logger(() => () => {}),
    taskList: {
      chat: async () => {
        ended++
        if (!isOver) next.add?.()
      },
    },
  })
  try {
    const add = () => runner.addJob('chat', { n: ended })
    let failed: unknown
    next.add = () => void add().catch((error: unknown) => (failed = error))
    for (let n = 0; n < slice.clients + slice.waiting; n++) await add()
    const rate = await rateOf(slice.seconds, () => ended)
    if (failed !== undefined) throw failed
    return rate
  } finally {
    isOver = true
    await runner.stop()
    await pgPool.end()
  }
}

/** pg-boss: send, fetch and complete, each a call of its own, by as many clients as connections. */
export async function runBoss(slice: OthersSlice): Promise<Rate> {
  const boss = await startBoss(slice.url, slice.clients)
  try {
    await boss.createQueue('chats')
    for (let n = 0; n < slice.waiting; n++) await boss.send('chats', { n })
    let ended = 0
    const until = performance.now() + (WARM_SECONDS + slice.seconds) * 1_000
    const loop = async () => {
      while (performance.now() < until) {
        await boss.send('chats', { n: ended })
        const [job] = await boss.fetch('chats')
        if (job === undefined) continue
        await boss.complete('chats', job.id)
        ended++
      }
    }
    const loops = Array.from({ length: slice.clients }, loop)
    const rate = await rateOf(slice.seconds, () => ended)
    await Promise.all(loops)
    return rate
  } finally {
    await boss.stop({ graceful: false })
  }
}

async function startBoss(connectionString: string, max: number): Promise<Boss> {
  const { PgBoss } = await load<PgBoss>('pg-boss')
  const boss = new PgBoss({ connectionString, max })
  boss.on('error', () => undefined)
  await boss.start()
  return boss
}

/** The rate of something that is under way, once it is warm. */
export async function rateOf(seconds: number, count: () => number): Promise<Rate> {
  await new Promise((resolve) => setTimeout(resolve, WARM_SECONDS * 1_000))
  const [began, before] = [performance.now(), count()]
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000))
  return (count() - before) / ((performance.now() - began) / 1_000)
}

const INSTANCES = 6
const JOBS = 600
const HOLD_MS = 150

/** The most jobs of one group that ran at once, over six of its instances, when three were allowed. */
export async function largestOfBossGroup(url: string, limit: number): Promise<number> {
  const first = await startBoss(url, 4)
  await first.createQueue('groups')
  for (let n = 0; n < JOBS; n++) await first.send('groups', { n }, { group: { id: 'operator' } })
  const rest = await Promise.all(Array.from({ length: INSTANCES - 1 }, () => startBoss(url, 4)))
  const bosses = [first, ...rest]
  const held = { now: 0, most: 0 }
  const handle = async () => {
    held.now++
    held.most = Math.max(held.most, held.now)
    await new Promise((resolve) => setTimeout(resolve, HOLD_MS))
    held.now--
  }
  const options = { groupConcurrency: limit, localConcurrency: 10, pollingIntervalSeconds: 0.5 }
  try {
    await Promise.all(bosses.map((boss) => boss.work('groups', options, handle)))
    await new Promise((resolve) => setTimeout(resolve, 4_000))
    return held.most
  } finally {
    await Promise.all(bosses.map((boss) => boss.stop({ graceful: false })))
  }
}
