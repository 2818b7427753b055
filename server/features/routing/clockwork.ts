// What the passing of time does, kept going by every server: missed offers, ended graces, dead
// servers, pairs that a crash left unmatched. And this server's own lease: a server that cannot
// renew it counts as dead to the others, so it closes its sockets before they give its chats away.
import type { Bus } from '../../platform/bus.ts'
import type { Actor } from '../../platform/context.ts'
import type { Db } from '../../platform/database.ts'
import { forgetEvents } from '../../platform/live/log.ts'
import { Refusal } from '../../platform/refuse.ts'
import * as presence from '../presence/queries.ts'
import { reconcile, run, sweepUntilNothing, tendParked, type Woken } from './actions.ts'
import { forgetRouting } from './sweep-queries.ts'
import { type Pace, sweepsOf } from './sweeps.ts'

export interface ClockworkParts {
  db: Db
  bus: Bus
  /** This process: an id of its own, and what people call it. */
  node: { id: string; name: string }
  /** The lease was lost: every socket of the team must be closed now. They may come back. */
  fence(): void
  failed(error: unknown): void
}

export interface Clockwork {
  /** A connection of a user came. Refuses with `busy` while this server holds no lease. */
  arrived(actor: Actor, connectionId: string): Promise<void>
  /** It went. Whoever has signed out is gone at once, any other is waited for. */
  gone(actor: Actor, connectionId: string): Promise<void>
  /** Stops, and gives the lease back. */
  stop(): Promise<void>
}

const SWEEP_MS = 250
const LOOK_MS = 1_000
const RENEW_MS = 2_000
const FORGET_MS = 60_000
/** Without a renewal for so long the lease is as good as gone; it runs out after 8 s. */
const FENCE_MS = 6_000

/** Registers this server and starts its clockwork. */
export async function startClockwork(parts: ClockworkParts): Promise<Clockwork> {
  const { db, bus, failed } = parts
  const lease = new Lease(parts)
  await lease.take()
  const wakeAll = (woken: Woken) => {
    for (const organisationId of woken) bus.wake(organisationId)
  }
  const tend = (pace: Pace) => sweepUntilNothing(db, sweepsOf(pace), (id) => bus.wake(id))
  const loops = [
    every(SWEEP_MS, failed, () => tend('at-once')),
    every(LOOK_MS, failed, async () => {
      await tend('in-a-moment')
      wakeAll(await tendParked(db))
      wakeAll(await reconcile(db))
    }),
    every(LOOK_MS, failed, () => tend('shifts')),
    every(RENEW_MS, failed, () => lease.renew()),
    every(SWEEP_MS, failed, async () => lease.look()),
    every(FORGET_MS, failed, async () => {
      await forgetRouting(db)
      await forgetEvents(db)
    }),
  ]
  const underWay = new Set<Promise<void>>()
  const keep = (work: Promise<void>) => {
    underWay.add(work)
    return work.finally(() => underWay.delete(work))
  }
  return {
    arrived: (actor, connectionId) => keep(arrive(parts, lease, actor, connectionId)),
    gone: (actor, connectionId) => keep(depart(parts, actor, connectionId)),
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()))
      await Promise.allSettled(underWay)
      await lease.giveBack()
    },
  }
}

async function arrive(
  { db, bus, node }: ClockworkParts,
  { epoch }: Lease,
  { organisationId, userId, sessionId }: Actor,
  connectionId: string,
): Promise<void> {
  if (epoch === undefined) throw new Refusal('busy', { retryAfter: 2 })
  const connection = { organisationId, userId, connectionId, sessionId, nodeId: node.id, epoch }
  const { status, seq } = await run(db, () => presence.connectionOpened(db, connection))
  if (status === 'fenced') throw new Refusal('busy', { retryAfter: 2 })
  if (seq !== null) bus.wake(organisationId)
}

async function depart(
  { db, bus }: ClockworkParts,
  actor: Actor,
  connectionId: string,
): Promise<void> {
  const hasEnded = await presence.hasSessionEnded(db, actor.sessionId)
  const graceSeconds = hasEnded ? 0 : null
  const { seq } = await run(db, () => presence.connectionClosed(db, connectionId, graceSeconds))
  if (seq !== null) bus.wake(actor.organisationId)
}

/** This server's lease, by the monotonic clock: a clock that is set does not end it. */
class Lease {
  readonly #parts: ClockworkParts
  #epoch: number | undefined
  #renewedAt = 0

  constructor(parts: ClockworkParts) {
    this.#parts = parts
  }

  /** Undefined while this server holds no lease. */
  get epoch(): number | undefined {
    return this.#epoch
  }

  async take(): Promise<void> {
    const { db, node } = this.#parts
    const askedAt = performance.now()
    this.#epoch = await presence.registerNode(db, node.id, node.name)
    this.#renewedAt = askedAt
  }

  async renew(): Promise<void> {
    const { db, node } = this.#parts
    const epoch = this.#epoch
    if (epoch === undefined) return this.take()
    const askedAt = performance.now()
    const isLive = await presence.renewNode(db, node.id, epoch)
    if (this.#epoch !== epoch) return
    if (isLive) this.#renewedAt = askedAt
    else this.#lose()
  }

  /** A renewal may hang, and this process may have been stopped: time alone must end the lease. */
  look(): void {
    if (this.#epoch === undefined || performance.now() - this.#renewedAt <= FENCE_MS) return
    this.#lose()
  }

  async giveBack(): Promise<void> {
    const { db, node } = this.#parts
    if (this.#epoch !== undefined) await presence.endNode(db, node.id, this.#epoch)
    this.#epoch = undefined
  }

  #lose(): void {
    this.#epoch = undefined
    this.#parts.fence()
  }
}

interface Loop {
  stop(): Promise<void>
}

/**
 * Does the work about every `ms`, never twice at once, until stopped. A work that fails is done
 * again at its time; a row of failures is logged once, at its beginning.
 */
function every(ms: number, failed: (error: unknown) => void, work: () => Promise<void>): Loop {
  let isStopped = false
  let isFailing = false
  let timer: NodeJS.Timeout | undefined
  let working = Promise.resolve()
  const go = async () => {
    try {
      await work()
      isFailing = false
    } catch (error) {
      if (!isFailing) failed(error)
      isFailing = true
    }
    if (!isStopped) plan()
  }
  // Not all servers at the same moment.
  const plan = () => {
    timer = setTimeout(
      () => {
        working = go()
      },
      ms * (0.9 + Math.random() * 0.2),
    )
  }
  plan()
  return {
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await working
    },
  }
}
