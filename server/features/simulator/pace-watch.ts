// What the product can see of how a queue moves, seen of a simulated one: by the same definitions as
// the query behind a visitor's expected wait (visits/queries.ts), kept up to date event by event.
import { LATELY, type Pace } from '../visits/forecast.ts'

/** Things in the order of their moments, of which the oldest are forgotten. */
class Recent<T extends { at: number }> {
  #all: T[] = []
  #gone = 0

  get count(): number {
    return this.#all.length - this.#gone
  }

  get oldest(): T | undefined {
    return this.#all[this.#gone]
  }

  add(one: T): void {
    this.#all.push(one)
  }

  /** Forgets the oldest, if it is older than the moment or there are more than so many. */
  forget(before: number, most: number): T | undefined {
    const { oldest } = this
    if (oldest === undefined || (oldest.at > before && this.count <= most)) return undefined
    this.#gone += 1
    if (this.#gone > 4096) {
      this.#all = this.#all.slice(this.#gone)
      this.#gone = 0
    }
    return oldest
  }

  /** How many came after the moment. */
  after(moment: number): number {
    let [from, to] = [this.#gone, this.#all.length]
    while (from < to) {
      const middle = (from + to) >> 1
      if ((this.#all[middle]?.at ?? Number.POSITIVE_INFINITY) > moment) to = middle
      else from = middle + 1
    }
    return this.#all.length - from
  }
}

/** A chat that is over: how long it waited and, where it was answered, how long it was held. */
interface Closed {
  at: number
  waited: number
  held: number | undefined
}

export class PaceWatch {
  readonly #closed = new Recent<Closed>()
  readonly #taken = new Recent<{ at: number }>()
  #ended = 0
  #heldSeconds = 0
  #waitsOfClosed = 0
  #waitsOfHeld = 0
  #waiting = 0
  #cameAltogether = 0

  came(at: number): void {
    this.#waiting += 1
    this.#cameAltogether += at
  }

  taken(at: number, cameAt: number): void {
    this.#left(cameAt)
    this.#waitsOfHeld += at - cameAt
    this.#taken.add({ at })
  }

  gaveUp(at: number, cameAt: number): void {
    this.#left(cameAt)
    this.#close({ at, waited: at - cameAt, held: undefined })
  }

  ended(at: number, takenAt: number, cameAt: number): void {
    this.#waitsOfHeld -= takenAt - cameAt
    this.#close({ at, waited: takenAt - cameAt, held: at - takenAt })
  }

  /** How the queue moves now; `oldest` is when the first in line came. */
  pace(
    now: number,
    oldest: number | undefined,
    floor: Pick<Pace, 'online' | 'slots' | 'free' | 'offerSeconds'>,
  ): Pace {
    this.#forget(now)
    const backlogSeconds = oldest === undefined ? 0 : Math.min(this.#covered(now), now - oldest)
    const waits = this.#waiting * now - this.#cameAltogether
    return {
      ...floor,
      ended: this.#ended,
      heldSeconds: this.#heldSeconds,
      backlogSeconds,
      taken: this.#taken.after(now - backlogSeconds),
      abandoned: this.#closed.count - this.#ended,
      waitedSeconds: this.#waitsOfClosed + this.#waitsOfHeld + waits,
    }
  }

  /** How far back every chat that was taken is still known. */
  #covered(now: number): number {
    const { count, oldest } = this.#closed
    return count < LATELY.chats || oldest === undefined ? LATELY.seconds : now - oldest.at
  }

  #left(cameAt: number): void {
    this.#waiting -= 1
    this.#cameAltogether -= cameAt
  }

  #close(chat: Closed): void {
    this.#closed.add(chat)
    this.#count(chat, 1)
    this.#forget(chat.at)
  }

  #forget(now: number): void {
    const forget = () => this.#closed.forget(now - LATELY.seconds, LATELY.chats)
    for (let old = forget(); old; old = forget()) this.#count(old, -1)
    while (this.#taken.forget(now - LATELY.seconds, Number.POSITIVE_INFINITY));
  }

  #count({ waited, held }: Closed, by: 1 | -1): void {
    this.#waitsOfClosed += by * waited
    if (held === undefined) return
    this.#ended += by
    this.#heldSeconds += by * held
  }
}
