// How often something may be done within a time: counted in the database, so that it holds for all
// servers together and over a restart.
import { sql } from 'kysely'
import type { Db } from './database.ts'
import { Refusal } from './refuse.ts'

export interface Quota {
  most: number
  seconds: number
}

/** The quota for a place where so many times the usual number is to be expected. */
export function times(factor: number, { most, seconds }: Quota): Quota {
  return { most: most * factor, seconds }
}

/**
 * Counts one more use of the key, or several at once. Refuses with `too_many` (with retryAfter, in seconds) when the
 * quota is used up. Within a transaction that is rolled back, nothing has been counted.
 */
export async function spend(
  db: Db,
  key: string,
  { most, seconds }: Quota,
  now: Date,
  uses = 1,
): Promise<void> {
  const since = new Date(now.getTime() - seconds * 1000).toISOString()
  const isOver = sql<boolean>`throttles.window_start <= ${since}`
  const { failures, windowStart } = await db
    .insertInto('throttles')
    .values({ key, failures: uses, windowStart: now.toISOString() })
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet((eb) => ({
        failures: sql<number>`case when ${isOver} then ${uses} else throttles.failures + ${uses} end`,
        windowStart: sql<string>`case when ${isOver} then ${eb.ref('excluded.windowStart')} else throttles.window_start end`,
      })),
    )
    .returning(['failures', 'windowStart'])
    .executeTakeFirstOrThrow()
  if (failures <= most) return
  const waitMs = Date.parse(windowStart) + seconds * 1000 - now.getTime()
  throw new Refusal('too_many', { retryAfter: Math.max(1, Math.ceil(waitMs / 1000)) })
}
