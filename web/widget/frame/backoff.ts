// When to connect again: random over the whole span, so that thousands of widgets that lost one
// server at the same moment do not come back in the same moment.
const FIRST_MS = 1000
const MOST_MS = 30_000

/** Milliseconds before the attempt that follows `failed` failed ones; `random` is in [0, 1). */
export function delayBefore(failed: number, random: number): number {
  const span = failed === 0 ? 2000 : Math.min(MOST_MS, FIRST_MS * 2 ** failed)
  return Math.floor(random * span)
}
