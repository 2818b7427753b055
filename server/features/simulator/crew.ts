// The operators of a sandbox: on two servers that do not exist either, so that one can end while the
// other goes on.
import { randomUUID } from 'node:crypto'
import type { Db } from '../../platform/database.ts'
import * as presence from '../presence/queries.ts'
import { run } from '../routing/actions.ts'
import * as routing from '../routing/queries.ts'
import type { News } from './sandbox-queries.ts'

interface Operator {
  userId: string
  queueId: string
  kind: 'live' | 'deferred'
  connectionId: string | undefined
  server: Server | undefined
  load: { used: number; limit: number }
  /** May be given another chat, if there is room. */
  isReady: boolean
  isNotAnswering: boolean
}

interface Server {
  nodeId: string
  epoch: number
  isUp: boolean
}

export interface CrewParts {
  db: Db
  sandboxId: string
  speed: number
  operators: readonly {
    userId: string
    queueId: string
    kind: 'live' | 'deferred'
    limit: number
  }[]
}

/** A broken connection is waited for so long. */
const GRACE_SECONDS = 30

export class Crew {
  readonly #parts: CrewParts
  readonly #operators: Map<string, Operator>
  readonly #servers: Server[] = []

  constructor(parts: CrewParts) {
    this.#parts = parts
    this.#operators = new Map(
      parts.operators.map(({ userId, queueId, kind, limit }) => [
        userId,
        {
          ...{ userId, queueId, kind, connectionId: undefined, server: undefined },
          ...{ load: { used: 0, limit }, isReady: false, isNotAnswering: false },
        },
      ]),
    )
  }

  /** Starts the servers and connects everybody, some at a time. */
  async begin(): Promise<void> {
    for (let n = 0; n < 2; n++) {
      const server = { nodeId: randomUUID(), epoch: 0, isUp: false }
      this.#servers.push(server)
      await this.#start(server)
    }
    const coming = [...this.#operators.keys()]
    const come = async () => {
      for (let userId = coming.pop(); userId; userId = coming.pop()) {
        await this.connect(userId)
        // Many take longer than a lease.
        if (coming.length % 50 === 0) await this.renew()
      }
    }
    await Promise.all([come(), come(), come()])
  }

  /** Keeps the servers' leases. False: one was lost, the machine has had no time for them. */
  async renew(): Promise<boolean> {
    for (const { nodeId, epoch, isUp } of this.#servers)
      if (isUp && !(await presence.renewNode(this.#parts.db, nodeId, epoch))) return false
    return true
  }

  async end(): Promise<void> {
    for (const server of this.#servers) await this.#stop(server)
  }

  get connected(): number {
    return [...this.#operators.values()].filter(({ connectionId }) => connectionId).length
  }

  isConnected(userId: string): boolean {
    return this.#operators.get(userId)?.connectionId !== undefined
  }

  /** The places of those who are connected and serve the queue. */
  placesOf(queueId: string): { taken: number; places: number; free: number } {
    const sum = { taken: 0, places: 0, free: 0 }
    for (const operator of this.#operators.values()) {
      if (operator.queueId !== queueId || operator.connectionId === undefined) continue
      const { used, limit } = operator.load
      sum.taken += used
      sum.places += limit
      if (operator.isReady) sum.free += Math.max(0, limit - used)
    }
    return sum
  }

  /** A part of those who are connected, by chance. */
  pick(part: number, chance: () => number): string[] {
    const connected = [...this.#operators.values()].filter(({ connectionId }) => connectionId)
    const most = Math.max(1, Math.round(connected.length * part))
    return connected
      .map(({ userId }) => ({ userId, at: chance() }))
      .sort((a, b) => a.at - b.at)
      .slice(0, most)
      .map(({ userId }) => userId)
  }

  async connect(userId: string): Promise<void> {
    const operator = this.#operators.get(userId)
    const server = this.#emptiest()
    if (operator === undefined || server === undefined || operator.connectionId) return
    const connectionId = randomUUID()
    operator.connectionId = connectionId
    operator.server = server
    const { db, sandboxId } = this.#parts
    const { nodeId, epoch } = server
    const it = { organisationId: sandboxId, userId, connectionId, sessionId: null, nodeId, epoch }
    const { status } = await run(db, (at) => presence.connectionOpened(at, it))
    if (status === 'fenced') operator.connectionId = undefined
  }

  async disconnect(userId: string): Promise<void> {
    const operator = this.#operators.get(userId)
    if (operator?.connectionId === undefined) return
    const { connectionId } = operator
    operator.connectionId = undefined
    const grace = Math.max(1, Math.round(GRACE_SECONDS / this.#parts.speed))
    await run(this.#parts.db, (at) => presence.connectionClosed(at, connectionId, grace))
  }

  async answerAgain(userId: string): Promise<void> {
    const it = { organisationId: this.#parts.sandboxId, userId, actorId: userId }
    await run(this.#parts.db, (at) =>
      routing.setAvailability(at, { ...it, availability: 'available' }),
    )
  }

  /** One of the servers stops: its lease ends. Answers who were connected to it. */
  async endServer(): Promise<string[]> {
    const server = this.#servers.findLast(({ isUp }) => isUp)
    if (server === undefined || this.#servers.every(({ isUp }) => !isUp)) return []
    await this.#stop(server)
    const struck = [...this.#operators.values()].filter(
      (operator) => operator.server === server && operator.connectionId,
    )
    for (const operator of struck) operator.connectionId = undefined
    return struck.map(({ userId }) => userId)
  }

  async startServer(): Promise<void> {
    for (const server of this.#servers) if (!server.isUp) await this.#start(server)
  }

  /** Hears of an operator; true when they have just been found not to answer. */
  hear(news: News): boolean {
    const operator = this.#operators.get(news.id)
    if (operator === undefined) return false
    const { availability, connection, isPaused, isNotAnswering } = news
    operator.load = news[operator.kind] ?? operator.load
    operator.isReady =
      availability === 'available' && connection === 'connected' && !isPaused && !isNotAnswering
    const hasBegun = isNotAnswering === true && !operator.isNotAnswering
    operator.isNotAnswering = isNotAnswering === true
    return hasBegun
  }

  #emptiest(): Server | undefined {
    const counts = new Map(this.#servers.filter(({ isUp }) => isUp).map((one) => [one, 0]))
    for (const { server, connectionId } of this.#operators.values()) {
      const count = server && connectionId ? counts.get(server) : undefined
      if (server && count !== undefined) counts.set(server, count + 1)
    }
    return [...counts].sort(([, a], [, b]) => a - b)[0]?.[0]
  }

  async #start(server: Server): Promise<void> {
    const { db, sandboxId } = this.#parts
    server.epoch = await presence.registerNode(db, server.nodeId, `sandbox ${sandboxId}`)
    server.isUp = true
  }

  async #stop(server: Server): Promise<void> {
    if (!server.isUp) return
    server.isUp = false
    await presence.endNode(this.#parts.db, server.nodeId, server.epoch)
  }
}
