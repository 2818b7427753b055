// What is kept for a while and then forgotten: sessions, links, failed tries, browsers.
import type { Ctx } from '../../platform/context.ts'
import * as sessions from '../sign-in/session-queries.ts'
import { forgetResets } from './queries.ts'

const DAY_MS = 86_400_000
/** At a time: no statement holds the tables for long. */
const PART = 5_000

/** Forgets all that was over a day ago; answers how much. */
export async function forgetOldTraces({ db, now }: Pick<Ctx, 'db' | 'now'>): Promise<number> {
  const at = now().toISOString()
  const dayAgo = new Date(now().getTime() - DAY_MS).toISOString()
  const works = [
    () => sessions.forgetSessions(db, dayAgo, PART),
    () => sessions.forgetDevices(db, at, PART),
    () => sessions.forgetTries(db, dayAgo, at, PART),
    () => forgetResets(db, dayAgo, PART),
  ]
  let count = 0
  for (const work of works) for (let part = PART; part === PART; count += part) part = await work()
  return count
}
