// When a message that could not be handed over is tried again, and when it is not worth sending any
// more: nobody wants yesterday's code.

const FIRST_PAUSE_SECONDS = 5
const LONGEST_PAUSE_SECONDS = 120
const GIVE_UP_MINUTES = 30

/** The instant of the next try after so many failed ones; undefined: it is given up. */
export function nextTryAt(
  { createdAt, tries }: { createdAt: string; tries: number },
  now: Date,
): string | undefined {
  if (now.getTime() - Date.parse(createdAt) >= GIVE_UP_MINUTES * 60_000) return undefined
  const pause = Math.min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** tries)
  return new Date(now.getTime() + pause * 1000).toISOString()
}
