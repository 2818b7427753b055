// The numbers a simulation begins with, and what is too much of one. Data in, answer out.
import {
  type NewSimulation,
  SIMULATION,
  type SimulatedLine,
  type SimulatorQueue,
} from '#contract/simulator.ts'

/** What the last week says of a queue. */
export interface Past {
  id: string
  name: string
  targetSeconds: number
  members: number
  limit: number | null
  chats: number
  hours: number
  heldSeconds: number | null
  acceptSeconds: number | null
  waitedSeconds: number
  gaveUp: number
  offers: number
  missed: number
}

/** What is believed of a queue of which nothing was seen. */
const GUESS = {
  operators: 10,
  limit: 3,
  arrivalsPerHour: 60,
  heldSeconds: 480,
  patienceSeconds: 300,
  acceptSeconds: 5,
  missedPercent: 2,
} as const

/** The queue with its numbers of last week; guesses where there are none. */
export function simulatorQueue(past: Past): SimulatorQueue {
  const { id, name, targetSeconds, chats, hours, gaveUp, offers } = past
  const perHour = hours === 0 ? GUESS.arrivalsPerHour : chats / hours
  // Those who were answered had patience too, for as long as they waited.
  const patience = gaveUp === 0 ? GUESS.patienceSeconds : past.waitedSeconds / gaveUp
  const missed = offers === 0 ? GUESS.missedPercent : (100 * past.missed) / offers
  const line: SimulatedLine = {
    queueId: id,
    operators: past.members === 0 ? GUESS.operators : between(past.members, 1, 500),
    limit: between(past.limit ?? GUESS.limit, 1, 100),
    arrivalsPerHour: Math.round(Math.min(perHour, 72_000) * 10) / 10,
    heldSeconds: between(past.heldSeconds ?? GUESS.heldSeconds, 5, 14_400),
    patienceSeconds: between(patience, 5, 86_400),
    acceptSeconds: between(past.acceptSeconds ?? GUESS.acceptSeconds, 0, 300),
    missedPercent: between(missed, 0, 100),
  }
  return { id, name, targetSeconds, line, chats }
}

function between(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, Math.round(value)))
}

/** Why lines may not be simulated: the field that is too much; undefined when they may. */
export function whyNotSimulate(lines: readonly SimulatedLine[]): 'lines' | 'operators' | undefined {
  const ids = new Set(lines.map(({ queueId }) => queueId))
  if (ids.size < lines.length) return 'lines'
  const operators = lines.reduce((sum, line) => sum + line.operators, 0)
  return operators > SIMULATION.operators ? 'operators' : undefined
}

/** Chats that come in a second of the machine's time. */
export function chatsPerSecond({ lines, speed }: Pick<NewSimulation, 'lines' | 'speed'>): number {
  return (lines.reduce((sum, line) => sum + line.arrivalsPerHour, 0) / 3600) * speed
}

/** Whether chats come faster than a server can do it beside its work. */
export function isTooFast(wanted: Pick<NewSimulation, 'lines' | 'speed'>): boolean {
  return chatsPerSecond(wanted) > SIMULATION.chatsPerSecond
}
