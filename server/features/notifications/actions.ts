import type { Notification } from '#contract/notifications.ts'
import { scope } from '#contract/scopes.ts'
import type { ActorCtx, Tx } from '../../platform/context.ts'
import { found } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import * as notifications from './queries.ts'

/** Tells one user something, on every page they have open and for when they come back. */
export async function notify(tx: Tx, wanted: notifications.NewNotification): Promise<void> {
  const now = tx.now().toISOString()
  const notification = await notifications.insert(tx.db, tx.organisationId, wanted, now)
  tx.tell('notification', notification, [scope.user(wanted.userId)])
}

/** Refuses with `not_found` what is not the actor's own. */
export function readNotification(ctx: ActorCtx, id: string): Promise<Notification> {
  const { organisationId, userId } = ctx.actor
  return write(ctx, 'notification.read', async (tx) => {
    const now = tx.now().toISOString()
    const read = found(await notifications.markRead(tx.db, organisationId, userId, id, now))
    tx.tell('notification', read, [scope.user(userId)])
    return read
  })
}
