// History: chats that have ended, what was written in them, and giving one to a queue again.
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { HandedOn } from './routing.ts'
import { ById, ChatKind, Id, Instant, orNull, Strict } from './shapes.ts'

/** So many chats come at once. */
export const HISTORY_PAGE = 50

/** Somebody of the team; the name is null once the person was erased. */
const Colleague = Type.Object({ id: Id, name: orNull(Type.String()) })
export type Colleague = Static<typeof Colleague>

const Place = Type.Object({ id: Id, name: Type.String() })

export const EndedChat = Type.Object({
  id: Id,
  accountId: Id,
  site: Place,
  /** The queue that it was in last. */
  queue: orNull(Place),
  kind: ChatKind,
  /** Of a test queue. */
  isTest: Type.Boolean(),
  visitorName: orNull(Type.String()),
  startedAt: Instant,
  endedAt: Instant,
  endedBecause: Type.Union([
    Type.Literal('operator'),
    Type.Literal('visitor'),
    Type.Literal('abandoned'),
    Type.Literal('supervisor'),
    Type.Literal('expired'),
  ]),
  /** Whoever held it, in order. */
  operators: Type.Array(Colleague),
  messages: Type.Integer(),
  /** The first that the visitor wrote. */
  opening: orNull(Type.String()),
})
export type EndedChat = Static<typeof EndedChat>

export const HistoryQuery = Strict({
  /** In the visitor's name, or words of what was written. */
  text: Type.Optional(Type.String({ maxLength: 200 })),
  siteId: Type.Optional(Id),
  queueId: Type.Optional(Id),
  operatorId: Type.Optional(Id),
  /** Ended at this moment or later. */
  from: Type.Optional(Instant),
  /** Ended before this moment. */
  until: Type.Optional(Instant),
  /** `next` of the page before. */
  after: Type.Optional(
    Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z~[0-9a-f-]{36}$' }),
  ),
})
export type HistoryQuery = Static<typeof HistoryQuery>

export const HistoryPage = Type.Object({
  chats: Type.Array(EndedChat),
  /** Where the next page begins; null when this is the last one. */
  next: orNull(Type.String()),
})
export type HistoryPage = Static<typeof HistoryPage>

/** What the list can be narrowed to. */
export const HistoryPlaces = Type.Object({
  sites: Type.Array(Place),
  queues: Type.Array(Place),
  operators: Type.Array(Colleague),
})
export type HistoryPlaces = Static<typeof HistoryPlaces>

export const ThreadMessage = Type.Object({
  seq: Type.Integer(),
  author: Type.Union([Type.Literal('visitor'), Type.Literal('operator'), Type.Literal('system')]),
  /** The operator's user id; null for a visitor. */
  authorId: orNull(Id),
  /** The team's name for an operator, null once erased; what a visitor called themselves. */
  authorName: orNull(Type.String()),
  body: Type.String(),
  at: Instant,
})
export type ThreadMessage = Static<typeof ThreadMessage>

export const Thread = Type.Object({
  chat: EndedChat,
  messages: Type.Array(ThreadMessage),
  handovers: Type.Array(HandedOn),
  mayTransfer: Type.Boolean(),
  /** Where it may be given to; empty for whoever may not transfer. */
  queues: Type.Array(Place),
})
export type Thread = Static<typeof Thread>

export const TransferThread = Strict({
  queueId: Id,
  /** For the team; the visitor never sees it. */
  note: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
})
export type TransferThread = Static<typeof TransferThread>

export const history = {
  list: endpoint('GET', '/api/history', 'reports.correspondence', 'Chats that have ended', {
    query: HistoryQuery,
    reply: HistoryPage,
  }),
  places: endpoint(
    'GET',
    '/api/history/places',
    'reports.correspondence',
    'What the ended chats can be narrowed to',
    { reply: HistoryPlaces },
  ),
  read: endpoint('GET', '/api/history/:id', 'reports.correspondence', 'One chat that has ended', {
    params: ById,
    reply: Thread,
  }),
  transfer: endpoint(
    'POST',
    '/api/history/:id/transfer',
    'history.transfer',
    'Give an ended chat to a queue again',
    { params: ById, body: TransferThread, reply: Strict({}) },
  ),
}
