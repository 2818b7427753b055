// Which rows of tiles are drawn: those in sight and a few around them. Tiles are of one height, so that
// a group has its full height whatever is drawn of it.
import type { Attachment } from 'svelte/attachments'

/** Rows of tiles, from the first that is drawn to the first after it that is not. */
export interface Rows {
  from: number
  to: number
}

interface Followed {
  rows: () => number
  tell: (rows: Rows) => void
}

/** Rows around those in sight, so that scrolling finds them drawn already. */
const AROUND = 3

export class Sight {
  /** In how many columns the tiles stand. */
  columns = $state(1)
  readonly #followed = new Map<HTMLElement, Followed>()
  #scroller: HTMLElement | undefined
  #isPlanned = false
  /** None until those in sight are painted. */
  #around = 0

  /** The surroundings of all groups: looks again whenever they are scrolled or change their size. */
  readonly watch: Attachment<HTMLElement> = (floor) => {
    this.#scroller = floor.closest('main') ?? document.documentElement
    const look = () => this.#look()
    const sizes = new ResizeObserver(look)
    sizes.observe(this.#scroller)
    sizes.observe(floor)
    const stop = new AbortController()
    this.#scroller.addEventListener('scroll', look, { passive: true, signal: stop.signal })
    const painted = requestAnimationFrame(() =>
      setTimeout(() => {
        this.#around = AROUND
        this.plan()
      }),
    )
    return () => {
      cancelAnimationFrame(painted)
      sizes.disconnect()
      stop.abort()
    }
  }

  /** A group's tiles, of so many rows: `tell` hears which of them to draw. */
  follow(rows: () => number, tell: (rows: Rows) => void): Attachment<HTMLElement> {
    return (list) => {
      this.#followed.set(list, { rows, tell })
      this.plan()
      return () => this.#followed.delete(list)
    }
  }

  /** Looks again before the next picture. */
  plan(): void {
    if (this.#isPlanned) return
    this.#isPlanned = true
    queueMicrotask(() => {
      this.#isPlanned = false
      this.#look()
    })
  }

  #look(): void {
    if (!this.#scroller) return
    const seen = this.#scroller.getBoundingClientRect()
    for (const [list, { rows, tell }] of this.#followed)
      tell(rowsIn(list.getBoundingClientRect(), seen, rows(), this.#around))
    const [first] = this.#followed.keys()
    if (first) this.columns = columnsOf(first)
  }
}

function columnsOf(list: HTMLElement): number {
  return Math.max(1, getComputedStyle(list).gridTemplateColumns.split(' ').length)
}

type Band = Pick<DOMRect, 'top' | 'bottom' | 'height'>

/** Of a list of so many rows, those that lie within what is seen, and so many around them. */
export function rowsIn(list: Band, seen: Band, rows: number, around: number): Rows {
  const height = list.height / rows
  if (!(height > 0)) return { from: 0, to: 0 }
  const from = Math.floor((seen.top - list.top) / height) - around
  const to = Math.ceil((seen.bottom - list.top) / height) + around
  if (to <= 0 || from >= rows) return { from: 0, to: 0 }
  return { from: Math.max(0, from), to: Math.min(rows, to) }
}
