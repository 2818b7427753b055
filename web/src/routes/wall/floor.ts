// What the Wall works out from the rows of the floor. Pure: rows in, figures out.
import { type Operator, statusOf } from '#contract/presence.ts'
import type { Queue } from '#contract/queues.ts'
import type { Chat } from '#contract/routing.ts'
import { effectiveLimit } from '#contract/units.ts'

/** A chat that nobody has answered yet; one that is offered still waits. */
export function isWaiting(chat: Chat): boolean {
  return chat.state === 'waiting' || chat.state === 'offered'
}

/** A chat that takes nobody's slot until its visitor writes. */
export function isParked({ parked }: Chat): boolean {
  return parked !== null
}

/** The order in which chats are due, the next one first. */
export function inDueOrder(chats: readonly Chat[]): Chat[] {
  return chats.toSorted((a, b) => compareText(a.dueAt, b.dueAt) || compareText(a.id, b.id))
}

export function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** How many more live chats of visitors the operator would be given now, as their queues let them. */
export function freeSlotsOf(operator: Operator, leftByQueues?: number): number {
  const isForLive = operator.mark?.accepts?.includes('live') ?? true
  return operator.takesChats && isForLive && statusOf(operator) === 'available'
    ? Math.max(0, effectiveLimit(operator, 'live', 1, leftByQueues).limit - operator.live.used)
    : 0
}

/** Whose shift says otherwise than they do: it is not on, or it is and they are not here. */
export function shiftSignOf(operator: Operator): 'off' | 'missing' | undefined {
  const { shift } = operator
  if (shift === null) return undefined
  if (!shift.isOn) return 'off'
  const status = statusOf(operator)
  return status === 'offline' || status === 'away' ? 'missing' : undefined
}

export interface Totals {
  waiting: number
  /** Since when the longest wait has lasted; undefined when nobody waits. */
  oldest: string | undefined
  active: number
  freeSlots: number
  available: number
  operators: number
  /** Of those who take visitors' chats: whose shift it is, and who of them is here. */
  onShift: number
  onShiftHere: number
}

/** Milliseconds from an instant to the moment that is shown, never below zero. */
export function elapsed(since: string, now: number): number {
  return Math.max(0, now - Date.parse(since))
}

/** A queue as its card shows it. */
export interface Line {
  queue: Queue
  waiting: number
  oldest: string | undefined
  /** Set aside until their visitors write. */
  parked: number
  /** Came while it was closed. */
  early: number
  /** Operators who have joined, and those of them who would be given a chat now. */
  joined: number
  available: number
}
