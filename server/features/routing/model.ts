// Routing as a pure function: a floor, a command and the time give the next floor and the reasons.
// It says in plain values what the database does under locks: the oracle of the tests, and the
// heart of a simulation. A step includes the matching that follows a transition's commit.
import type { Availability } from '#contract/presence.ts'
import { COOLDOWN_MS, compareIds, GRACE_MS, MISSED_MAX, PRIORITY_STEP_MS } from './decide.ts'
import {
  chatsOf,
  compareChats,
  copyOf,
  type Floor,
  type FloorChat,
  isConnected,
  type Kind,
} from './floor.ts'
import {
  changeOperator,
  type Decision,
  putBack,
  putBackOffers,
  seekChats,
  settle,
  type Work,
} from './matching.ts'

interface Commands {
  register: { userId: string; live: number; deferred: number }
  remove: { userId: string }
  assign: { queueId: string; userId: string; tier: number }
  unassign: { queueId: string; userId: string }
  join: { queueId: string; userId: string }
  leave: { queueId: string; userId: string }
  declare: { userId: string; availability: Availability }
  limit: { userId: string; kind: Kind; limit: number }
  connect: { userId: string; connectionId: string }
  disconnect: { connectionId: string }
  enqueue: { chatId: string; queueId: string; priority: number }
  accept: { chatId: string; userId: string }
  decline: { chatId: string; userId: string }
  close: { chatId: string; userId: string }
  abandon: { chatId: string }
  /** What the passing of time brings: missed offers, ended graces, ended cooldowns. */
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
  const isJoined = work.floor.members.get(key)?.isJoined ?? false
  work.floor.members.set(key, { queueId, userId, tier, isJoined })
}

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
  if (queue === undefined || work.floor.chats.has(id)) return
  const dueAt = work.now - (queue.priority + priority) * PRIORITY_STEP_MS
  const chat: FloorChat = {
    id,
    queueId,
    kind: queue.kind,
    state: 'waiting',
    dueAt,
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
  })
  for (const key of work.floor.exclusions.keys()) {
    if (key.startsWith(`${chatId}:`)) work.floor.exclusions.delete(key)
  }
  if (chat.operatorId !== undefined) seekChats(work, chat.operatorId)
}

/** What the passing of time brings: missed offers, ended graces, ended cooldowns. */
function sweep(work: Work): void {
  expireOffers(work)
  settle(work)
  expireGrace(work)
  settle(work)
  work.matchOperators.push(...[...work.floor.operators.keys()].sort(compareIds))
}

function expireOffers(work: Work): void {
  const due = [...work.floor.chats.values()]
    .filter((chat) => chat.expiresAt !== undefined && chat.expiresAt <= work.now)
    .sort(compareChats)
  const silent = new Set<string>()
  for (const chat of due) {
    const operator = work.floor.operators.get(chat.operatorId ?? '')
    if (operator === undefined) continue
    const missed = operator.missed + 1
    putBack(work, chat)
    work.floor.exclusions.set(`${chat.id}:${operator.id}`, work.now + COOLDOWN_MS)
    changeOperator(work, operator.id, { missed, isNotAnswering: missed >= MISSED_MAX })
    silent.add(operator.id)
  }
  work.matchOperators.push(...[...silent].sort(compareIds))
}

function expireGrace(work: Work): void {
  const gone = [...work.floor.operators.values()]
    .filter(({ graceUntil }) => graceUntil !== undefined && graceUntil <= work.now)
    .sort((one, other) => compareIds(one.id, other.id))
  for (const { id } of gone) {
    changeOperator(work, id, { graceUntil: undefined })
    for (const chat of chatsOf(work.floor, id)) putBack(work, chat)
  }
}
