// What visitors are told of their wait: kept until they are answered, then counted by the day.
import { sql } from 'kysely'
import type { Estimates } from '#contract/estimates.ts'
import type { Db } from '../../platform/database.ts'

/** A range of seconds that a visitor has been shown now. */
export interface Told {
  organisationId: string
  chatId: string
  queueId: string
  from: number
  to: number
}

export async function keepTold(db: Db, told: readonly Told[]): Promise<void> {
  if (told.length === 0) return
  await sql`select keep_told(${JSON.stringify(told)}::jsonb)`.execute(db)
}

const MOST = 500

/** Counts whoever has been answered since; any server may, and several at once do no harm. */
export async function count(db: Db): Promise<void> {
  for (;;) {
    const { rows } = await sql<{ counted: number }>`
      select count_estimates(${MOST}) as counted`.execute(db)
    if ((rows[0]?.counted ?? 0) < MOST) return
  }
}

/** Today, of the queues of the accounts; none of a queue where nobody was told anything. */
export async function listToday(
  db: Db,
  organisationId: string,
  accountIds: readonly string[],
): Promise<Estimates[]> {
  const { rows } = await sql<Estimates>`
    select d.queue_id, d.told, d.within_first as within, d.within_last
      from estimate_days d
      join queues q on q.organisation_id = d.organisation_id and q.id = d.queue_id
     where d.organisation_id = ${organisationId} and q.account_id = any (${accountIds}::uuid[])
       and d.day = day_of(${organisationId}, clock_timestamp())
     order by d.queue_id`.execute(db)
  return rows
}
