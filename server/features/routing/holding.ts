// Holding in plain values: a visitor who comes back waits a while for whoever served them last. As
// migrations/0048 has it.
import { isByHand } from '#contract/queues.ts'
import { hasSkills, servesNow } from './attending.ts'
import { compareIds } from './decide.ts'
import { compareChats, type Floor, type FloorChat } from './floor.ts'

/** What a step is working on (matching.ts), as far as it matters here. */
interface Moment {
  floor: Floor
  now: number
}

/** Somebody has taken a chat. */
export function rememberServed({ floor, now }: Moment, chat: FloorChat, userId: string): void {
  const { visitorId, id: chatId } = chat
  if (visitorId === undefined) return
  const before = floor.lastServed.get(visitorId) ?? []
  floor.lastServed.set(visitorId, [...before, { userId, chatId, at: now }])
}

/** For whom a chat that has just come is to wait; undefined: for anybody. */
export function holdOf(floor: Floor, chat: FloorChat, now: number): FloorChat['heldFor'] {
  const queue = floor.queues.get(chat.queueId)
  const operator = floor.operators.get(lastServedBy(floor, chat) ?? '')
  if (!queue?.affinityMs || operator === undefined || isByHand(queue.strategy)) return undefined
  const isThere = servesNow(floor, queue, operator.id) && hasSkills(floor, chat, operator, now)
  return isThere ? { userId: operator.id, until: now + queue.affinityMs } : undefined
}

function lastServedBy(floor: Floor, { visitorId, id }: FloorChat): string | undefined {
  const others = (floor.lastServed.get(visitorId ?? '') ?? []).filter(({ chatId }) => chatId !== id)
  return others
    .toSorted((one, other) => other.at - one.at || compareIds(one.userId, other.userId))
    .at(0)?.userId
}

/** Chats whose time is over, or whose operator has gone, are everybody's again; answers which. */
export function releaseHolds({ floor, now }: Moment): string[] {
  const released: string[] = []
  for (const chat of [...floor.chats.values()].sort(compareChats)) {
    const queue = floor.queues.get(chat.queueId)
    if (chat.state !== 'waiting' || chat.heldFor === undefined || queue === undefined) continue
    if (chat.heldFor.until > now && servesNow(floor, queue, chat.heldFor.userId)) continue
    floor.chats.set(chat.id, { ...chat, heldFor: undefined })
    released.push(chat.id)
  }
  return released
}
