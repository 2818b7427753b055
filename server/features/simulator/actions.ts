// What one may ask of the simulator. The run itself is a server's to do (clockwork.ts): whoever asks
// only leaves word.
import { randomUUID } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { scope } from '#contract/scopes.ts'
import type {
  Foretold,
  NewFault,
  NewSimulation,
  SimulatedLine,
  Simulation,
  Simulator,
} from '#contract/simulator.ts'
import type { ActorCtx } from '../../platform/context.ts'
import { brokenConstraint } from '../../platform/database.ts'
import { Refusal } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import { mayAt } from '../accounts/queries.ts'
import { byModel, byTheory, type Expected, neighbours } from './foretell.ts'
import * as simulator from './queries.ts'
import { isTooFast, simulatorQueue, whyNotSimulate } from './rules.ts'
import { listWeeks } from './week-queries.ts'

/** So many runs a server takes at the same time. */
export const RUNS_OF_A_SERVER = 2

/** The queues and the last runs. Refuses with `forbidden` whoever sets up a part of the organisation only. */
export async function readSimulator(ctx: ActorCtx): Promise<Simulator> {
  if (!setsUpAll(ctx)) throw new Refusal('forbidden')
  const { db, organisationId } = ctx
  const weeks = await listWeeks(db, organisationId)
  const runs = await simulator.listRuns(db, organisationId)
  return { queues: weeks.map(simulatorQueue), runs }
}

/** Refuses with `invalid` what no run could have, with `not_found` what is not there. */
export async function foretell(
  ctx: ActorCtx,
  { lines }: { lines: SimulatedLine[] },
): Promise<Foretold[]> {
  const expected = await expectedOf(ctx, lines)
  const foretold: Foretold[] = []
  for (const one of expected) {
    const model = []
    for (const operators of one.line.arrivalsPerHour === 0 ? [] : neighbours(one.line)) {
      // The model reckons for some hundredths of a second: others go first.
      await setImmediate()
      model.push(byModel(one, operators))
    }
    foretold.push({ queueId: one.line.queueId, theory: byTheory(one), model })
  }
  return foretold
}

/**
 * Refuses with `not_found` what is not there, with `invalid` what is too much, with `simulation_under_way` while the organisation has a run,
 * and with `busy` while the servers have as many as they take.
 */
export async function startSimulation(ctx: ActorCtx, wanted: NewSimulation): Promise<Simulation> {
  await expectedOf(ctx, wanted.lines)
  if (isTooFast(wanted)) throw new Refusal('invalid', { field: 'speed' })
  const { runs, servers } = await simulator.countUnderWay(ctx.db)
  if (runs >= RUNS_OF_A_SERVER * servers) throw new Refusal('busy', { retryAfter: 60 })
  const standing = standingOf(randomUUID(), wanted, ctx.now())
  try {
    return await write(ctx, 'simulation.start', async (tx) => {
      const { organisationId, actor } = ctx
      await simulator.insertRun(tx.db, {
        ...{ organisationId, id: standing.id, sandboxId: randomUUID(), settings: wanted },
        ...{ standing, startedBy: actor.userId },
      })
      const run = { ...standing, by: actor.name }
      tx.tell('simulation', run, [scope.simulator(organisationId)])
      tx.note({ subject: 'simulation', subjectId: run.id, after: wanted })
      return run
    })
  } catch (error) {
    if (brokenConstraint(error) !== 'simulations_one_at_a_time') throw error
    throw new Refusal('simulation_under_way')
  }
}

/** A run that is over stays over. */
export async function stopSimulation(ctx: ActorCtx, id: string): Promise<Record<never, never>> {
  await mustKnow(ctx, id)
  await write(ctx, 'simulation.stop', async (tx) => {
    if (!(await simulator.askToStop(tx.db, ctx.organisationId, id))) return
    tx.note({ subject: 'simulation', subjectId: id })
  })
  return {}
}

/** Refuses with `simulation_over` when there is nothing left to go wrong. */
export async function disturbSimulation(
  ctx: ActorCtx,
  id: string,
  fault: NewFault,
): Promise<Record<never, never>> {
  await mustKnow(ctx, id)
  await write(ctx, 'simulation.disturb', async (tx) => {
    const isTaken = await simulator.askForFault(tx.db, ctx.organisationId, id, fault)
    if (!isTaken) throw new Refusal('simulation_over')
    tx.note({ subject: 'simulation', subjectId: id, after: fault })
  })
  return {}
}

function setsUpAll({ actor, organisationId }: ActorCtx): boolean {
  return mayAt(actor, 'setup.manage', organisationId)
}

async function mustKnow(ctx: ActorCtx, id: string): Promise<void> {
  const isThere = setsUpAll(ctx) && (await simulator.exists(ctx.db, ctx.organisationId, id))
  if (!isThere) throw new Refusal('not_found')
}

/** The lines with the queues that they are of. Refuses with `not_found` where one is not the organisation's. */
async function expectedOf(ctx: ActorCtx, lines: readonly SimulatedLine[]): Promise<Expected[]> {
  if (!setsUpAll(ctx)) throw new Refusal('not_found')
  const field = whyNotSimulate(lines)
  if (field !== undefined) throw new Refusal('invalid', { field })
  const weeks = await listWeeks(ctx.db, ctx.organisationId)
  return lines.map((line) => {
    const week = weeks.find(({ id }) => id === line.queueId)
    if (week === undefined) throw new Refusal('not_found')
    return { line, ...week }
  })
}

function standingOf(id: string, settings: NewSimulation, now: Date): simulator.Standing {
  const nothing = { waiting: 0, inChat: 0, free: 0, arrived: 0, answered: 0, abandoned: 0 }
  return {
    ...{ id, state: 'starting', ended: null, settings, seconds: 0, connected: 0 },
    startedAt: now.toISOString(),
    endsAt: new Date(now.getTime() + settings.minutes * 60_000).toISOString(),
    endedAt: null,
    lines: settings.lines.map(({ queueId }) => ({
      ...{ queueId, ...nothing, turnedAway: 0 },
      ...{ serviceLevel: null, waits: null, wait: null, taken: null },
    })),
    points: [],
    faults: [],
    proof: { checks: 0, overLimit: 0, lost: 0, doubled: 0, brokenChecks: 0 },
  }
}
