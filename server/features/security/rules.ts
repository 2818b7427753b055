// How long sessions last where several accounts say so, and when a password is too old.
import type { SessionLimits, SessionLimitsAt } from '#contract/security.ts'

/** What holds where no account says less. */
export const USUAL = { idleMinutes: 60, hours: 12 }

/** The shortest of all that is said. */
export function strictest(said: readonly SessionLimits[]): SessionLimitsAt['most'] {
  return {
    idleMinutes: Math.min(...said.map(({ idleMinutes }) => idleMinutes ?? USUAL.idleMinutes)),
    hours: Math.min(...said.map(({ hours }) => hours ?? USUAL.hours)),
  }
}

/** A password chosen then or before is too old now; null: none ever is. */
export function oldestAt(expiryDays: number, now: Date): string | null {
  if (expiryDays === 0) return null
  return new Date(now.getTime() - expiryDays * 86_400_000).toISOString()
}
