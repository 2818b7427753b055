// The visitor's side: what the widget may ask and what it is told.
import { type Static, Type } from 'typebox'
import { MESSAGE_MAX, Message, NewMessage } from './chats.ts'
import { endpoint } from './endpoint.ts'
import { ById, Colour, Email, Id, Instant, Language, Name, orNull, Strict } from './shapes.ts'

/** The operator as a visitor may know them: never the real name when there is another. */
export const OperatorCard = Type.Object({
  name: Type.String(),
  description: orNull(Type.String()),
  /** A path below /files; null when it is not to be shown. */
  photo: orNull(Type.String()),
})
export type OperatorCard = Static<typeof OperatorCard>

/** A visitor's chat as the visitor sees it. `offered` is `waiting` to them. */
export const Visit = Type.Object({
  id: Id,
  state: Type.Union([Type.Literal('waiting'), Type.Literal('active'), Type.Literal('closed')]),
  /** The place in the queue, from 1; null when not waiting. */
  place: orNull(Type.Integer()),
  /** The expected wait as a range in seconds; null when nobody is online to answer. */
  wait: orNull(Type.Object({ fromSeconds: Type.Integer(), toSeconds: Type.Integer() })),
  anybodyOnline: Type.Boolean(),
  /** Waits for the opening; null: it is open, or the chat was there in time. */
  early: orNull(
    Type.Object({
      /** Null: not within a year. */
      opensAt: orNull(Instant),
      /** Is a message that was left: nobody is kept waiting. */
      isMessage: Type.Boolean(),
    }),
  ),
  operator: orNull(OperatorCard),
  /** Whoever answers is gone for now, and answers when they are back. */
  isKept: Type.Boolean(),
  /** Whoever answers has asked a colleague to take over, and is still here. */
  isHandedOn: Type.Boolean(),
  closedBecause: orNull(Type.String()),
})
export type Visit = Static<typeof Visit>

/** A site as the widget needs it before anything is said. */
export const Greeting = Type.Object({
  name: Type.String(),
  colour: Colour,
  language: Language,
  welcome: orNull(Type.String()),
  /** Whether somebody could answer now. */
  anybodyOnline: Type.Boolean(),
  /** Null: open, or served elsewhere meanwhile. */
  closed: orNull(
    Type.Object({
      /** Null: not within a year. */
      opensAt: orNull(Instant),
      /** What a visitor may do: leave a message with an address, or wait for the opening. */
      offers: Type.Union([Type.Literal('message'), Type.Literal('wait')]),
    }),
  ),
  /** When opening or closing changes that next; null: not within a year. */
  changesAt: orNull(Instant),
})
export type Greeting = Static<typeof Greeting>

export const NewVisitor = Strict({
  siteKey: Type.String({ pattern: '^[a-z0-9]{20}$' }),
  language: Type.Optional(Language),
})
export type NewVisitor = Static<typeof NewVisitor>

export const NewChat = Strict({
  id: Id,
  clientId: Id,
  name: Type.Optional(Name),
  email: Type.Optional(Email),
  body: Type.String({ minLength: 1, maxLength: MESSAGE_MAX }),
  pageUrl: Type.Optional(Type.String({ maxLength: 2048 })),
})
export type NewChat = Static<typeof NewChat>

export const visitors = {
  greet: endpoint('GET', '/api/visitor/sites/:key', 'nothing', 'How a site greets its visitors', {
    params: Strict({ key: Type.String({ pattern: '^[a-z0-9]{20}$' }) }),
    reply: Greeting,
  }),
  begin: endpoint('POST', '/api/visitor', 'nothing', 'Become a visitor of a site', {
    body: NewVisitor,
    reply: Type.Object({ token: Type.String(), expiresAt: Instant }),
  }),
  chats: endpoint(
    'GET',
    '/api/visitor/chats',
    'visitor',
    'My chats that are open or closed within a day',
    {
      reply: Type.Array(Visit),
    },
  ),
  ask: endpoint('POST', '/api/visitor/chats', 'visitor', 'Begin a chat', {
    body: NewChat,
    reply: Visit,
  }),
  messages: endpoint(
    'GET',
    '/api/visitor/chats/:id/messages',
    'visitor',
    'What was written in my chat',
    {
      params: ById,
      reply: Type.Array(Message),
    },
  ),
  write: endpoint('POST', '/api/visitor/chats/:id/messages', 'visitor', 'Write in my chat', {
    params: ById,
    body: NewMessage,
    reply: Message,
  }),
  leave: endpoint('POST', '/api/visitor/chats/:id/leave', 'visitor', 'End my chat', {
    params: ById,
    reply: Visit,
  }),
}
