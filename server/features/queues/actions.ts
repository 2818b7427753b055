// Making, changing and deleting queues.
import type { NewQueue, Queue, QueueChanges } from '#contract/queues.ts'
import { scope } from '#contract/scopes.ts'
import { mustHold } from '../../platform/allow.ts'
import type { ActorCtx, Tx } from '../../platform/context.ts'
import { brokenConstraint } from '../../platform/database.ts'
import { refuseLateUse, refuseUse } from '../../platform/in-use.ts'
import { changedFields, markFields, sameKeys } from '../../platform/marks.ts'
import { claimName, soundName } from '../../platform/names.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import { mustHave, tellOpening } from '../hours/actions.ts'
import * as queues from './queries.ts'

/** Refuses with `not_found` or `forbidden` (the account), `invalid` or `name_taken` (the name). */
export async function createQueue(ctx: ActorCtx, wanted: NewQueue): Promise<Queue> {
  const { accountId } = wanted
  mustHold(ctx.actor, 'setup.manage', accountId)
  return write(ctx, 'queue.create', async (tx) => {
    const { db, organisationId } = tx
    const name = await claimName(tx, accountId, wanted.name, () =>
      queues.list(db, organisationId, [accountId]),
    )
    const queue = await queues.insert(db, organisationId, { ...wanted, name })
    tx.tell('queue', queue, scopesOf(queue))
    tx.note({ subject: 'queue', subjectId: queue.id, after: queue })
    return queue
  })
}

/** Who sees a queue: whoever sets the account up, watches its floor, or serves the queue. */
function scopesOf({ id, accountId }: Queue): string[] {
  return [scope.setup(accountId), scope.floor(accountId), scope.queue(id)]
}

/** The queue. Refuses with `not_found` or `forbidden`. */
async function mustSetUp({ db, actor, organisationId }: ActorCtx, id: string): Promise<Queue> {
  const queue = found(await queues.find(db, organisationId, id))
  mustHold(actor, 'setup.manage', queue.accountId)
  return queue
}

/**
 * Refuses with `not_found`, `forbidden`, `stale` and what stands now, `invalid`, `name_taken`, or
 * `overflow_circle` or `overflow_too_long` (where its chats are to go on to).
 */
export async function changeQueue(
  ctx: ActorCtx,
  id: string,
  { set, base }: QueueChanges,
): Promise<Queue> {
  const { accountId } = await mustSetUp(ctx, id)
  const sound = set.name === undefined ? set : { ...set, name: soundName(set.name) }
  return write(ctx, 'queue.change', async (tx) => {
    const { db, organisationId } = tx
    if (set.heldLimit !== undefined) await queues.lockPeople(db, organisationId, id)
    const before = found(await queues.lock(db, organisationId, id))
    const wanted = await changedFields<typeof sound>(tx, id, before, { set: sound, base })
    const keys = Object.keys(wanted)
    if (keys.length === 0) return before
    if (wanted.name !== undefined)
      await claimName(tx, accountId, wanted.name, async () =>
        (await queues.list(db, organisationId, [accountId])).filter((one) => one.id !== id),
      )
    await checkOverflow(tx, id, wanted.overflowQueueId)
    await mustHave(tx, accountId, wanted.hoursId)
    await checkMessages(tx, id, wanted.messageQueueId)
    await queues.update(db, organisationId, id, wanted).catch(refuseChain)
    await markFields(tx, id, keys)
    const queue = found(await queues.find(db, organisationId, id))
    tx.tell('queue', queue, scopesOf(queue))
    if (wanted.hoursId !== undefined) await tellOpening(tx, id, scopesOf(queue))
    tx.note({ subject: 'queue', subjectId: id, before: sameKeys(before, wanted), after: wanted })
    return queue
  })
}

async function checkOverflow({ db, organisationId }: Tx, id: string, to?: string | null) {
  if (to === undefined || to === null) return
  if (to === id) throw new Refusal('overflow_circle', OVERFLOW)
  if (!(await queues.mayOverflow(db, organisationId, id, to)))
    throw new Refusal('invalid', OVERFLOW)
}

/** What is left while a queue is closed goes to a deferred queue of its branch. */
async function checkMessages({ db, organisationId }: Tx, id: string, to?: string | null) {
  if (to === undefined || to === null) return
  if (to === id || !(await queues.mayTakeMessages(db, organisationId, id, to)))
    throw new Refusal('invalid', { field: 'messageQueueId' })
}

const OVERFLOW = { field: 'overflowQueueId' }

/** What the database says no to by itself, as a refusal. */
function refuseChain(error: unknown): never {
  const constraint = brokenConstraint(error)
  if (constraint === 'queues_overflow_circle') throw new Refusal('overflow_circle', OVERFLOW)
  if (constraint === 'queues_overflow_too_long') throw new Refusal('overflow_too_long', OVERFLOW)
  throw error
}

/** Refuses with `not_found`, `forbidden`, or `in_use` and where. */
export async function removeQueue(ctx: ActorCtx, id: string): Promise<Record<string, never>> {
  await mustSetUp(ctx, id)
  await write(ctx, 'queue.remove', async (tx) => {
    const { db, organisationId } = tx
    const before = found(await queues.lock(db, organisationId, id))
    refuseUse(await queues.listUses(db, organisationId, id))
    await queues.remove(db, organisationId, id)
    tx.untell('queue', id, scopesOf(before))
    if (before.hoursId !== null) tx.untell('opening', id, scopesOf(before))
    tx.note({ subject: 'queue', subjectId: id, before })
  }).catch(refuseLateUse)
  return {}
}
