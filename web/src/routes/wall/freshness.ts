// Whether what is shown is true now. A wall must never look live when it is not. Pure.
import type { Connection } from '#lib/live/live.svelte.ts'

export type Freshness =
  | { kind: 'opening' }
  | { kind: 'live' }
  /** The connection is gone, or nothing comes through it: a moment of patience. */
  | { kind: 'late' }
  /** What is shown was true at `asOf`, epoch milliseconds. */
  | { kind: 'stale'; asOf: number }

/** Without a connection, what is shown counts as true for so long. */
const PATIENCE_MS = 5_000
/** The server says something at least every 10 seconds, even when nothing happens. */
const SILENCE_MS = 10_000

interface Heard {
  connection: Connection
  isLoaded: boolean
  /** When the connection was lost, epoch milliseconds. */
  lostAt: number | undefined
  /** When anything came last, epoch milliseconds. */
  heardAt: number
  now: number
}

export function freshnessOf({ connection, isLoaded, lostAt, heardAt, now }: Heard): Freshness {
  if (!isLoaded) return { kind: 'opening' }
  const silence = now - heardAt
  const isLost = connection !== 'live'
  // A timer of the server's may be a little late: that alone is no reason to doubt.
  if (!isLost && silence <= SILENCE_MS + 1_000) return { kind: 'live' }
  const isStale =
    silence >= SILENCE_MS + PATIENCE_MS || (isLost && now - (lostAt ?? heardAt) >= PATIENCE_MS)
  return isStale ? { kind: 'stale', asOf: heardAt } : { kind: 'late' }
}
