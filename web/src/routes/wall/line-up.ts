// The chats on the Wall, counted by queue, kept true by what changes. No runes: see wall.svelte.ts.
import type { Chat } from '#contract/routing.ts'
import { isParked, isWaiting } from './floor.ts'

interface Row {
  /** Since when each waits, by chat. */
  waiting: Map<string, string>
  active: number
  parked: number
  early: number
  oldest: string | undefined
}

/** What waits, is answered and is set aside, in a queue or in all of them. */
export interface Standing {
  waiting: number
  oldest: string | undefined
  active: number
  parked: number
  early: number
}

const NOTHING: Standing = { waiting: 0, oldest: undefined, active: 0, parked: 0, early: 0 }

export class LineUp {
  readonly #chats = new Map<string, Chat>()
  readonly #rows = new Map<string, Row>()

  all(): Chat[] {
    return [...this.#chats.values()]
  }

  /** Takes in how chats are now; undefined: they are gone. */
  take(changes: ReadonlyMap<string, Chat | undefined>): void {
    const touched = new Set<Row>()
    for (const [id, chat] of changes) {
      const before = this.#chats.get(id)
      if (before) touched.add(this.#count(before, -1))
      if (chat) touched.add(this.#count(chat, 1))
      if (chat) this.#chats.set(id, chat)
      else this.#chats.delete(id)
    }
    for (const row of touched) row.oldest = oldestOf(row.waiting.values())
  }

  of(queueId: string): Standing {
    const row = this.#rows.get(queueId)
    return row ? { ...row, waiting: row.waiting.size } : NOTHING
  }

  /** All queues together, but for these. */
  total(without: ReadonlySet<string>): Standing {
    const all = { ...NOTHING }
    for (const [queueId, row] of this.#rows) {
      if (without.has(queueId)) continue
      all.waiting += row.waiting.size
      all.active += row.active
      all.parked += row.parked
      all.early += row.early
      all.oldest = oldestOf([all.oldest, row.oldest])
    }
    return all
  }

  #count(chat: Chat, by: 1 | -1): Row {
    const row = this.#rows.get(chat.queueId) ?? {
      ...{ waiting: new Map(), active: 0, parked: 0, early: 0, oldest: undefined },
    }
    this.#rows.set(chat.queueId, row)
    if (isParked(chat)) row.parked += by
    if (chat.state === 'active') row.active += by
    if (chat.state === 'early') row.early += by
    if (!isWaiting(chat)) return row
    if (by === 1) row.waiting.set(chat.id, chat.enqueuedAt)
    else row.waiting.delete(chat.id)
    return row
  }
}

/** The earliest of these instants. */
function oldestOf(instants: Iterable<string | undefined>): string | undefined {
  let oldest: string | undefined
  for (const at of instants)
    if (at !== undefined && (oldest === undefined || at < oldest)) oldest = at
  return oldest
}
