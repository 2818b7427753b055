// Routing as a pure function: a floor, a command and the time give the next floor and the reasons.
// It says in plain values what the database does under locks: the oracle of the tests, and the
// heart of a simulation. A step includes the matching that follows a transition's commit.
import { type ChatCommands, chatSteps } from './chat-steps.ts'
import { GRACE_MS } from './decide.ts'
import { copyOf, type Floor, isConnected, type Kind } from './floor.ts'
import { type HandingCommands, handingSteps } from './handing-steps.ts'
import {
  changeOperator,
  type Decision,
  leaveQueue,
  putBackAll,
  putBackOffers,
  settle,
  type Work,
} from './matching.ts'
import { forgetParkedFor, type ParkingCommands, parkingSteps } from './parking.ts'
import { reconcile, sweep } from './passing.ts'
import { act, arrivalOf, back, declare, type PresenceCommands } from './presence-steps.ts'
import { stopWrappingUp } from './wrapping.ts'

interface Commands extends ChatCommands, HandingCommands, ParkingCommands, PresenceCommands {
  register: { userId: string; live: number; deferred: number }
  remove: { userId: string }
  assign: { queueId: string; userId: string; tier: number }
  unassign: { queueId: string; userId: string }
  /** For so many minutes, or for good. */
  join: { queueId: string; userId: string; minutes?: number | undefined }
  leave: { queueId: string; userId: string }
  /** What is set of a person: which chats they are for, and their levels by the skill's id. */
  describe: {
    userId: string
    takesChats: boolean
    takesTests: boolean
    skills: Readonly<Record<string, number>>
  }
  participate: { queueId: string; userId: string; participates: boolean }
  /** Whether their shift is now; null: they have none. */
  shift: { userId: string; isOn: boolean | null }
  limit: { userId: string; kind: Kind; limit: number }
  /** How many chats of a queue one of its members may hold; null: as many as their own limits allow. */
  queueLimit: { queueId: string; limit: number | null }
  /** Over both kinds together; null: none. */
  units: { userId: string; limit: number | null }
  connect: { userId: string; connectionId: string }
  disconnect: { connectionId: string }
  /** An operator has wrapped up before the time is over. */
  wrapUp: { userId: string }
  /** The passing of time. */
  sweep: object
}

export type Command<Name extends keyof Commands = keyof Commands> = {
  [One in Name]: { type: One } & Commands[One]
}[Name]

export interface Step {
  floor: Floor
  decisions: Decision[]
}

/** The floor after a command, and every offer that came of it. A command that is not possible
 * changes nothing. */
export function step(floor: Floor, command: Command, now: number): Step {
  const work: Work = {
    floor: copyOf(floor),
    now,
    decisions: [],
    matchChats: [],
    matchOperators: [],
  }
  apply(work, command)
  settle(work)
  return { floor: work.floor, decisions: work.decisions }
}

const transitions: {
  [Name in keyof Commands]: (work: Work, command: Commands[Name]) => void
} = {
  register,
  remove,
  assign,
  unassign,
  join,
  leave,
  describe,
  participate,
  shift,
  declare,
  act,
  back,
  limit,
  units,
  queueLimit,
  connect,
  disconnect,
  wrapUp,
  sweep,
  ...chatSteps,
  ...parkingSteps,
  ...handingSteps,
}

function apply<Name extends keyof Commands>(work: Work, command: Command<Name>): void {
  transitions[command.type](work, command)
}

function register(work: Work, { userId: id, live, deferred }: Commands['register']): void {
  if (work.floor.operators.has(id)) return
  work.floor.operators.set(id, {
    id,
    availability: 'offline',
    finishAs: undefined,
    activeAt: work.now,
    idleUntil: undefined,
    isPresent: isConnected(work.floor, id),
    graceUntil: undefined,
    missed: 0,
    isNotAnswering: false,
    lastOfferedAt: undefined,
    taken: undefined,
    wrapUpUntil: undefined,
    wraps: [],
    limits: { live, deferred },
    unitLimit: undefined,
    accepts: undefined,
    isOnShift: true,
    takesChats: true,
    takesTests: false,
    skills: {},
  })
}

function remove(work: Work, { userId }: Commands['remove']): void {
  forgetParkedFor(work, userId)
  putBackAll(work, userId, 'operator_removed')
  for (const [key, member] of work.floor.members) {
    if (member.userId === userId) work.floor.members.delete(key)
  }
  work.floor.operators.delete(userId)
}

