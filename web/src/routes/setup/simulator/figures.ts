// What a run comes to as a whole, and the lines of its chart. Rows in, numbers out.
import { SIMULATION, type Simulation, type SimulationPoint } from '#contract/simulator.ts'

export interface Whole {
  waiting: number
  inChat: number
  free: number
  arrived: number
  abandoned: number
  operators: number
  /** Null: nobody yet. */
  serviceLevel: number | null
  wait: number | null
}

/** All queues of a run together; what is an average weighs by how many it is of. */
export function wholeOf({ lines, settings }: Simulation): Whole {
  const sum = (of: (line: Simulation['lines'][number]) => number) =>
    lines.reduce((all, line) => all + of(line), 0)
  const average = (of: 'serviceLevel' | 'wait') => {
    const known = lines.filter((line) => line[of] !== null)
    const weight = known.reduce((all, line) => all + line.answered + line.abandoned, 0)
    if (weight === 0) return null
    return (
      known.reduce((all, line) => all + (line[of] ?? 0) * (line.answered + line.abandoned), 0) /
      weight
    )
  }
  return {
    waiting: sum(({ waiting }) => waiting),
    inChat: sum(({ inChat }) => inChat),
    free: sum(({ free }) => free),
    arrived: sum(({ arrived }) => arrived),
    abandoned: sum(({ abandoned }) => abandoned),
    operators: settings.lines.reduce((all, line) => all + line.operators, 0),
    serviceLevel: average('serviceLevel'),
    wait: average('wait'),
  }
}

/** A chart's box. */
export const CHART = { width: 720, height: 180 }

export type Drawn = 'waiting' | 'inChat' | 'free'

/** The largest number of the chart, rounded up to one that reads well. */
export function topOf(points: readonly SimulationPoint[]): number {
  const most = Math.max(
    4,
    ...points.flatMap(({ waiting, inChat, free }) => [waiting, inChat, free]),
  )
  const step = 10 ** Math.floor(Math.log10(most))
  return Math.ceil(most / step) * step
}

/** The path of one line in the box. */
export function pathOf(points: readonly SimulationPoint[], of: Drawn, top: number): string {
  const last = points.at(-1)?.at ?? 0
  return points
    .map((point, at) => {
      const x = last === 0 ? 0 : (point.at / last) * CHART.width
      const y = CHART.height - (point[of] / top) * CHART.height
      return `${at === 0 ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`
    })
    .join('')
}

/** How fast the chats of these lines come, in a second of the machine's time. */
export function isTooFast(lines: readonly { arrivalsPerHour: number }[], speed: number): boolean {
  const perHour = lines.reduce((all, line) => all + line.arrivalsPerHour, 0)
  return (perHour / 3600) * speed > SIMULATION.chatsPerSecond
}
