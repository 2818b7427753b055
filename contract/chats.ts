// What is written in a chat.
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { ById, Id, Instant, orNull, Strict } from './shapes.ts'

/** The most characters of one message. */
export const MESSAGE_MAX = 4000

export const Message = Type.Object({
  /** `<chat>:<seq>` */
  id: Type.String(),
  chatId: Id,
  seq: Type.Integer(),
  /** Made by the writer, so that a retry is the same message and a page knows its own. */
  clientId: Id,
  author: Type.Union([Type.Literal('visitor'), Type.Literal('operator'), Type.Literal('system')]),
  /** The operator's user id; never the visitor's. */
  authorId: orNull(Id),
  /** What the visitor may see of the author's name; null for a visitor who gave none. */
  authorName: orNull(Type.String()),
  body: Type.String(),
  at: Instant,
})
export type Message = Static<typeof Message>

export const NewMessage = Strict({
  clientId: Id,
  body: Type.String({ minLength: 1, maxLength: MESSAGE_MAX }),
})
export type NewMessage = Static<typeof NewMessage>

export const chats = {
  messages: endpoint(
    'GET',
    '/api/chats/:id/messages',
    'chats.answer',
    'What was written in a chat',
    { params: ById, reply: Type.Array(Message) },
  ),
  write: endpoint(
    'POST',
    '/api/chats/:id/messages',
    'chats.answer',
    'Write in a chat that I hold',
    {
      params: ById,
      body: NewMessage,
      reply: Message,
    },
  ),
}
