// The floor as the rules see it: operators, queues and chats as plain values, and what can be read
// off them. The model (model.ts) changes it; nothing here does.
import type { Availability, FinishAs } from '#contract/presence.ts'
import type { Strategy } from '#contract/queues.ts'
import type { ChatState } from '#contract/routing.ts'
import { compareIds } from './decide.ts'
import type { FloorClosing } from './floor-closing.ts'
import type { FloorHanding } from './floor-handing.ts'
import type { FloorParked, FloorParking, LastWord } from './floor-parking.ts'

export type Kind = 'live' | 'deferred'

export interface FloorQueue {
  id: string
  kind: Kind
  strategy: Strategy
  offerMs: number
  autoAccepts: boolean
  /** Steps of priority that every chat of this queue has. */
  priority: number
  /** For testers alone. */
  isTest: boolean
  skills: readonly FloorSkill[]
  /** Asks only those whose shift it is, or who have none. */
  keepsShifts: boolean
  /** How long whoever had a chat has to finish after it. */
  wrapUpMs: number
  /** It takes the chat's place meanwhile; otherwise nothing new is given to them at all. */
  wrapUpTakesSlot: boolean
  /** How long a chat waits for whoever served its visitor last. */
  affinityMs: number
  /** So many may wait; undefined: as many as come. */
  maxWaiting: number | undefined
  /** Where its chats go on to: when the line is full, and when either of these says so. */
  overflowQueueId: string | undefined
  overflowAfterMs: number | undefined
  overflowWhenUnattended: boolean
  /** What one of its chats weighs against a limit in units. */
  chatUnits: number
  /** How many of its chats one of its members holds at once; undefined: as many as their own limits
   * allow. */
  heldLimit: number | undefined
  /** Undefined: as every live chat, none is ever parked. */
  parking: FloorParking | undefined
  /** So long after a chat, and after so many within a time, nobody is given another. */
  cooldownMs: number | undefined
  burst: { most: number; ms: number } | undefined
  /** Undefined: always open. */
  closing: FloorClosing | undefined
}

/** What a queue asks of whoever gets its chats; until it is no longer asked for, or always. */
export interface FloorSkill {
  id: string
  level: number
  relaxAfterMs: number | undefined
}

export interface FloorOperator {
  id: string
  availability: Availability
  /** What comes after finishing. */
  finishAs: FinishAs | undefined
  /** When there was a key or a pointer last, or a change of status. */
  activeAt: number
  /** Warned, and away from then on. */
  idleUntil: number | undefined
  isPresent: boolean
  graceUntil: number | undefined
  missed: number
  isNotAnswering: boolean
  lastOfferedAt: number | undefined
  /** Chats that were given to them on a day of the organisation's. */
  taken: { day: string; count: number } | undefined
  /** Given nothing new until then. */
  wrapUpUntil: number | undefined
  /** Ended chats that still take a slot. */
  wraps: readonly { queueId: string; kind: Kind; units: number; until: number }[]
  limits: Readonly<Record<Kind, number>>
  /** Over both kinds together; undefined: none. */
  unitLimit: number | undefined
  /** Their status is for these kinds alone; undefined: for all. */
  accepts: readonly Kind[] | undefined
  isOnShift: boolean
  takesChats: boolean
  takesTests: boolean
  /** Levels by the skill's id. */
  skills: Readonly<Record<string, number>>
}

export interface FloorMember {
  queueId: string
  userId: string
  tier: number
  isJoined: boolean
  /** Leaves by itself then. */
  joinedUntil: number | undefined
  participates: boolean
  /** When they were last offered a chat of this queue, where the queue goes round. */
  turnAt: number | undefined
  /** When they were given its latest chats, and until when they are given no more. */
  lately: readonly number[]
  coolsUntil: number | undefined
}

export interface FloorChat {
  id: string
  queueId: string
  kind: Kind
  state: ChatState
  enqueuedAt: number
  dueAt: number
  /** Whose it is; undefined: nobody who comes back. */
  visitorId: string | undefined
  /** For whom alone it waits, and until when. */
  heldFor: { userId: string; until: number } | undefined
  /** Since when it is in this queue, and those that it has gone on from. */
  queueSince: number
  passedQueues: readonly string[]
  /** Of one that is early: when that is over; undefined: not within a year. */
  opensAt: number | undefined
  /** Calls all who are outside its queue. */
  rings: boolean
  operatorId: string | undefined
  /** The deadline of the offer that stands. */
  expiresAt: number | undefined
  /** Since when somebody has held it, who had the last word, and how it is parked. */
  heldSince: number | undefined
  said: LastWord | undefined
  parked: FloorParked | undefined
  /** Whoever holds it is handing it on; and how often it was handed on and taken. */
  handing: FloorHanding | undefined
  handedOn: number
  /** It is offered by somebody who has handed it over and is gone. */
  isHandedOver: boolean
}

