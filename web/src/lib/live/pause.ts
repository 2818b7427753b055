// How long to wait before connecting again: full jitter under a growing ceiling, so that thousands
// of pages that lost a server at the same moment do not come back at the same moment.

const FIRST_MS = 1_000
const MOST_MS = 30_000

/** Milliseconds before the attempt (from 0); `random` gives 0 up to 1. */
export function pauseBefore(attempt: number, random: () => number): number {
  return random() * Math.min(MOST_MS, FIRST_MS * 2 ** attempt)
}
