// What was done to many people at once, while it can be taken back.
import { sql } from 'kysely'
import type { Db } from '../../platform/database.ts'

export type BatchKind = 'change' | 'act'

export interface NewBatch {
  organisationId: string
  id: string
  madeBy: string
  madeAt: string
  kind: BatchKind
}

/** A membership in a batch: what stood before, and what was made of it. */
export interface Line {
  membershipId: string
  before: unknown
  after: unknown
}

/** Keeps a line; the first one brings the batch with it. */
export async function insertLine(db: Db, batch: NewBatch, line: Line): Promise<void> {
  await db
    .insertInto('batches')
    .values(batch)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  await db
    .insertInto('batchLines')
    .values({
      organisationId: batch.organisationId,
      batchId: batch.id,
      membershipId: line.membershipId,
      before: JSON.stringify(line.before),
      after: JSON.stringify(line.after),
    })
    .execute()
}

/** A batch that the user made. */
export function findOwn(db: Db, organisationId: string, id: string, userId: string) {
  return db
    .selectFrom('batches')
    .select(['id', 'madeAt', sql<BatchKind>`kind`.as('kind')])
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .where('madeBy', '=', userId)
    .executeTakeFirst()
}

/** Its lines, in the order in which they are taken back. */
export function listLines(db: Db, organisationId: string, batchId: string) {
  return db
    .selectFrom('batchLines')
    .select(['membershipId', 'before', 'after', 'undoneAt'])
    .where('organisationId', '=', organisationId)
    .where('batchId', '=', batchId)
    .orderBy('membershipId')
    .execute()
}

/** Marks the line as taken back; false when it was already. */
export async function markUndone(
  db: Db,
  organisationId: string,
  batchId: string,
  membershipId: string,
  now: string,
): Promise<boolean> {
  const row = await db
    .updateTable('batchLines')
    .set({ undoneAt: now })
    .where('organisationId', '=', organisationId)
    .where('batchId', '=', batchId)
    .where('membershipId', '=', membershipId)
    .where('undoneAt', 'is', null)
    .returning('membershipId')
    .executeTakeFirst()
  return row !== undefined
}

/** Forgets what can no longer be taken back. */
export async function forgetBefore(db: Db, moment: string): Promise<void> {
  await db.deleteFrom('batches').where('madeAt', '<', moment).execute()
}
