// One run, from its sandbox to nothing: makes it, lets the crowd in, tells once a second how it stands,
// and removes it. It ends by itself when the machine has other work to do.
import type { SimulationEnd, SimulationFault } from '#contract/simulator.ts'
import type { Bus } from '../../platform/bus.ts'
import { type Database, retrying } from '../../platform/database.ts'
import * as proof from '../proof/queries.ts'
import { Crew } from './crew.ts'
import { Crowd } from './crowd.ts'
import * as simulator from './queries.ts'
import * as sandbox from './sandbox-queries.ts'
import { Curve } from './tally.ts'

export interface RunParts {
  pool: Database
  bus: Bus
  /** The server that has taken it. */
  node: string
  failed(error: unknown): void
}

const TELL_MS = 1_000
/** A second in which the machine was this late is a bad one; after so many more bad than good it yields. */
const LATE_MS = 500
const MOST_LATE = 6
const LAST_FAULTS = 20

export class Run {
  readonly #parts: RunParts
  readonly #claim: simulator.Claim
  readonly #curve = new Curve()
  readonly #faults: SimulationFault[] = []
  readonly #proof = { checks: 0, overLimit: 0, lost: 0, doubled: 0, brokenChecks: 0 }
  #standing: simulator.Standing
  #crew: Crew | undefined
  #crowd: Crowd | undefined
  #late = 0
  #end: SimulationEnd | undefined

  constructor(parts: RunParts, claim: simulator.Claim) {
    this.#parts = parts
    this.#claim = claim
    this.#standing = claim.standing
  }

  /** Runs until its end. The sandbox is gone afterwards, whatever happened. */
  async go(): Promise<void> {
    const { pool, failed } = this.#parts
    try {
      await this.#begin()
      while (this.#end === undefined) await this.#second()
    } catch (error) {
      failed(error)
      this.#end ??= 'failed'
    }
    try {
      await this.#finish(this.#end ?? 'failed')
    } finally {
      const { sandboxId } = this.#claim
      await retrying(() => sandbox.remove(pool.db, sandboxId))
      await simulator.forgetSandbox(pool.db, sandboxId)
    }
  }

  /** Ends it within a second. */
  stop(ended: SimulationEnd): void {
    this.#end ??= ended
  }

  async #begin(): Promise<void> {
    const { db } = this.#parts.pool
    const { organisationId, sandboxId, settings } = this.#claim
    const { speed, lines } = settings
    const wanted = lines.map(({ queueId, operators, limit }) => ({ queueId, operators, limit }))
    const people = await sandbox.make(db, { organisationId, sandboxId, speed, lines: wanted })
    const queues = await sandbox.listQueues(
      db,
      sandboxId,
      lines.map(({ queueId }) => queueId),
    )
    const crowdLines = lines.flatMap((settings) => {
      const queue = queues.find(({ realId }) => realId === settings.queueId)
      return queue ? [{ ...queue, settings }] : []
    })
    const operators = people.flatMap(({ userId, queueId }) => {
      const line = crowdLines.find((one) => one.queueId === queueId)
      return line ? [{ userId, queueId, kind: line.kind, limit: line.settings.limit }] : []
    })
    const crew = new Crew({ db, sandboxId, speed, operators })
    this.#crew = crew
    await crew.begin()
    this.#crowd = new Crowd({ db, sandboxId, speed, lines: crowdLines, crew })
    await this.#tell({ ...this.#standing, state: 'running' })
  }

  async #second(): Promise<void> {
    const [crowd, crew] = [this.#crowd, this.#crew]
    if (crowd === undefined || crew === undefined) return this.stop('failed')
    const before = crowd.pace.now
    await new Promise((resolve) => setTimeout(resolve, TELL_MS))
    if (crowd.pace.error !== undefined) throw crowd.pace.error
    await this.#look(crowd, before)
    const asked = await this.#tell(this.#standing)
    if (asked === undefined) return this.stop('cut_off')
    if (asked.isToStop) this.stop('stopped')
    if (Date.now() >= Date.parse(this.#standing.endsAt)) this.stop('time')
    for (const fault of asked.faults) {
      const count = await crowd.disturb(fault)
      this.#faults.push({ at: Math.round(crowd.pace.now), kind: fault.kind, count })
    }
    const isKept = await crew.renew()
    this.#late = Math.max(0, this.#late + (crowd.pace.takeLagMs() > LATE_MS ? 1 : -1))
    if (!isKept || this.#late >= MOST_LATE) this.stop('yielded')
  }

  async #look(crowd: Crowd, before: number): Promise<void> {
    const { now } = crowd.pace
    const lines = crowd.figures(now - before)
    const sum = (of: 'waiting' | 'inChat' | 'free') =>
      lines.reduce((all, line) => all + line[of], 0)
    const [waiting, inChat, free] = [sum('waiting'), sum('inChat'), sum('free')]
    this.#curve.add({ at: Math.round(now), waiting, inChat, free })
    await this.#lookAtProof()
    this.#standing = {
      ...this.#standing,
      ...{ state: 'running', seconds: Math.round(now), connected: this.#crew?.connected ?? 0 },
      ...{ lines, points: [...this.#curve.points], faults: this.#faults.slice(-LAST_FAULTS) },
      proof: { ...this.#proof },
    }
  }

  /** What the checker has found in the sandbox; what was once broken is not said to be right again. */
  async #lookAtProof(): Promise<void> {
    const kept = await proof.findKept(this.#parts.pool.db, this.#claim.sandboxId)
    this.#proof.checks = kept.checks
    this.#proof.brokenChecks = kept.brokenChecks
    for (const { law, broken } of kept.laws)
      if (law === 'overLimit' || law === 'lost' || law === 'doubled')
        this.#proof[law] = Math.max(this.#proof[law], broken)
  }

  async #tell(standing: simulator.Standing): Promise<simulator.Asked | undefined> {
    const { pool, bus, node } = this.#parts
    const asked = await retrying(() => simulator.keep(pool, node, this.#claim, standing))
    bus.wake(this.#claim.organisationId)
    return asked
  }

  async #finish(ended: SimulationEnd): Promise<void> {
    await this.#crowd?.pace.stop()
    await this.#crew?.end()
    const endedAt = new Date().toISOString()
    await this.#tell({ ...this.#standing, state: 'ended', ended, endedAt })
  }
}
