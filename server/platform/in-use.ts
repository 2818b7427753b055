// Taking away a thing that others may point at.
import type { Use } from '#contract/changes.ts'
import { Refusal } from './refuse.ts'

/** How many names of what stands in the way are told. */
export const NAMES_MOST = 5

/** Refuses with `in_use`, and where, unless nothing points at it. */
export function refuseUse(uses: readonly Use[]): void {
  const standing = uses.filter(({ count }) => count > 0)
  if (standing.length > 0) throw new Refusal('in_use', { uses: standing })
}

/** What began to point at it after it was looked at: the database says no. */
export function refuseLateUse(error: unknown): never {
  if (error instanceof Error && 'code' in error && error.code === '23503')
    throw new Refusal('in_use')
  throw error
}

/** The uses of one kind, from their names. */
export function useOf(what: Use['what'], names: readonly string[]): Use {
  return { what, count: names.length, names: names.slice(0, NAMES_MOST) }
}

/** The uses of one kind, of which only the number may be told. */
export function countOf(what: Use['what'], count: number): Use {
  return { what, count, names: [] }
}
