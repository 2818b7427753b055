// Who is there for a queue's chats, and who could be: read off a floor.
import { isFor, isReady } from './decide.ts'
import type { Floor, FloorChat, FloorMember, FloorOperator, FloorQueue } from './floor.ts'

function hasPassed(floor: Floor, chatId: string, userId: string, now: number): boolean {
  return (floor.exclusions.get(`${chatId}:${userId}`) ?? 0) > now
}

/** Who takes part in the queue, has joined it, is ready and for it, and may hold such chats at all. */
function attendants(floor: Floor, queue: FloorQueue): FloorOperator[] {
  return [...floor.members.values()].flatMap((member) => {
    const operator = floor.operators.get(member.userId)
    if (member.queueId !== queue.id || !member.participates || !operator) return []
    const attends = isServing(floor, member) && isReady(operator) && couldHold(operator, queue)
    return attends && isFor(operator, queue.isTest) === 'everybody' ? [operator] : []
  })
}

/** Whether somebody has joined a queue, and it is not paused for them. */
export function isServing(floor: Floor, { queueId, userId, isJoined }: FloorMember): boolean {
  return isJoined && !isPaused(floor, queueId, userId)
}

/** Whether something keeps the queue's chats from an operator, whatever they have chosen. */
export function isPaused(floor: Floor, queueId: string, userId: string): boolean {
  const [queue, operator] = [floor.queues.get(queueId), floor.operators.get(userId)]
  if (queue === undefined || operator === undefined) return true
  return !isOnShift(operator, queue) || !acceptsKind(operator, queue)
}

/** Whether the queue asks the operator now, as far as shifts go. */
export function isOnShift(operator: FloorOperator, queue: FloorQueue): boolean {
  return operator.isOnShift || !queue.keepsShifts
}

/** Whether the operator's status is for the queue's kind of chat. */
export function acceptsKind({ accepts }: FloorOperator, { kind }: FloorQueue): boolean {
  return accepts?.includes(kind) ?? true
}

/** Whether the operator could hold a chat of the queue if they held nothing else. */
function couldHold({ limits, unitLimit }: FloorOperator, { kind, chatUnits }: FloorQueue): boolean {
  return limits[kind] > 0 && (unitLimit ?? Infinity) >= chatUnits
}

/** Whether the operator is there for the queue's chats; full is there. */
export function servesNow(floor: Floor, queue: FloorQueue, userId: string): boolean {
  return attendants(floor, queue).some(({ id }) => id === userId)
}

/** Whether somebody is there for the queue's chats; full is there. */
export function isAttended(floor: Floor, queue: FloorQueue): boolean {
  return attendants(floor, queue).length > 0
}

/** Whether a chat that waits in the queue rings with everybody outside it: nobody attends it. */
export function callsAll(floor: Floor, queueId: string): boolean {
  const queue = floor.queues.get(queueId)
  const isAnybodyOutside = [...floor.members.values()].some(
    (member) =>
      member.queueId === queueId &&
      !member.participates &&
      !isPaused(floor, queueId, member.userId),
  )
  return queue !== undefined && isAnybodyOutside && attendants(floor, queue).length === 0
}

/** Whether the operator has what the chat asks for after the time that it has waited. */
export function hasSkills(
  floor: Floor,
  chat: FloorChat,
  operator: FloorOperator,
  now: number,
): boolean {
  const asked = floor.queues.get(chat.queueId)?.skills ?? []
  return asked
    .filter(({ relaxAfterMs }) => chat.enqueuedAt + (relaxAfterMs ?? Infinity) > now)
    .every(({ id, level }) => (operator.skills[id] ?? 0) >= level)
}

/** Whether somebody attends the queue who has the skills, and has not just passed the chat on. */
function isAnybodyElseReady(floor: Floor, chat: FloorChat, now: number): boolean {
  const queue = floor.queues.get(chat.queueId)
  if (queue === undefined) return false
  return attendants(floor, queue).some(
    (operator) =>
      hasSkills(floor, chat, operator, now) && !hasPassed(floor, chat.id, operator.id, now),
  )
}

/** Whether an operator passed the chat on just now and somebody else could still take it. */
export function isExcluded(floor: Floor, chat: FloorChat, userId: string, now: number): boolean {
  return hasPassed(floor, chat.id, userId, now) && isAnybodyElseReady(floor, chat, now)
}
