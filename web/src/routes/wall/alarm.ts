// When a queue is called near or over its target: raised late and cleared later, so that a card
// whose figure dances around the target does not flap. Pure: the time is an argument.

const RAISE_MS = 15_000
const CLEAR_MS = 30_000
/** From this share of the target on, a wait is near it. */
const NEAR = 0.75

export type Level = 'calm' | 'near' | 'over'

/** One threshold; `since`: since when it has been on the other side. Epoch milliseconds. */
interface Latch {
  isRaised: boolean
  since: number | undefined
}

export interface Alarm {
  near: Latch
  over: Latch
}

const calm: Latch = { isRaised: false, since: undefined }
export const CALM: Alarm = { near: calm, over: calm }

/**
 * The alarm a moment later. `oldestMs`: since when the longest wait has lasted, undefined when
 * nobody waits.
 */
export function nextAlarm(
  alarm: Alarm,
  oldestMs: number | undefined,
  targetMs: number,
  now: number,
): Alarm {
  // The next wait must grow to the target anew: here nothing can flap.
  if (oldestMs === undefined) return CALM
  // However short the target is, the warning comes before it.
  const early = Math.min(RAISE_MS, (1 - NEAR) * targetMs)
  return {
    near: nextLatch(alarm.near, crossedAt(oldestMs, targetMs * NEAR, now), early, now),
    over: nextLatch(alarm.over, crossedAt(oldestMs, targetMs, now), RAISE_MS, now),
  }
}

export function levelOf({ near, over }: Alarm): Level {
  if (over.isRaised) return 'over'
  return near.isRaised ? 'near' : 'calm'
}

function crossedAt(oldestMs: number, afterMs: number, now: number): number | undefined {
  const at = oldestMs + afterMs
  return at <= now ? at : undefined
}

function nextLatch(latch: Latch, crossed: number | undefined, raiseMs: number, now: number): Latch {
  if (latch.isRaised === (crossed !== undefined))
    return latch.since === undefined ? latch : { ...latch, since: undefined }
  const since = Math.min(latch.since ?? now, crossed ?? now)
  const afterMs = latch.isRaised ? CLEAR_MS : raiseMs
  if (now - since >= afterMs) return { isRaised: !latch.isRaised, since: undefined }
  return since === latch.since ? latch : { ...latch, since }
}
