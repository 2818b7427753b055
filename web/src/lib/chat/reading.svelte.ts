// What has been seen: how far each chat was read, and whether somebody is looking at this page now.
import { createSubscriber, SvelteMap } from 'svelte/reactivity'
import { kept, keptAs } from '#lib/kept.ts'

/** Chats whose reading is remembered; more than anybody holds. */
const MOST_CHATS = 60

type Marks = [chatId: string, seq: number][]

function isMarks(value: unknown): value is Marks {
  return (
    Array.isArray(value) &&
    value.every(
      (mark) => Array.isArray(mark) && typeof mark[0] === 'string' && Number.isInteger(mark[1]),
    )
  )
}

class Reading {
  /** The chat on the screen. */
  chatId = $state<string>()
  readonly #marks = new SvelteMap<string, number>()
  #name = ''
  readonly #listen = createSubscriber((tell) => {
    const stop = new AbortController()
    for (const event of ['focus', 'blur']) addEventListener(event, tell, { signal: stop.signal })
    document.addEventListener('visibilitychange', tell, { signal: stop.signal })
    return () => stop.abort()
  })

  /** Whether this page is in front and has the focus; reactive. */
  get isHere(): boolean {
    this.#listen()
    return document.hasFocus() && !document.hidden
  }

  /** Takes up how far this user has read in this browser. */
  open(userId: string): void {
    const name = `read:${userId}`
    if (this.#name === name) return
    this.#name = name
    this.#marks.clear()
    for (const [chatId, seq] of keptAs(name, isMarks) ?? []) this.#marks.set(chatId, seq)
  }

  /** The last seq that was seen of a chat. */
  upTo(chatId: string): number {
    return this.#marks.get(chatId) ?? 0
  }

  mark(chatId: string, seq: number): void {
    if (seq <= this.upTo(chatId)) return
    this.#marks.delete(chatId)
    this.#marks.set(chatId, seq)
    kept.set(this.#name, JSON.stringify([...this.#marks].slice(-MOST_CHATS)))
  }
}

export const reading = new Reading()
