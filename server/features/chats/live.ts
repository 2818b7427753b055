// The stream of what is written in chats: scope `chat:<id>`, positions by the messages' own seq.
import type { FrameRow } from '#contract/frames.ts'
import { partsOf, scope } from '#contract/scopes.ts'
import type { Db } from '../../platform/database.ts'
import { frameRow } from '../../platform/live/projection.ts'
import type { Wanted } from '../../platform/live/stream.ts'
import * as chats from './queries.ts'

/** The most messages of a chat in one frame; what is left follows in the next ones. */
const MOST_IN_FRAME = 500

/** What is new in each chat's scope. Who may watch one was decided before it is asked for. */
export async function messagesOf(
  db: Db,
  wanted: readonly Wanted[],
): Promise<Map<string, FrameRow[]>> {
  const positions = wanted.map((one) => ({ chatId: partsOf(one.scope).id, above: one.above }))
  const rows = new Map<string, FrameRow[]>()
  for (const message of await chats.listMessages(db, positions, MOST_IN_FRAME)) {
    const of = scope.chat(message.chatId)
    const known = rows.get(of) ?? []
    known.push(frameRow('message', message.id, message.seq, message))
    rows.set(of, known)
  }
  return rows
}
