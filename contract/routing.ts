// Chats as routing moves them: waiting, offered, active, closed; and what operators may do about it.
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { ById, ChatKind, Id, Instant, Limit, orNull, Strict } from './shapes.ts'

export const ChatState = Type.Union([
  Type.Literal('waiting'),
  Type.Literal('offered'),
  Type.Literal('active'),
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
  offer: orNull(Offer),
  acceptedAt: orNull(Instant),
})
export type Chat = Static<typeof Chat>

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
  close: endpoint('POST', '/api/chats/:id/close', 'chats.answer', 'End a chat that I hold', {
    params: ById,
    reply: Strict({}),
  }),
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
}