function assign(work: Work, { queueId, userId, tier }: Commands['assign']): void {
  if (!work.floor.operators.has(userId)) return
  const key = `${queueId}:${userId}`
  const member = work.floor.members.get(key) ?? NEWCOMER
  work.floor.members.set(key, { ...member, queueId, userId, tier })
}

const NEWCOMER = {
  ...{ isJoined: false, joinedUntil: undefined, participates: true, turnAt: undefined },
  ...{ lately: [], coolsUntil: undefined },
}

function unassign(work: Work, { queueId, userId }: Commands['unassign']): void {
  if (!work.floor.members.has(`${queueId}:${userId}`)) return
  putBackOffers(work, userId, queueId)
  work.floor.members.delete(`${queueId}:${userId}`)
  work.matchOperators.push(userId)
}

function join(work: Work, { queueId, userId, minutes }: Commands['join']): void {
  const member = work.floor.members.get(`${queueId}:${userId}`)
  const joinedUntil = minutes && work.now + minutes * 60_000
  if (member === undefined || (member.isJoined && member.joinedUntil === joinedUntil)) return
  work.floor.members.set(`${queueId}:${userId}`, { ...member, isJoined: true, joinedUntil })
  work.matchOperators.push(userId)
}

function leave(work: Work, { queueId, userId }: Commands['leave']): void {
  const member = work.floor.members.get(`${queueId}:${userId}`)
  if (member?.isJoined) leaveQueue(work, member)
}

function shift(work: Work, { userId, isOn }: Commands['shift']): void {
  changeOperator(work, userId, { isOnShift: isOn ?? true })
  work.matchOperators.push(userId)
}

function describe(work: Work, { userId, ...means }: Commands['describe']): void {
  changeOperator(work, userId, means)
  work.matchOperators.push(userId)
}

function participate(work: Work, { queueId, userId, participates }: Commands['participate']): void {
  const member = work.floor.members.get(`${queueId}:${userId}`)
  if (member === undefined) return
  work.floor.members.set(`${queueId}:${userId}`, { ...member, participates })
  work.matchOperators.push(userId)
}

function limit(work: Work, { userId, kind, limit: most }: Commands['limit']): void {
  const operator = work.floor.operators.get(userId)
  if (operator === undefined) return
  changeOperator(work, userId, { limits: { ...operator.limits, [kind]: most } })
  if (most > operator.limits[kind]) work.matchOperators.push(userId)
}

function units(work: Work, { userId, limit: most }: Commands['units']): void {
  const operator = work.floor.operators.get(userId)
  if (operator === undefined) return
  changeOperator(work, userId, { unitLimit: most ?? undefined })
  if (most === null || most > (operator.unitLimit ?? Infinity)) work.matchOperators.push(userId)
}

function queueLimit(work: Work, { queueId, limit: most }: Commands['queueLimit']): void {
  const queue = work.floor.queues.get(queueId)
  if (queue === undefined) return
  const changed = { ...queue, heldLimit: most ?? undefined }
  work.floor.queues = new Map(work.floor.queues).set(queueId, changed)
  reconcile(work)
}

function wrapUp(work: Work, { userId }: Commands['wrapUp']): void {
  if (stopWrappingUp(work, userId, Infinity)) work.matchOperators.push(userId)
}

function connect(work: Work, { userId, connectionId }: Commands['connect']): void {
  if (work.floor.connections.has(connectionId)) return
  work.floor.connections.set(connectionId, userId)
  const operator = work.floor.operators.get(userId)
  if (operator === undefined || operator.isPresent) return
  const arrival = arrivalOf(operator, work.now)
  changeOperator(work, userId, { isPresent: true, graceUntil: undefined, ...arrival })
  work.matchOperators.push(userId)
}

function disconnect(work: Work, { connectionId }: Commands['disconnect']): void {
  const userId = work.floor.connections.get(connectionId)
  if (userId === undefined) return
  work.floor.connections.set(connectionId, undefined)
  if (isConnected(work.floor, userId)) return
  const graceUntil = work.now + GRACE_MS
  changeOperator(work, userId, { isPresent: false, graceUntil, idleUntil: undefined })
  putBackOffers(work, userId)
}
