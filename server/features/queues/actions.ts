// Making queues.
import type { NewQueue, Queue } from '#contract/queues.ts'
import { scope } from '#contract/scopes.ts'
import { mustHold } from '../../platform/allow.ts'
import type { ActorCtx } from '../../platform/context.ts'
import { claimName } from '../../platform/names.ts'
import { write } from '../../platform/write.ts'
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
    tx.tell('queue', queue, [scope.setup(accountId), scope.floor(accountId), scope.queue(queue.id)])
    tx.note({ subject: 'queue', subjectId: queue.id, after: queue })
    return queue
  })
}
