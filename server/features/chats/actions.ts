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
  return chats.listMessages(ctx.db, [{ chatId, above: 0 }], MOST_MESSAGES)
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
    found(await chats.lock(db, organisationId, chatId))
    return say(tx, chatId, { author: 'operator', authorId: userId }, sound, async () => {
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
 * Puts the next message into a chat that the transaction has locked. What was sent already is
 * answered as it stands, whatever has become of the chat since; only a new message is asked about.
 */
export async function say(
  tx: Tx,
  chatId: string,
  author: chats.Author,
  message: NewMessage,
  refuse: () => Promise<void>,
): Promise<Message> {
  const { db, organisationId } = tx
  const sent = await chats.findSent(db, organisationId, chatId, author, message.clientId)
  if (sent !== undefined) return chats.getMessage(db, chatId, sent)
  await refuse()
  const seq = await chats.insertMessage(db, organisationId, chatId, author, message)
  return chats.getMessage(db, chatId, seq)
}
