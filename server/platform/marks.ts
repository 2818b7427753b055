// Things that several people change at once, field by field: who set a field last, and whether the
// one who sets it now has seen that.
import { sql } from 'kysely'
import type { Mark } from '#contract/fields.ts'
import type { Tx } from './context.ts'
import type { Db } from './database.ts'
import { Refusal } from './refuse.ts'

export interface Changes<T> {
  set: T
  base: Record<string, number>
}

/**
 * The part of `set` that differs from how the thing stands, which must be locked. Refuses with
 * `stale`, and what stands now, when somebody set one of these fields after the version in `base`.
 */
export async function changedFields<T extends object>(
  { db }: Pick<Tx, 'db'>,
  entityId: string,
  standing: Required<T>,
  { set, base }: Changes<T>,
): Promise<T> {
  const changed = Object.entries(set).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(fieldOf(standing, key)),
  )
  if (changed.length > 0) {
    const marks = await findMarks(db, entityId)
    refuseStale(
      marks,
      standing,
      changed.map(([key]) => key),
      base,
    )
  }
  return Object.fromEntries(changed) as T
}

function fieldOf(standing: object, key: string): unknown {
  return (standing as Record<string, unknown>)[key]
}

function refuseStale(
  marks: Record<string, Mark>,
  standing: object,
  keys: readonly string[],
  base: Record<string, number>,
): void {
  const conflicts = keys.flatMap((key) => {
    const { version, by, at } = marks[key] ?? { version: 0, by: null, at: null }
    const value = fieldOf(standing, key)
    return version === (base[key] ?? 0)
      ? []
      : [[key, { value, by, at: at ?? '', version }] as const]
  })
  const [first] = conflicts
  if (first === undefined) return
  throw new Refusal('stale', {
    field: first[0],
    theirs: first[1],
    conflicts: Object.fromEntries(conflicts),
  })
}

/** Who set which field of the thing last. */
export async function findMarks(db: Db, entityId: string): Promise<Record<string, Mark>> {
  const { rows } = await sql<{ marks: Record<string, Mark> }>`
    select marks_of(${entityId}) as marks`.execute(db)
  return rows[0]?.marks ?? {}
}

/** Keeps that the one who acts has set these fields of the thing now. */
export async function markFields(
  tx: Tx,
  entityId: string,
  fields: readonly string[],
): Promise<void> {
  if (fields.length === 0) return
  await sql`
    select mark_fields(${entityId}, ${[...fields]}::text[], ${tx.actorId}, ${tx.now().toISOString()})`.execute(
    tx.db,
  )
}

/** Only what is in `after` too, for the audit's before and after. */
export function sameKeys(before: object, after: object): Record<string, unknown> {
  return Object.fromEntries(Object.keys(after).map((key) => [key, fieldOf(before, key)]))
}