/** What the organisation has set. */
export interface FloorRules {
  /** Where a day begins. */
  timeZone: string
  /** Without a key or a pointer for so long somebody counts as idle; undefined: nobody ever does. */
  idleMs: number | undefined
  /** And only while a visitor of theirs has waited for an answer for so long. */
  idleWhenIgnored: boolean
  /** A chat is handed on so often at most, and to a queue for so long. */
  transfers: { most: number; ms: number; allowance: number }
}

const USUAL: FloorRules = {
  timeZone: 'UTC',
  idleMs: undefined,
  idleWhenIgnored: false,
  transfers: { most: 5, ms: 120_000, allowance: 0 },
}

export interface Floor {
  rules: FloorRules
  queues: ReadonlyMap<string, FloorQueue>
  operators: Map<string, FloorOperator>
  /** Whose each connection is; undefined once it has gone, for it never comes back. */
  connections: Map<string, string | undefined>
  /** By `<queue>:<user>`. */
  members: Map<string, FloorMember>
  chats: Map<string, FloorChat>
  /** By visitor: who took a chat of theirs last. */
  lastServed: Map<string, { userId: string; chatId: string; at: number }[]>
  /** By `<chat>:<user>`: until when the chat is not offered to the user again. */
  exclusions: Map<string, number>
}

export function emptyFloor(queues: readonly FloorQueue[], rules: Partial<FloorRules> = {}): Floor {
  return {
    rules: { ...USUAL, ...rules },
    queues: new Map(queues.map((queue) => [queue.id, queue])),
    operators: new Map(),
    connections: new Map(),
    members: new Map(),
    chats: new Map(),
    lastServed: new Map(),
    exclusions: new Map(),
  }
}

/** Another floor with the same rows, to be changed without changing the first. */
export function copyOf(floor: Floor): Floor {
  return {
    rules: floor.rules,
    queues: floor.queues,
    operators: new Map(floor.operators),
    connections: new Map(floor.connections),
    members: new Map(floor.members),
    chats: new Map(floor.chats),
    lastServed: new Map(floor.lastServed),
    exclusions: new Map(floor.exclusions),
  }
}

export function isConnected(floor: Floor, userId: string): boolean {
  return [...floor.connections.values()].includes(userId)
}

/** Chats of a kind that an operator holds or is offered, and those that still take their slot. */
export function used(floor: Floor, userId: string, kind: Kind): number {
  const wraps = floor.operators.get(userId)?.wraps ?? []
  let count = wraps.filter((wrap) => wrap.kind === kind).length
  for (const { operatorId, kind: of, handing } of floor.chats.values()) {
    if (operatorId === userId && of === kind) count++
    if (handing?.offer?.userId === userId && handing.offer.kind === kind) count++
  }
  return count
}

/** Chats of a queue that an operator holds or is offered, and those that still take their slot. */
export function heldOf(floor: Floor, { id, wraps }: FloorOperator, queue: string): number {
  let count = wraps.filter(({ queueId }) => queueId === queue).length
  for (const { operatorId, queueId, handing } of floor.chats.values()) {
    if (operatorId === id && queueId === queue) count++
    if (handing?.offer?.userId === id && handing.offer.queueId === queue) count++
  }
  return count
}

/** The units of everything that takes a slot of an operator's. */
export function unitsUsed(floor: Floor, { id, wraps }: FloorOperator): number {
  let units = 0
  for (const wrap of wraps) units += wrap.units
  const unitsOf = (queueId: string) => floor.queues.get(queueId)?.chatUnits ?? 1
  for (const { operatorId, queueId, handing } of floor.chats.values()) {
    if (operatorId === id) units += unitsOf(queueId)
    if (handing?.offer?.userId === id) units += unitsOf(handing.offer.queueId)
  }
  return units
}

/** The order in which chats are served. */
export function compareChats(one: FloorChat, other: FloorChat): number {
  return one.dueAt - other.dueAt || compareIds(one.id, other.id)
}

export function chatsOf(floor: Floor, userId: string): FloorChat[] {
  return [...floor.chats.values()].filter((chat) => chat.operatorId === userId).sort(compareChats)
}

/** Chats that ring with an operator: from their queue, or because somebody hands them on. */
export function offersTo(floor: Floor, userId: string): FloorChat[] {
  return [...floor.chats.values()]
    .filter(({ state, operatorId, handing }) =>
      handing?.offer
        ? handing.offer.userId === userId
        : state === 'offered' && operatorId === userId,
    )
    .sort(compareChats)
}

/** The day at the organisation, as 2026-01-31. */
export function dayOf({ rules }: Floor, now: number): string {
  const { timeZone } = rules
  return new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(now)
}

/** Whether no more may wait in the queue. */
export function isLineFull(floor: Floor, { id, maxWaiting }: FloorQueue): boolean {
  const waiting = [...floor.chats.values()].filter(
    ({ queueId, state }) => queueId === id && (state === 'waiting' || state === 'early'),
  )
  return waiting.length >= (maxWaiting ?? Infinity)
}
