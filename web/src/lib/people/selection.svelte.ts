// Which people are selected, and how a range grows: by clicks, by keys, all that are drawn, all that match.
import type { Line } from './line.ts'

type One = Pick<Line, 'id' | 'kind'>

export class Selection {
  #ids = $state.raw<ReadonlySet<string>>(new Set())
  /** Where a range begins. */
  #anchor: string | undefined

  get size(): number {
    return this.#ids.size
  }

  get ids(): readonly string[] {
    return [...this.#ids]
  }

  has(id: string): boolean {
    return this.#ids.has(id)
  }

  toggle(id: string): void {
    const ids = new Set(this.#ids)
    if (!ids.delete(id)) ids.add(id)
    this.#anchor = id
    this.#ids = ids
  }

  /** Everybody from where the last choice was made to here is selected as well. */
  reach(lines: readonly One[], id: string): void {
    const to = lines.findIndex((line) => line.id === id)
    const anchor = lines.findIndex((line) => line.id === this.#anchor)
    const from = anchor === -1 ? to : anchor
    const range = lines.slice(Math.min(from, to), Math.max(from, to) + 1)
    this.#anchor ??= id
    this.#ids = new Set([...this.#ids, ...range.map((line) => line.id)])
  }

  set(ids: Iterable<string>): void {
    this.#ids = new Set(ids)
  }

  clear(): void {
    this.#ids = new Set()
    this.#anchor = undefined
  }

  /** Whoever is not there any more cannot be selected. */
  keep(isThere: (id: string) => boolean): void {
    const left = [...this.#ids].filter(isThere)
    if (left.length < this.#ids.size) this.#ids = new Set(left)
  }
}
