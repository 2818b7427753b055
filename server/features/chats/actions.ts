// Writing in a chat.
import type { Message, NewMessage } from '#contract/chats.ts'
import { scope } from '#contract/scopes.ts'
import { cleanMessage, messageProblem } from '#contract/text.ts'
import type { ActorCtx, Tx } from '../../platform/context.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import * as chats from './queries.ts'
import { MOST_MESSAGES, whyNotWrite } from './rules.ts'

/** Refuses with `not_found` whoever may not see the chat. */
export async function readMessages(ctx: ActorCtx, chatId: string): Promise<Message[]> {
  if (!(await chats.maySee(ctx.db, ctx.actor, chatId))) throw new Refusal('not_found')
  return chats.readAll(ctx.db, chatId)
}

/**
 * Writes in a chat that the actor holds; a retry answers the message that is there already.
 * Refuses with `invalid`, `not_found`, `chat_closed` or `too_many`.
 */
export async function writeMessage(
  ctx: ActorCtx,
  chatId: string,
  wanted: NewMessage,
): Promise<Message> {
  const { userId } = ctx.actor
  const sound = soundMessage(wanted)
  const message = await write(ctx, 'message.write', async (tx) => {
    const { db, organisationId } = tx
    const chat = found(await chats.lock(db, organisationId, chatId))
    return say(tx, chat, { author: 'operator', authorId: userId }, sound, async () => {
      const standing = await chats.findStanding(db, organisationId, chatId, userId)
      const no = whyNotWrite(found(standing))
      if (no !== null) throw new Refusal(no)
    })
  })
  ctx.bus.wake(scope.chat(chatId))
  return message
}

/** The message with its text as it is stored. Refuses with `invalid`. */
export function soundMessage({ clientId, body }: NewMessage): NewMessage {
  const problem = messageProblem(body)
  if (problem !== null) throw new Refusal('invalid', { field: 'body', message: problem })
  return { clientId, body: cleanMessage(body) }
}

/**
 * Puts the next message into a chat. What was sent already is answered as it stands, whatever has
 * become of the chat since; only a new message is `admit`ted, or refused. Refuses with `too_many`
 * when the chat is full.
 */
export async function say(
  tx: Tx,
  chat: chats.Locked,
  author: chats.Author,
  message: NewMessage,
  admit: () => Promise<void>,
): Promise<Message> {
  const { db, organisationId } = tx
  const sent = await chats.findSent(db, organisationId, chat.id, author, message.clientId)
  if (sent !== undefined) return chats.getMessage(db, chat.id, sent)
  await admit()
  if (chat.messageSeq >= MOST_MESSAGES) throw new Refusal('too_many')
  const seq = await chats.insertMessage(db, organisationId, chat.id, author, message)
  return chats.getMessage(db, chat.id, seq)
}
