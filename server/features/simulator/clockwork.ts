// Every server looks whether a run waits for one, takes two at most, and clears away what others have
// left behind.
import type { Bus } from '../../platform/bus.ts'
import type { Database } from '../../platform/database.ts'
import { RUNS_OF_A_SERVER } from './actions.ts'
import * as simulator from './queries.ts'
import { Run } from './run.ts'
import * as sandbox from './sandbox-queries.ts'

export interface SimulatorParts {
  databaseUrl: string
  bus: Bus
  node: { id: string; name: string }
  failed(error: unknown): void
}

export interface SimulatorClockwork {
  /** Ends the runs of this server and removes their sandboxes. */
  stop(): Promise<void>
}

const LOOK_MS = 500
/** What is left behind is looked for once in so many looks. */
const CLEAR_EVERY = 4

export function startSimulator(parts: SimulatorParts): SimulatorClockwork {
  const { databaseUrl, node, failed, bus } = parts
  const pool = sandbox.openPool(databaseUrl, node.name, failed)
  const runs = new Map<Run, Promise<void>>()
  let isStopped = false
  let isFailing = false
  let looks = 0
  let timer: NodeJS.Timeout | undefined
  let looking = Promise.resolve()
  const begin = (claim: simulator.Claim) => {
    const one = new Run({ pool, bus, node: node.id, failed }, claim)
    const work = one.go().catch(failed)
    runs.set(one, work)
    void work.finally(() => runs.delete(one))
  }
  const lookOnce = async () => {
    const claim = runs.size < RUNS_OF_A_SERVER ? await simulator.claim(pool.db, node.id) : undefined
    if (claim) begin(claim)
    if (looks++ % CLEAR_EVERY === 0) await clear(pool, bus)
  }
  const look = async () => {
    try {
      await lookOnce()
      isFailing = false
    } catch (error) {
      // A row of failures is said once, at its beginning.
      if (!isFailing) failed(error)
      isFailing = true
    }
    if (!isStopped) plan()
  }
  const plan = () => {
    timer = setTimeout(
      () => {
        looking = look()
      },
      LOOK_MS * (0.9 + Math.random() * 0.2),
    )
  }
  plan()
  return {
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await looking
      for (const one of runs.keys()) one.stop('cut_off')
      await Promise.allSettled(runs.values())
      await pool.close()
    },
  }
}

/** Ends runs whose server has gone, and removes the sandboxes that nobody needs. */
async function clear(pool: Database, bus: Bus): Promise<void> {
  for (const organisationId of await simulator.endCutOff(pool)) bus.wake(organisationId)
  for (const sandboxId of await simulator.listLeftOver(pool.db)) {
    await sandbox.remove(pool.db, sandboxId)
    await simulator.forgetSandbox(pool.db, sandboxId)
  }
}
