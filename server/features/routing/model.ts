// Routing as a pure function: a floor, a command and the time give the next floor and the reasons.
// It says in plain values what the database does under locks: the oracle of the tests, and the
// heart of a simulation. A step includes the matching that follows a transition's commit.
import type { Availability } from '#contract/presence.ts'
import { COOLDOWN_MS, GRACE_MS, isFor, isReady, PRIORITY_STEP_MS } from './decide.ts'
import {
  callsAll,
  chatsOf,
  copyOf,
  type Floor,
  type FloorChat,
  isConnected,
  type Kind,
  used,
} from './floor.ts'
import {
  changeOperator,
  type Decision,
  putBack,
  putBackOffers,
  putTo,
  seekChats,
  settle,
  type Work,
} from './matching.ts'
import { sweep } from './passing.ts'

interface Commands {
  register: { userId: string; live: number; deferred: number }
  remove: { userId: string }
  assign: { queueId: string; userId: string; tier: number }
  unassign: { queueId: string; userId: string }
  join: { queueId: string; userId: string }
  leave: { queueId: string; userId: string }
  /** What is set of a person: which chats they are for, and their levels by the skill's id. */
  describe: {
    userId: string
    takesChats: boolean
    takesTests: boolean
    skills: Readonly<Record<string, number>>
  }
  participate: { queueId: string; userId: string; participates: boolean }
  /** One outside the queue takes a chat that rings. */
  take: { chatId: string; userId: string }
  declare: { userId: string; availability: Availability }
  limit: { userId: string; kind: Kind; limit: number }
  connect: { userId: string; connectionId: string }
  disconnect: { connectionId: string }
  enqueue: { chatId: string; queueId: string; priority: number }
  accept: { chatId: string; userId: string }
  decline: { chatId: string; userId: string }
  close: { chatId: string; userId: string }
  abandon: { chatId: string }
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
  take,
  declare,
  limit,
  connect,
  disconnect,
  enqueue,
  accept,
  decline,
  close,
  abandon,
  sweep,
}

function apply<Name extends keyof Commands>(work: Work, command: Command<Name>): void {
  transitions[command.type](work, command)
}

function register(work: Work, { userId: id, live, deferred }: Commands['register']): void {
  if (work.floor.operators.has(id)) return
  work.floor.operators.set(id, {
    id,
    availability: 'offline',
    isPresent: isConnected(work.floor, id),
    graceUntil: undefined,
    missed: 0,
    isNotAnswering: false,
    lastOfferedAt: undefined,
    limits: { live, deferred },
    takesChats: true,
    takesTests: false,
    skills: {},
  })
}

function remove(work: Work, { userId }: Commands['remove']): void {
  for (const chat of chatsOf(work.floor, userId)) putBack(work, chat)
  for (const [key, member] of work.floor.members) {
    if (member.userId === userId) work.floor.members.delete(key)
  }
  work.floor.operators.delete(userId)
}

function assign(work: Work, { queueId, userId, tier }: Commands['assign']): void {
  if (!work.floor.operators.has(userId)) return
  const key = `${queueId}:${userId}`
  const { isJoined, participates } = work.floor.members.get(key) ?? NEWCOMER
  work.floor.members.set(key, { queueId, userId, tier, isJoined, participates })
}

const NEWCOMER = { isJoined: false, participates: true }

function unassign(work: Work, { queueId, userId }: Commands['unassign']): void {
  if (!work.floor.members.has(`${queueId}:${userId}`)) return
  putBackOffers(work, userId, queueId)
  work.floor.members.delete(`${queueId}:${userId}`)
  work.matchOperators.push(userId)
}

function join(work: Work, { queueId, userId }: Commands['join']): void {
  const member = work.floor.members.get(`${queueId}:${userId}`)
  if (member === undefined || member.isJoined) return
  work.floor.members.set(`${queueId}:${userId}`, { ...member, isJoined: true })
  work.matchOperators.push(userId)
}

