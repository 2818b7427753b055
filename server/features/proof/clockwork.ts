// The checker: about once a second one of the servers looks at every law, keeps what it found, and
// tells the floors whose state has turned. It reads what routing wrote and never goes through it.
import type { Bus } from '../../platform/bus.ts'
import type { Database } from '../../platform/database.ts'
import * as proof from './queries.ts'
import { add, brokenOf, judge, paceAfter, paceAfterFailure, raisedIn, type Seen } from './rules.ts'

export interface CheckerParts {
  databaseUrl: string
  bus: Bus
  node: { id: string; name: string }
  failed(error: unknown): void
}

const FIRST_MS = 1_000
/** A look that takes longer is given up: it must not weigh on the floor. */
const PATIENCE_MS = 2_000

export interface Checker {
  /** Stops, and lets another server check at once. */
  stop(): Promise<void>
}

export function startChecker({ databaseUrl, bus, node, failed }: CheckerParts): Checker {
  const eye = proof.openEye(databaseUrl, node.name, failed)
  const memory: Memory = { seen: new Map(), loads: new Map() }
  let everyMs = FIRST_MS
  let isFailing = false
  let isStopped = false
  let timer: NodeJS.Timeout | undefined
  let working = Promise.resolve()
  const once = async () => {
    try {
      everyMs = await check({ eye, bus, node: node.id, everyMs, memory })
      isFailing = false
    } catch (error) {
      // What was seen before a database broke need not have stood since: nobody could put it right.
      memory.seen = new Map()
      // A row of failures is said once, at its beginning.
      if (!isFailing) failed(error)
      isFailing = true
      everyMs = paceAfterFailure(everyMs)
    }
    if (!isStopped) plan()
  }
  const plan = () => {
    timer = setTimeout(() => {
      working = once()
    }, everyMs)
  }
  plan()
  return {
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await working
      await proof.giveLeaseBack(eye.db, node.id).catch(() => undefined)
      await eye.close()
    },
  }
}

/** What the one who checks remembers between looks; one who begins has seen nothing yet. */
interface Memory {
  seen: Seen
  loads: Map<string, number>
}

interface Turn {
  eye: Database
  bus: Bus
  node: string
  everyMs: number
  memory: Memory
}

/** One look, if this server is the one to look; answers how long to wait for the next. */
async function check({ eye, bus, node, everyMs, memory }: Turn): Promise<number> {
  const lease = await proof.takeLease(eye.db, node, everyMs * 2 + PATIENCE_MS * 2)
  if (lease === undefined) {
    memory.seen = new Map()
    memory.loads.clear()
    return FIRST_MS
  }
  const started = performance.now()
  const { found, stretches, loads } = await proof.look(eye, PATIENCE_MS)
  const { broken, seen } = judge(found, memory.seen, performance.now())
  memory.seen = seen
  // A look that is not kept is read again: what it made of the loads is not to be compared with itself.
  const known = memory.loads
  memory.loads = new Map()
  for (const organisationId of raisedIn(loads, known))
    add(broken, organisationId, 'raisedOverLimit', 1)
  for (const { organisationId, missing } of stretches)
    if (missing > 0) add(broken, organisationId, 'gaps', missing)
  const nextMs = paceAfter(performance.now() - started)
  if (!(await proof.keep(eye.db, { node, everyMs: nextMs, broken, stretches }))) return FIRST_MS
  memory.loads = known
  for (const { organisationId, told } of stretches) {
    const laws = broken.get(organisationId)
    if (brokenOf(laws).join() === told.join()) continue
    await proof.tellTurn(eye.db, organisationId, laws)
    bus.wake(organisationId)
  }
  return nextMs
}
