// What may be expected of a queue before anybody comes: by theory, and by the model with one operator
// less and one more. Data in, answer out.
import { isByHand, type Strategy } from '#contract/queues.ts'
import type { Outlook, SimulatedLine } from '#contract/simulator.ts'
import { erlangA } from './erlang.ts'
import { type Plan, simulate } from './floor.ts'
import { LineTally } from './tally.ts'

/** A queue as it is set up, and what is to come to it. */
export interface Expected {
  line: SimulatedLine
  strategy: Strategy
  offerSeconds: number
  targetSeconds: number
  wrapUpSeconds: number
}

/** Visitors of the model: so many that a service level is right to a percent, and no more work than
 * a server does in a moment. */
const VISITORS = { least: 4_000, most: 12_000, work: 3_000_000 }
const SEED = 1
/** The floor begins empty: the first of them are not like the others. */
const WARM_UP = 0.1

/** For how long a chat takes its place: it rings first, rings in vain, and is finished after. */
function takenSeconds({ line, offerSeconds, wrapUpSeconds }: Expected): number {
  return line.heldSeconds + ringSeconds({ line, offerSeconds }) + wrapUpSeconds
}

/** How long it rings until somebody takes it, those who did not see it among them. */
function ringSeconds({ line, offerSeconds }: Pick<Expected, 'line' | 'offerSeconds'>): number {
  const missed = Math.min(0.9, line.missedPercent / 100)
  return line.acceptSeconds + (offerSeconds * missed) / (1 - missed)
}

/** By Erlang A; null where nobody comes. It has no service level. */
export function byTheory(expected: Expected): Outlook | null {
  const { line } = expected
  if (line.arrivalsPerHour === 0) return null
  const { waiting, wait, givingUp } = erlangA(
    {
      arrivals: line.arrivalsPerHour / 3600,
      held: takenSeconds(expected),
      slots: line.operators * line.limit,
    },
    line.patienceSeconds,
  )
  return {
    operators: line.operators,
    waiting,
    givingUp,
    wait: wait + ringSeconds(expected) * (1 - givingUp),
    serviceLevel: null,
  }
}

/** By the model, with so many operators instead of the line's. */
export function byModel(expected: Expected, operators: number): Outlook {
  const { line, strategy, targetSeconds } = expected
  const visitors = Math.min(
    VISITORS.most,
    Math.max(VISITORS.least, Math.round(VISITORS.work / Math.max(1, operators))),
  )
  const plan: Plan = {
    ...{ operators, limit: line.limit, visitors, seed: SEED, probes: 0 },
    // Whoever takes one by hand takes the first in line: who of them it is makes no difference to the waits.
    strategy: isByHand(strategy) ? 'longest_idle' : strategy,
    arrivals: line.arrivalsPerHour / 3600,
    held: { kind: 'exponential', mean: takenSeconds(expected) },
    patience: { kind: 'exponential', mean: line.patienceSeconds },
  }
  const rings = ringSeconds(expected)
  const tally = new LineTally(targetSeconds)
  let waiting = 0
  simulate(plan, {
    visitor({ at, waited, hadToWait, gaveUp }) {
      if (at < visitors * WARM_UP) return
      tally.arrived()
      if (hadToWait) waiting += 1
      if (gaveUp) tally.abandoned(waited)
      else tally.answered(waited + rings)
    },
    probe: () => undefined,
  })
  const { arrived, abandoned, wait, serviceLevel } = tally.figures()
  return {
    operators,
    waiting: waiting / arrived,
    givingUp: abandoned / arrived,
    wait: wait ?? 0,
    serviceLevel,
  }
}

/** The numbers of operators to compare: one less, as many, one more. */
export function neighbours({ operators }: SimulatedLine): number[] {
  return [operators - 1, operators, operators + 1].filter((one) => one >= 0)
}
