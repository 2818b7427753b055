// Chats as routing moves them: waiting, offered, active, closed; and what operators may do about it.
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { Parked } from './parking.ts'
import { ById, ChatKind, Id, Instant, Limit, orNull, Strict } from './shapes.ts'
import { Transfer } from './transfers.ts'

export const ChatState = Type.Union([
  /** Came while its queue or its site was closed, and waits for the opening. */
  Type.Literal('early'),
  Type.Literal('waiting'),
  Type.Literal('offered'),
  Type.Literal('active'),
  /** With nobody, and nobody's to take: its visitor has it, until they write. */
  Type.Literal('parked'),
  Type.Literal('closed'),
])
export type ChatState = Static<typeof ChatState>

export const Offer = Type.Object({
  id: Id,
  operatorId: Id,
  offeredAt: Instant,
  /** The server's deadline to accept. */
  expiresAt: Instant,
})
export type Offer = Static<typeof Offer>

/** Why a chat went to whom it went: who was considered and what ruled each other one out. */
export const Because = Type.Object({
  chosen: orNull(Id),
  rule: Type.String(),
  considered: Type.Array(Type.Object({ operatorId: Id, ruledOutBy: orNull(Type.String()) })),
})
export type Because = Static<typeof Because>

/** A chat that had ended and was given to a queue again: by whom, and what they said to the team. */
export const HandedOn = Type.Object({
  by: orNull(Type.String()),
  at: Instant,
  note: orNull(Type.String()),
})
export type HandedOn = Static<typeof HandedOn>

/** An open chat's place in routing. */
export const Chat = Type.Object({
  id: Id,
  accountId: Id,
  queueId: Id,
  siteId: Id,
  kind: ChatKind,
  state: ChatState,
  visitorName: orNull(Type.String()),
  enqueuedAt: Instant,
  /** The sort key within the queue: smaller comes first. */
  dueAt: Instant,
  operatorId: orNull(Id),
  /** Of a chat that is handed on: to whom it is put now, while another still holds it. */
  offer: orNull(Offer),
  acceptedAt: orNull(Instant),
  /** Of one that is early: when that is over; null: not within a year. */
  opensAt: orNull(Instant),
  /** Nobody who takes part in the queue is online: it waits and rings with all who are outside it. */
  rings: Type.Boolean(),
  handedOn: orNull(HandedOn),
  /** The last time that it was handed to somebody else; under way while it has no outcome. */
  transfer: orNull(Transfer),
  /** Set only while the chat is parked. */
  parked: orNull(Parked),
})
export type Chat = Static<typeof Chat>

export const ParkChat = Strict({
  /** The seq of the last message that was seen; 0: none was. */
  seen: Type.Integer({ minimum: 0 }),
})
export type ParkChat = Static<typeof ParkChat>

export const SetLimit = Strict({
  kind: ChatKind,
  limit: Limit,
  /** The version of the limit that the editor saw. */
  version: Type.Integer({ minimum: 1 }),
})
export type SetLimit = Static<typeof SetLimit>

export const LimitSet = Type.Object({
  userId: Id,
  kind: ChatKind,
  limit: Limit,
  version: Type.Integer(),
})
export type LimitSet = Static<typeof LimitSet>

/** What a queue asks of whoever gets its chats. */
export const QueueSkill = Strict({
  skillId: Id,
  /** At this level or better. */
  level: Type.Integer({ minimum: 1, maximum: 5 }),
  /** Once a chat has waited so long the skill is no longer asked for; null: it always is. */
  relaxAfterSeconds: orNull(Type.Integer({ minimum: 1, maximum: 86_400 })),
})
export type QueueSkill = Static<typeof QueueSkill>

export const QueueSkills = Type.Object({
  queueId: Id,
  skills: Type.Array(QueueSkill),
  /** The queue's. */
  version: Type.Integer(),
})
export type QueueSkills = Static<typeof QueueSkills>

export const SetQueueSkills = Strict({
  skills: Type.Array(QueueSkill, { maxItems: 20 }),
  /** The version of the queue that the editor saw. */
  version: Type.Integer({ minimum: 1 }),
})
export type SetQueueSkills = Static<typeof SetQueueSkills>

export const routing = {
  mine: endpoint('GET', '/api/me/chats', 'chats.answer', 'The chats that I hold or am offered', {
    reply: Type.Array(Chat),
  }),
  accept: endpoint('POST', '/api/offers/:id/accept', 'chats.answer', 'Accept an offered chat', {
    params: ById,
    reply: Chat,
  }),
  decline: endpoint('POST', '/api/offers/:id/decline', 'chats.answer', 'Pass an offered chat on', {
    params: ById,
    reply: Strict({}),
  }),
  take: endpoint(
    'POST',
    '/api/chats/:id/take',
    'chats.answer',
    'Take a chat that rings with everybody',
    { params: ById, reply: Chat },
  ),
  pick: endpoint(
    'POST',
    '/api/chats/:id/pick',
    'chats.answer',
    'Pick a chat that waits in a queue whose chats are offered to nobody',
    { params: ById, reply: Chat },
  ),
  close: endpoint('POST', '/api/chats/:id/close', 'chats.answer', 'End a chat that I hold', {
    params: ById,
    reply: Strict({}),
  }),
  park: endpoint(
    'POST',
    '/api/chats/:id/park',
    'chats.answer',
    'Set aside a deferred chat that I hold; `visitor_wrote` when something in it was not seen yet',
    { params: ById, body: ParkChat, reply: Chat },
  ),
  takeBack: endpoint(
    'POST',
    '/api/chats/:id/take-back',
    'chats.answer',
    'Take back a chat that is parked for me',
    { params: ById, reply: Chat },
  ),
  setLimit: endpoint(
    'PATCH',
    '/api/operators/:id/limit',
    'limits.manage',
    'Set how many chats of a kind an operator may hold',
    {
      params: ById,
      body: SetLimit,
      reply: LimitSet,
    },
  ),
  skills: endpoint('GET', '/api/queues/:id/skills', 'setup.manage', 'What a queue asks for', {
    params: ById,
    reply: QueueSkills,
  }),
  setSkills: endpoint(
    'PUT',
    '/api/queues/:id/skills',
    'setup.manage',
    'Say which skills a queue asks for',
    { params: ById, body: SetQueueSkills, reply: QueueSkills },
  ),
}
