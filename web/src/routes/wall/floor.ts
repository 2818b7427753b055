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
  return chats.toSorted((a, b) => compare(a.dueAt, b.dueAt) || compare(a.id, b.id))
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** How many more live chats of visitors the operator would be given now. */
export function freeSlotsOf(operator: Operator): number {
  return operator.takesChats && statusOf(operator) === 'available'
    ? Math.max(0, effectiveLimit(operator, 'live').limit - operator.live.used)
    : 0
}

export interface Totals {
  waiting: number
  /** Since when the longest wait has lasted; undefined when nobody waits. */
  oldest: string | undefined
  active: number
  freeSlots: number
  available: number
  operators: number
}

/**
 * The figures of the whole floor; the rows hold everybody once, however many accounts show them. What
 * is only a test counts nowhere: neither chats of test queues nor whoever takes those alone.
 */
export function totalsOf(
  all: readonly Operator[],
  everyChat: readonly Chat[],
  queues: readonly Queue[] = [],
): Totals {
  const tests = new Set(queues.filter(({ isTest }) => isTest).map(({ id }) => id))
  const operators = all.filter(({ takesChats }) => takesChats)
  const chats = everyChat.filter(({ queueId }) => !tests.has(queueId))
  const waiting = chats.filter(isWaiting)
  return {
    waiting: waiting.length,
    oldest: oldestOf(waiting),
    active: chats.filter((chat) => chat.state === 'active').length,
    freeSlots: operators.reduce((sum, operator) => sum + freeSlotsOf(operator), 0),
    available: operators.filter((operator) => statusOf(operator) === 'available').length,
    operators: operators.length,
  }
}

/** Since when the longest of these waits has lasted. */
export function oldestOf(waiting: readonly Chat[]): string | undefined {
  return waiting.reduce<string | undefined>(
    (oldest, { enqueuedAt }) => (oldest === undefined || enqueuedAt < oldest ? enqueuedAt : oldest),
    undefined,
  )
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
  /** Operators who have joined, and those of them who would be given a chat now. */
  joined: number
  available: number
}

export function linesOf(
  queues: readonly Queue[],
  operators: readonly Operator[],
  chats: readonly Chat[],
): Map<string, Line> {
  const waiting = Map.groupBy(chats.filter(isWaiting), (chat) => chat.queueId)
  const parked = Map.groupBy(chats.filter(isParked), (chat) => chat.queueId)
  const lines = new Map<string, Line>()
  for (const queue of queues) {
    const here = waiting.get(queue.id) ?? []
    lines.set(queue.id, {
      queue,
      waiting: here.length,
      oldest: oldestOf(here),
      parked: parked.get(queue.id)?.length ?? 0,
      joined: 0,
      available: 0,
    })
  }
  for (const operator of operators) countIn(lines, operator)
  return lines
}

function countIn(lines: ReadonlyMap<string, Line>, operator: Operator): void {
  const isAvailable = statusOf(operator) === 'available'
  for (const id of operator.joined) {
    const line = lines.get(id)
    if (!line) continue
    line.joined += 1
    if (isAvailable) line.available += 1
  }
}
