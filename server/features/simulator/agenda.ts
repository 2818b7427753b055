// What is to happen, the earliest first: a binary heap.

export interface Planned<T> {
  /** Seconds since the beginning. */
  at: number
  what: T
}

export class Agenda<T> {
  readonly #heap: Planned<T>[] = []

  get size(): number {
    return this.#heap.length
  }

  plan(at: number, what: T): void {
    const heap = this.#heap
    const one = { at, what }
    let place = heap.length
    heap.push(one)
    for (;;) {
      const above = (place - 1) >> 1
      const other = heap[above]
      if (place === 0 || other === undefined || other.at <= at) break
      heap[place] = other
      place = above
    }
    heap[place] = one
  }

  /** When the earliest is to happen; undefined when nothing is planned. */
  get first(): number | undefined {
    return this.#heap[0]?.at
  }

  /** Takes out the earliest that is due by then; undefined when nothing is. */
  nextBy(at: number): Planned<T> | undefined {
    const { first } = this
    return first === undefined || first > at ? undefined : this.next()
  }

  /** Takes out the earliest; undefined when nothing is planned. */
  next(): Planned<T> | undefined {
    const heap = this.#heap
    const [first] = heap
    const last = heap.pop()
    if (heap.length > 0 && last !== undefined) this.#sink(last)
    return first
  }

  #sink(one: Planned<T>): void {
    const heap = this.#heap
    let place = 0
    for (;;) {
      const left = 2 * place + 1
      const right = heap[left + 1]
      let below = heap[left]
      if (below === undefined) break
      const isRight = right !== undefined && right.at < below.at
      if (isRight) below = right
      if (below.at >= one.at) break
      heap[place] = below
      place = isRight ? left + 1 : left
    }
    heap[place] = one
  }
}