function leave(work: Work, { queueId, userId }: Commands['leave']): void {
  const member = work.floor.members.get(`${queueId}:${userId}`)
  if (!member?.isJoined) return
  work.floor.members.set(`${queueId}:${userId}`, { ...member, isJoined: false })
  putBackOffers(work, userId, queueId)
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

function take(work: Work, { chatId, userId }: Commands['take']): void {
  const { floor } = work
  const chat = floor.chats.get(chatId)
  const operator = floor.operators.get(userId)
  if (chat?.state !== 'waiting' || !chat.rings || !operator || !isReady(operator)) return
  const member = floor.members.get(`${chat.queueId}:${userId}`)
  if (member === undefined || member.participates) return
  const isTest = floor.queues.get(chat.queueId)?.isTest ?? false
  if (isFor(operator, isTest) !== 'everybody') return
  if (used(floor, userId, chat.kind) >= operator.limits[chat.kind]) return
  const considered = [{ operatorId: userId, ruledOutBy: null }]
  putTo(work, chat, userId, { chosen: userId, rule: 'rang_together', considered }, true)
  changeOperator(work, userId, { missed: 0, isNotAnswering: false })
}

function declare(work: Work, { userId, availability }: Commands['declare']): void {
  if (availability === 'available') {
    changeOperator(work, userId, { availability, missed: 0, isNotAnswering: false })
    work.matchOperators.push(userId)
  } else {
    changeOperator(work, userId, { availability })
    putBackOffers(work, userId)
  }
}

function limit(work: Work, { userId, kind, limit: most }: Commands['limit']): void {
  const operator = work.floor.operators.get(userId)
  if (operator === undefined) return
  changeOperator(work, userId, { limits: { ...operator.limits, [kind]: most } })
  if (most > operator.limits[kind]) work.matchOperators.push(userId)
}

function connect(work: Work, { userId, connectionId }: Commands['connect']): void {
  if (work.floor.connections.has(connectionId)) return
  work.floor.connections.set(connectionId, userId)
  const operator = work.floor.operators.get(userId)
  if (operator === undefined || operator.isPresent) return
  changeOperator(work, userId, { isPresent: true, graceUntil: undefined })
  work.matchOperators.push(userId)
}

function disconnect(work: Work, { connectionId }: Commands['disconnect']): void {
  const userId = work.floor.connections.get(connectionId)
  if (userId === undefined) return
  work.floor.connections.set(connectionId, undefined)
  if (isConnected(work.floor, userId)) return
  changeOperator(work, userId, { isPresent: false, graceUntil: work.now + GRACE_MS })
  putBackOffers(work, userId)
}

function enqueue(work: Work, { chatId: id, queueId, priority }: Commands['enqueue']): void {
  const queue = work.floor.queues.get(queueId)
  if (queue === undefined) return
  // Asked for twice it is one chat, and is looked at again.
  if (work.floor.chats.has(id)) {
    work.matchChats.push(id)
    return
  }
  const dueAt = work.now - (queue.priority + priority) * PRIORITY_STEP_MS
  const chat: FloorChat = {
    id,
    queueId,
    kind: queue.kind,
    state: 'waiting',
    enqueuedAt: work.now,
    dueAt,
    rings: callsAll(work.floor, queueId),
    operatorId: undefined,
    expiresAt: undefined,
  }
  work.floor.chats.set(id, chat)
  work.matchChats.push(id)
}

function accept(work: Work, { chatId, userId }: Commands['accept']): void {
  const chat = work.floor.chats.get(chatId)
  if (chat?.operatorId !== userId || chat.state !== 'offered') return
  if ((chat.expiresAt ?? 0) <= work.now) return
  work.floor.chats.set(chatId, { ...chat, state: 'active', expiresAt: undefined })
  if ((work.floor.operators.get(userId)?.missed ?? 0) > 0) {
    changeOperator(work, userId, { missed: 0, isNotAnswering: false })
    work.matchOperators.push(userId)
  }
}

function decline(work: Work, { chatId, userId }: Commands['decline']): void {
  const chat = work.floor.chats.get(chatId)
  if (chat?.operatorId !== userId || chat.state !== 'offered') return
  putBack(work, chat)
  work.floor.exclusions.set(`${chatId}:${userId}`, work.now + COOLDOWN_MS)
  changeOperator(work, userId, { missed: 0, isNotAnswering: false })
  work.matchOperators.push(userId)
}

function close(work: Work, { chatId, userId }: Commands['close']): void {
  const chat = work.floor.chats.get(chatId)
  if (chat?.state === 'active' && chat.operatorId === userId) abandon(work, { chatId })
}

/** A chat ends, whatever state it is in. */
function abandon(work: Work, { chatId }: Commands['abandon']): void {
  const chat = work.floor.chats.get(chatId)
  if (chat === undefined || chat.state === 'closed') return
  work.floor.chats.set(chatId, {
    ...chat,
    state: 'closed',
    operatorId: undefined,
    expiresAt: undefined,
    rings: false,
  })
  for (const key of work.floor.exclusions.keys()) {
    if (key.startsWith(`${chatId}:`)) work.floor.exclusions.delete(key)
  }
  if (chat.operatorId !== undefined) seekChats(work, chat.operatorId)
}
