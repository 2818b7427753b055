// What a simulated floor comes to, with how sure that is.
import type { Forecast } from '../visits/forecast.ts'
import { rangeOf } from '../visits/forecast.ts'
import type { Outcome, Plan, Totals } from './floor.ts'
import { simulate } from './floor.ts'

/** A figure and its standard error, from means of batches (A. M. Law and W. D. Kelton, "Simulation
 * Modeling and Analysis", 9.5.3: what follows on another is not independent, whole batches nearly are). */
export interface Figure {
  value: number
  error: number
}

export interface Report {
  visitors: number
  waiting: Figure
  /** Seconds, of all who came. */
  wait: Figure
  givingUp: Figure
  /** The length of the line over what Little's law makes of arrivals and waits: 1. */
  little: number
  taken: number
  /** Those who were told and waited for as long as it took; undefined when nobody was told. */
  told: Told | undefined
}

export interface Told {
  probes: number
  /** By which part what was said was too long (above 0) or too short, on average. */
  bias: number
  /** The part of them whose wait lay within the range that they were told. */
  covered: number
}

const BATCHES = 30
/** The floor begins empty: the first of them are not like the others. */
const WARM_UP = 0.05

/** Runs the plan and reports. */
export function report(plan: Plan): Report {
  const tally = new Tally(plan.visitors)
  const totals = simulate(plan, tally)
  return tally.report(plan, totals)
}

interface Batch {
  count: number
  waiting: number
  wait: number
  givingUp: number
}

class Tally {
  readonly #visitors: number
  readonly #batches: Batch[] = Array.from({ length: BATCHES }, () => ({
    count: 0,
    waiting: 0,
    wait: 0,
    givingUp: 0,
  }))
  #waitOfAll = 0
  #probes = 0
  #said = 0
  #waited = 0
  #covered = 0

  constructor(visitors: number) {
    this.#visitors = visitors
  }

  visitor({ at, waited, hadToWait, gaveUp }: Outcome): void {
    this.#waitOfAll += waited
    const share = (at / this.#visitors - WARM_UP) / (1 - WARM_UP)
    const batch = this.#batches[Math.floor(share * BATCHES)]
    if (batch === undefined) return
    batch.count += 1
    batch.wait += waited
    if (hadToWait) batch.waiting += 1
    if (gaveUp) batch.givingUp += 1
  }

  probe(told: Forecast, waited: number): void {
    this.#probes += 1
    this.#said += told.mean
    this.#waited += waited
    const { fromSeconds, toSeconds } = rangeOf(told)
    if (waited >= fromSeconds && waited <= toSeconds) this.#covered += 1
  }

  report({ visitors }: Plan, { seconds, lineLength, taken }: Totals): Report {
    const probes = this.#probes
    return {
      visitors,
      waiting: this.#figure('waiting'),
      wait: this.#figure('wait'),
      givingUp: this.#figure('givingUp'),
      little: lineLength / (this.#waitOfAll / seconds),
      taken,
      told:
        probes === 0
          ? undefined
          : {
              probes,
              bias: this.#said / this.#waited - 1,
              covered: this.#covered / probes,
            },
    }
  }

  #figure(of: 'waiting' | 'wait' | 'givingUp'): Figure {
    const means = this.#batches.map((batch) => batch[of] / batch.count)
    const value = means.reduce((sum, one) => sum + one, 0) / BATCHES
    const spread = means.reduce((sum, one) => sum + (one - value) ** 2, 0) / (BATCHES - 1)
    return { value, error: Math.sqrt(spread / BATCHES) }
  }
}
