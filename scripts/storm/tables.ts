// What a long storm reads of the tables on its way, while the database may be crashing and recovering.
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import pg from 'pg'
import { type Db, isWorthRetrying } from '../../server/platform/database.ts'

/** A database that crashed has recovered by then, however busy the machine is. */
const RECOVERED_WITHIN_MS = 120_000
const ASKED_AGAIN_MS = 300

/** Asks until the database answers, through a crash of it; throws what it said last when it does not
 * recover, and at once whatever another try would not mend. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const until = performance.now() + RECOVERED_WITHIN_MS
  for (;;) {
    try {
      return await work()
    } catch (error) {
      const isPassing = isWorthRetrying(error) || isOverloaded(error)
      if (!isPassing || performance.now() > until) throw error
      await pause(ASKED_AGAIN_MS)
    }
  }
}

/** Out of something, or stopped after too long: in a storm that may be. */
function isOverloaded(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^5[37]/.test(error.code ?? '')
}

/** How many chats have not ended. */
export const openChats = (db: Db): Promise<number> =>
  patiently(async () => {
    const { rows } = await sql<{ open: number }>`
      select count(*)::int as open from routed_chats where state <> 'closed'`.execute(db)
    return rows[0]?.open ?? 0
  })

/** Whether a chat has ended: a page would have been told. */
export const hasEnded = (db: Db, chatId: string): Promise<boolean> =>
  patiently(async () => {
    const { rows } = await sql<{ ended: boolean }>`
      select closed_at is not null as ended from chats where id = ${chatId}`.execute(db)
    return rows[0]?.ended ?? false
  })

/** Which chats have not ended, and what they wait for: for whoever asks why a storm is stuck. */
export const tellOpen = (db: Db, most: number): Promise<string[]> =>
  patiently(async () => {
    const { rows } = await sql<{ said: string }>`
      select format('%s chat %s: %s, held by %s (assignment %s), parked for %s (%s, owed: %s), held for %s',
               r.kind, r.chat_id, r.state, r.operator_id, r.assignment_id, r.parked_for,
               r.parked_because, r.parked_owes, r.held_for) as said
        from routed_chats r where r.state <> 'closed' order by r.due_at limit ${most}`.execute(db)
    return rows.map(({ said }) => said)
  })

/** Counts the changes of chats' states, each of which is one event of the log; reads only what has
 * come since it was asked last. */
export function transitionsOf(db: Db, organisationId: string): () => Promise<number> {
  let count = 0
  let upTo = 0
  return () =>
    patiently(async () => {
      const { rows } = await sql<{ more: number; last: number | null }>`
        select count(*) filter (where kind = 'chat')::int as more, max(seq) as last from event_log
         where organisation_id = ${organisationId} and seq > ${upTo}`.execute(db)
      const [seen] = rows
      count += seen?.more ?? 0
      upTo = seen?.last ?? upTo
      return count
    })
}
