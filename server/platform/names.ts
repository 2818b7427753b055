// Names that people give to things: sound, and not to be taken for another one beside it.
import { sql } from 'kysely'
import { NAME_MAX } from '#contract/shapes.ts'
import { cleanName, nameProblem, skeleton } from '#contract/text.ts'
import type { Tx } from './context.ts'
import { Refusal } from './refuse.ts'

/** The name as it is stored. Refuses with `invalid` what cannot be a name. */
export function soundName(given: string, field = 'name', max = NAME_MAX): string {
  const problem = nameProblem(given, max)
  if (problem !== null) throw new Refusal('invalid', { field, message: problem })
  return cleanName(given)
}

/**
 * The name as it is stored, free among its `neighbours` until the transaction ends. Refuses with
 * `invalid`, or with `name_taken` when a reader could take it for another one.
 */
export async function claimName(
  tx: Tx,
  accountId: string,
  given: string,
  neighbours: () => Promise<readonly { name: string }[]>,
): Promise<string> {
  const name = soundName(given)
  // An index knows equal names, not names that look equal; so those who name wait for each other.
  await sql`select pg_advisory_xact_lock(47, hashtext(${accountId}))`.execute(tx.db)
  const alike = skeleton(name)
  const isTaken = (await neighbours()).some((neighbour) => skeleton(neighbour.name) === alike)
  if (isTaken) throw new Refusal('name_taken', { field: 'name' })
  return name
}
