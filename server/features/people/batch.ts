// Setting fields of many people, and taking back what was done to many: line by line, each line in a
// transaction of its own.
import { isDeepStrictEqual } from 'node:util'
import { Type } from 'typebox'
import { Check } from 'typebox/value'
import { type Fields, FieldsShape } from '#contract/fields.ts'
import type { ActDone } from '#contract/people.ts'
import { orNull } from '#contract/shapes.ts'
import { MembershipStatus } from '#contract/users.ts'
import type { ActorCtx, Tx } from '../../platform/context.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import { setFields } from './actions.ts'
import { keepLine, newBatch, undoUntil, untilWhen } from './batch-kept.ts'
import * as batches from './batch-queries.ts'
import { soundValues } from './field-values.ts'
import { mustSeeAny, oneByOne, whyNotTouch } from './lifecycle.ts'
import { lockTarget, type Moved, moveTo } from './lifecycle-moves.ts'
import { stateOf } from './lifecycle-rules.ts'
import * as people from './queries.ts'

/**
 * Sets the fields of each of the people, or none of theirs: the results say. Refuses with `invalid`
 * what fits nobody, and with `not_found` when the actor may see none of the people.
 */
export async function changePeople(
  ctx: ActorCtx,
  { ids, set }: { ids: readonly string[]; set: Fields },
): Promise<ActDone> {
  soundValues(set)
  await mustSeeAny(ctx, ids)
  const batch = newBatch(ctx, 'change')
  const results = await oneByOne(ctx, ids, (id) =>
    write(ctx, 'person.change', async (tx) => {
      const { before, record, outcomes } = await setFields(tx, ctx.actor, id, { set })
      const keys = Object.keys(before)
      const after = valuesOf(record.fields, keys)
      if (keys.length > 0) await keepLine(tx, batch, { membershipId: id, before, after })
      return outcomes
    }),
  )
  return { ...(await untilWhen(ctx, batch)), results }
}

function valuesOf(fields: Fields, keys: readonly string[]): Fields {
  return Object.fromEntries(keys.map((key) => [key, fields[key] ?? null]))
}

/**
 * Takes a batch back, each line or not at all: `stale` where it no longer stands as the batch made
 * it. Taking back twice is taking back once. Refuses with `not_found` (not the actor's) or
 * `undo_over`.
 */
export async function undoBatch(ctx: ActorCtx, id: string): Promise<ActDone> {
  const { db, organisationId, actor } = ctx
  const batch = found(await batches.findOwn(db, organisationId, id, actor.userId))
  if (undoUntil(batch.madeAt).getTime() <= ctx.now().getTime()) throw new Refusal('undo_over')
  const lines = await batches.listLines(db, organisationId, id)
  const results = await oneByOne(
    ctx,
    lines.map(({ membershipId }) => membershipId),
    (membershipId) =>
      write(ctx, 'person.undo', async (tx) => {
        const line = found(lines.find((one) => one.membershipId === membershipId))
        return undoLine(tx, ctx, batch, line)
      }),
  )
  return { batchId: null, undoUntil: null, results }
}

async function undoLine(
  tx: Tx,
  { actor }: ActorCtx,
  { id, kind }: Pick<batches.NewBatch, 'id' | 'kind'>,
  line: batches.Line,
): Promise<Moved> {
  const target = await lockTarget(tx, line.membershipId)
  const now = tx.now().toISOString()
  const isFirst = await batches.markUndone(tx.db, tx.organisationId, id, line.membershipId, now)
  if (!isFirst) return []
  if (kind === 'change') return setBack(tx, actor, line)
  const code = whyNotTouch(actor, target)
  if (code) throw new Refusal(code)
  if (!isDeepStrictEqual(stateOf(target), line.after)) throw new Refusal('stale')
  return moveTo(tx, target, kept(KeptState, line.before))
}

async function setBack(tx: Tx, actor: ActorCtx['actor'], line: batches.Line): Promise<Moved> {
  const set = kept(FieldsShape, line.before)
  const { fields } = found(await people.findRecord(tx.db, tx.organisationId, line.membershipId))
  if (!isDeepStrictEqual(valuesOf(fields, Object.keys(set)), line.after)) throw new Refusal('stale')
  return (await setFields(tx, actor, line.membershipId, { set })).outcomes
}

const KeptState = Type.Object({
  status: MembershipStatus,
  blockedAt: orNull(Type.String()),
  archivedAt: orNull(Type.String()),
  blockedBefore: orNull(Type.String()),
})

function kept<T extends Type.TSchema>(schema: T, value: unknown): Type.Static<T> {
  if (!Check(schema, value)) throw new Error('a line of a batch has lost its shape')
  return value
}
