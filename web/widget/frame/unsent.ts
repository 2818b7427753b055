// Unsent messages over a reload: each under its own name, so that two windows of one site never
// write over each other's.
import type { Kept } from './kept.ts'
import type { Unsent } from './outbox.ts'

const PREFIX = 'unsent:'

/** The unsent messages of a chat, oldest first; those of other chats are put away. */
export function keptUnsent(kept: Kept, chatId: string): Unsent[] {
  const found: Unsent[] = []
  for (const name of kept.names(PREFIX)) {
    const [chat, at, ...body] = (kept.get(name) ?? '').split(' ')
    if (chat !== chatId || !at) kept.set(name, undefined)
    else {
      const clientId = name.slice(PREFIX.length)
      found.push({ clientId, at, body: body.join(' '), state: 'queued', tries: 0 })
    }
  }
  return found.sort((a, b) => a.at.localeCompare(b.at))
}

/** Keeps what is unsent now, and nothing more of what was before. */
export function keepUnsent(
  kept: Kept,
  chatId: string,
  before: readonly Unsent[],
  unsent: readonly Unsent[],
): void {
  for (const { clientId } of before) {
    if (!unsent.some((message) => message.clientId === clientId))
      kept.set(PREFIX + clientId, undefined)
  }
  for (const { clientId, at, body } of unsent)
    kept.set(PREFIX + clientId, `${chatId} ${at} ${body}`)
}
