// When a mail that could not be delivered is tried again, and when that is given up.

const FIRST_PAUSE_SECONDS = 10
const LONGEST_PAUSE_SECONDS = 3_600
const GIVE_UP_HOURS = 24

/**
 * Seconds until the next try after so many failed ones: twice as long each time, an hour at most,
 * and up to a fifth more or less, so that what failed together does not come back together.
 * `random` is from 0 below 1.
 */
export function pauseSeconds(tries: number, random: number): number {
  const pause = Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** Math.max(0, tries - 1))
  return Math.round(pause * (0.8 + 0.4 * random))
}

/** Whether a mail has been tried for long enough. */
export function isGivenUp(createdAt: string, now: Date): boolean {
  return now.getTime() - Date.parse(createdAt) >= GIVE_UP_HOURS * 3_600_000
}
