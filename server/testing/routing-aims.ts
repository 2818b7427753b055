// What makes a history worth living through: most commands are about something that they can be about.
import { isByHand } from '#contract/queues.ts'
import type { Floor } from '../features/routing/floor.ts'
import type { Command } from '../features/routing/model.ts'
import { QUEUES, type Timed } from './routing-histories.ts'

/** Most of what is done is about chats to which it may be done; chance alone would hardly ever hit them. */
export function aimed(floor: Floor, it: Timed): Command {
  switch (it.type) {
    case 'take':
      return aimedAtRinging(floor, it)
    case 'pick':
      return aimedAtPickable(floor, it)
    case 'say':
    case 'park':
    case 'takeBack':
      return aimedAtDeferred(floor, it)
    case 'close':
    case 'handOn':
    case 'keep':
      return aimedAtHeld(floor, it)
    case 'accept':
    case 'decline':
      return aimedAtOffered(floor, it)
    default:
      return it
  }
}

/** Most answers are given by those who are asked. */
function aimedAtOffered(floor: Floor, it: Timed & { type: 'accept' | 'decline' }): Command {
  const asked = [...floor.chats.values()].flatMap(({ id, state, operatorId, handing }) => {
    const userId = state === 'offered' ? operatorId : handing?.offer?.userId
    return userId === undefined ? [] : [{ chatId: id, userId }]
  })
  const one = asked[it.aim % Math.max(asked.length, 1)]
  return it.aim < 0 || one === undefined ? it : { type: it.type, ...one }
}

/** Whoever holds a chat ends it, hands it on, or thinks better of that. */
function aimedAtHeld(floor: Floor, it: Timed & { type: 'close' | 'handOn' | 'keep' }): Command {
  const chats = [...floor.chats.values()].filter(
    ({ state, handing }) => state === 'active' && (it.type !== 'keep' || handing),
  )
  const chat = chats[it.aim % Math.max(chats.length, 1)]
  if (it.aim < 0 || chat?.operatorId === undefined) return it
  return { ...it, chatId: chat.id, userId: chat.operatorId }
}

/** One who is outside the queue of a chat that rings takes it. */
function aimedAtRinging(floor: Floor, it: Timed & { type: 'take' }): Command {
  const ringing = [...floor.chats.values()].filter((chat) => chat.rings)
  const chat = ringing[it.aim % Math.max(ringing.length, 1)]
  const outside = [...floor.members.values()].find(
    (member) => member.queueId === chat?.queueId && !member.participates,
  )
  if (it.aim < 0 || chat === undefined || outside === undefined) return it
  return { type: 'take', chatId: chat.id, userId: outside.userId }
}

/** Most of what is said and parked is about chats that somebody holds, or that are parked. */
function aimedAtDeferred(floor: Floor, it: Timed & { type: 'say' | 'park' | 'takeBack' }): Command {
  const states = { say: ['active', 'parked'], park: ['active'], takeBack: ['parked'] }[it.type]
  const chats = [...floor.chats.values()].filter(
    ({ kind, state }) => kind === 'deferred' && states.includes(state),
  )
  const chat = chats[it.aim % Math.max(chats.length, 1)]
  if (it.aim < 0 || chat === undefined) return it
  if (it.type === 'say') return { type: 'say', chatId: chat.id, by: it.by }
  const userId = chat.operatorId ?? chat.parked?.userId ?? it.userId
  return { type: it.type, chatId: chat.id, userId }
}

/** One who may serve a queue by hand picks one of its chats. */
function aimedAtPickable(floor: Floor, it: Timed & { type: 'pick' }): Command {
  const queuesByHand = QUEUES.filter(({ strategy }) => isByHand(strategy)).map(({ id }) => id)
  const waiting = [...floor.chats.values()].filter(
    ({ queueId, state }) => queuesByHand.includes(queueId) && state === 'waiting',
  )
  const chat = waiting[it.aim % Math.max(waiting.length, 1)]
  if (it.aim < 0 || chat === undefined) return it
  return { type: 'pick', chatId: chat.id, userId: it.userId }
}
