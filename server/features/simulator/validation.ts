// The simulator held to queueing theory, and what visitors are told held to what became of them.
import type { Law } from './chance.ts'
import { erlangA, erlangC, type Line, type Outlook } from './erlang.ts'
import type { Plan } from './floor.ts'
import { type Figure, type Report, report, type Told } from './report.ts'

export interface Scenario {
  name: string
  operators: number
  limit: number
  strategy: Plan['strategy']
  /** What comes, in parts of what can be held. */
  load: number
  held: Law
  /** Seconds until a visitor gives up, on average; undefined: they wait for ever. */
  patience: number | undefined
}

const TEN_MINUTES: Law = { kind: 'exponential', mean: 600 }

const scenario = (name: string, more: Partial<Scenario>): Scenario => ({
  name,
  ...{ operators: 10, limit: 1, strategy: 'longest_idle', load: 0.8 },
  ...{ held: TEN_MINUTES, patience: undefined },
  ...more,
})

/** Floors of which theory says what they do. */
export const SCENARIOS: readonly Scenario[] = [
  scenario('10 operators', {}),
  scenario('30 operators', { operators: 30, load: 0.9 }),
  scenario('100 operators', { operators: 100, load: 0.95 }),
  scenario('10 operators with 3 slots', { limit: 3, strategy: 'least_loaded', load: 0.9 }),
  scenario('10 operators, patience', { load: 1.1, patience: 300 }),
  scenario('30 operators, patience', { operators: 30, load: 1.2, patience: 300 }),
  scenario('100 operators, patience', { operators: 100, load: 1.4, patience: 300 }),
]

export interface Validation {
  name: string
  visitors: number
  theory: Outlook
  seen: Report
  /** How many standard errors each figure lies beside theory. */
  off: { waiting: number; wait: number; givingUp: number }
  /** What visitors were told on the same floor. */
  told: Report['told']
}

/** So far a figure may lie beside theory by chance: once in 16,000 looks. */
export const MOST_OFF = 4
/** What is said must not be wrong by more than this part, on average. */
export const MOST_BIAS = 0.1
/** Of ten who are told a range for eight of ten, so many are in it. */
export const COVERED = { least: 0.75, most: 0.85 }
/** Of those who are asked, this part waits for as long as it takes. */
const PROBES = 0.02

/** Runs a scenario: once to compare with theory, once with visitors who wait to see what they were told. */
export function validate(scenario: Scenario, visitors: number, seed: number): Validation {
  const { name, operators, limit, strategy, load, held, patience } = scenario
  const line: Line = {
    arrivals: (load * operators * limit) / held.mean,
    held: held.mean,
    slots: operators * limit,
  }
  const theory = patience === undefined ? erlangC(line) : erlangA(line, patience)
  const plan: Plan = {
    ...{ operators, limit, strategy, arrivals: line.arrivals, held, visitors, seed, probes: 0 },
    patience: patience === undefined ? undefined : { kind: 'exponential', mean: patience },
  }
  const seen = report(plan)
  const { told } = report({ ...plan, seed: seed + 1, probes: PROBES })
  const off = {
    waiting: beside(seen.waiting, theory.waiting),
    wait: beside(seen.wait, theory.wait),
    givingUp: beside(seen.givingUp, theory.givingUp),
  }
  return { name, visitors, theory, seen, off, told }
}

/** What is wrong with a validation, in words; nothing when it holds. */
export function troublesOf({ off, told, seen }: Validation): string[] {
  const troubles = Object.entries(off)
    .filter(([, by]) => Math.abs(by) > MOST_OFF)
    .map(([figure, by]) => `${figure} is ${by.toFixed(1)} standard errors off`)
  if (Math.abs(seen.little - 1) > 0.001) troubles.push('the line is not arrivals times wait')
  return [...troubles, ...(told ? troublesOfTold(told) : ['nobody was told anything'])]
}

function troublesOfTold({ bias, covered }: Told): string[] {
  const isCovered = covered >= COVERED.least && covered <= COVERED.most
  return [
    ...(Math.abs(bias) > MOST_BIAS ? [`what is said is ${bias.toFixed(2)} off`] : []),
    ...(isCovered ? [] : [`the range held for ${covered.toFixed(2)} of them`]),
  ]
}

function beside({ value, error }: Figure, theory: number): number {
  if (error > 0) return (value - theory) / error
  return value === theory ? 0 : Number.POSITIVE_INFINITY
}
