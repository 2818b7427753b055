// A batch as it is made: line by line, in the transactions of what is done.
import { randomUUID } from 'node:crypto'
import { type ActDone, UNDO_MINUTES } from '#contract/people.ts'
import type { ActorCtx, Tx } from '../../platform/context.ts'
import * as batches from './batch-queries.ts'

export type Batch = batches.NewBatch

export function newBatch({ actor, now }: ActorCtx, kind: batches.BatchKind): Batch {
  const { organisationId, userId: madeBy } = actor
  return { organisationId, id: randomUUID(), madeBy, madeAt: now().toISOString(), kind }
}

export function keepLine(tx: Tx, batch: Batch, line: batches.Line): Promise<void> {
  return batches.insertLine(tx.db, batch, line)
}

/** Until when a batch made at the moment can be taken back. */
export function undoUntil(madeAt: string): Date {
  return new Date(Date.parse(madeAt) + UNDO_MINUTES * 60_000)
}

/** The batch's id and its end; null where nothing was done that can be taken back. */
export async function untilWhen(
  { db, organisationId, actor }: ActorCtx,
  { id }: Batch,
): Promise<Pick<ActDone, 'batchId' | 'undoUntil'>> {
  const batch = await batches.findOwn(db, organisationId, id, actor.userId)
  if (batch === undefined) return { batchId: null, undoUntil: null }
  return { batchId: id, undoUntil: undoUntil(batch.madeAt).toISOString() }
}
