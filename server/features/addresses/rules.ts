// Which lists of addresses can be kept.
import type { AddressRange } from '#contract/addresses.ts'

/** An entry as it was read: the one way to write its range, or why it is none. */
export interface Entry {
  range: string | undefined
  problem: string | null
  note: string | null
}

export interface Fault {
  code: 'invalid' | 'too_wide'
  /** Its place in the list. */
  at: number
  problem: string
}

/**
 * The first entry that cannot be kept, and why; null when all can. What is no range comes first, for
 * it cannot be meant.
 */
export function faultOf(entries: readonly Entry[], isWideMeant: boolean): Fault | null {
  const at = entries.findIndex(({ range }) => range === undefined)
  if (at >= 0) return { code: 'invalid', at, problem: entries[at]?.problem ?? '' }
  const wide = entries.findIndex(({ problem }) => problem !== null)
  return wide < 0 || isWideMeant
    ? null
    : { code: 'too_wide', at: wide, problem: entries[wide]?.problem ?? '' }
}

/** The ranges, each once, with the first note that was written to it; in the order of their text. */
export function merged(entries: readonly Entry[]): AddressRange[] {
  const notes = new Map<string, string | null>()
  for (const { range, note } of entries)
    if (range !== undefined) notes.set(range, notes.get(range) ?? note)
  return inOrder([...notes].map(([range, note]) => ({ range, note })))
}

/** The same list in the same order, however it was kept. */
export function inOrder(ranges: readonly AddressRange[]): AddressRange[] {
  return ranges
    .map(({ range, note }) => ({ range, note }))
    .toSorted((a, b) => (a.range < b.range ? -1 : 1))
}
