// The laws of routing, counted where they are broken: the oracle of the tests and of the storm.
import { readFile } from 'node:fs/promises'
import { type Kysely, sql } from 'kysely'
import type { DB } from '../../platform/schema.ts'

/** How often each law is broken (laws.sql says what each means). */
export interface BrokenLaws {
  drifted: number
  overLimit: number
  raisedOverLimit: number
  doubled: number
  lost: number
  /** Only meaningful once nothing is under way. */
  unmatched: number
  gaps: number
  untold: number
  misjudged: number
  unfinished: number
}

/** Reads the whole log, which may take a while: for tests and storms, not for a busy floor. */
export async function brokenLaws(db: Kysely<DB>): Promise<BrokenLaws> {
  const question = await readFile(new URL('laws.sql', import.meta.url), 'utf8')
  const { rows } = await db.transaction().execute(async (tx) => {
    await sql`set local statement_timeout = '120s'`.execute(tx)
    return sql.raw<BrokenLaws>(question).execute(tx)
  })
  const broken = rows.at(0)
  if (broken === undefined) throw new Error('the laws answered nothing')
  return broken
}

export const NONE_BROKEN: BrokenLaws = {
  drifted: 0,
  overLimit: 0,
  raisedOverLimit: 0,
  doubled: 0,
  lost: 0,
  unmatched: 0,
  gaps: 0,
  untold: 0,
  misjudged: 0,
  unfinished: 0,
}
