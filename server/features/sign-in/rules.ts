// How long a session lasts, and how failed tries slow down the next ones.

/** A session ends after so long in any case; an account may say sooner, and after how long idle. */
export const SESSION_HOURS = 12
/** Activity within so long counts as at the same time. */
export const SAME_TIME_MINUTES = 5
export const DEVICE_DAYS = 90
/** Failures of one user that cost nothing; each further one doubles the wait. */
export const FREE_FAILURES = 5
export const MOST_WAIT_SECONDS = 60
/** Failures from one address within WINDOW_MINUTES after which it has to wait. */
export const ADDRESS_FAILURES = 60
export const WINDOW_MINUTES = 10

interface Password {
  passwordState: 'none' | 'chosen' | 'temporary'
  passwordExpiresAt: string | null
  passwordUsedAt: string | null
  passwordChangedAt: string | null
  mustChangePassword: boolean
}

/** Whether the password lets in: until it runs out, and a temporary one only once. */
export function letsIn(password: Password, now: Date): boolean {
  const { passwordState, passwordUsedAt, passwordExpiresAt } = password
  if (passwordExpiresAt !== null && Date.parse(passwordExpiresAt) <= now.getTime()) return false
  return passwordState !== 'temporary' || passwordUsedAt === null
}

/** Whether the first thing to do with the password is to change it. `expiryDays` 0: it never grows old. */
export function isForChanging(password: Password, expiryDays: number, now: Date): boolean {
  if (password.mustChangePassword || password.passwordState === 'temporary') return true
  const { passwordChangedAt } = password
  if (expiryDays === 0 || passwordChangedAt === null) return false
  return Date.parse(passwordChangedAt) <= now.getTime() - expiryDays * 86_400_000
}

export interface Throttle {
  failures: number
  windowStart: string
  blockedUntil: string | null
}

/** Seconds to wait before the next try; 0: none. */
export function waitSeconds(throttle: Throttle | undefined, now: Date): number {
  if (throttle?.blockedUntil == null) return 0
  return Math.max(0, Math.ceil((Date.parse(throttle.blockedUntil) - now.getTime()) / 1000))
}

/** The throttle of a user after one more failure: 1, 2, 4 ... seconds from the fifth on. */
export function afterUserFailure(throttle: Throttle | undefined, now: Date): Throttle {
  const failures = (throttle?.failures ?? 0) + 1
  const seconds =
    failures < FREE_FAILURES ? 0 : Math.min(MOST_WAIT_SECONDS, 2 ** (failures - FREE_FAILURES))
  return {
    failures,
    windowStart: throttle?.windowStart ?? now.toISOString(),
    blockedUntil: seconds === 0 ? null : addSeconds(now, seconds),
  }
}

/** The throttle of an address after one more failure: a bound within a window. */
export function afterAddressFailure(throttle: Throttle | undefined, now: Date): Throttle {
  const started =
    throttle && Date.parse(throttle.windowStart) > now.getTime() - WINDOW_MINUTES * 60_000
  const failures = started ? throttle.failures + 1 : 1
  const windowStart = started ? throttle.windowStart : now.toISOString()
  const isBlocked = failures >= ADDRESS_FAILURES
  return {
    failures,
    windowStart,
    blockedUntil: isBlocked ? addSeconds(new Date(windowStart), WINDOW_MINUTES * 60) : null,
  }
}

export function addSeconds(now: Date, seconds: number): string {
  return new Date(now.getTime() + seconds * 1000).toISOString()
}
