import type { NotificationChoice } from '#contract/contact.ts'
import { NOTIFICATION_KINDS, type Notification } from '#contract/notifications.ts'
import { scope } from '#contract/scopes.ts'
import type { ActorCtx, Tx } from '../../platform/context.ts'
import type { Db } from '../../platform/database.ts'
import { found } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import { enqueueMail } from '../mail-outbox/actions.ts'
import type { NewMail } from '../mail-outbox/queries.ts'
import { enqueueSms } from '../sms-outbox/actions.ts'
import * as choices from './choice-queries.ts'
import * as notifications from './queries.ts'
import { usualChoice } from './rules.ts'

/**
 * Tells one user something: on every page they have open, for when they come back, and wherever else
 * they chose. `mail`: what is mailed, where the kind has a mail of its own.
 */
export async function notify(
  tx: Tx,
  wanted: notifications.NewNotification,
  mail?: NewMail,
): Promise<void> {
  const now = tx.now().toISOString()
  const notification = await notifications.insert(tx.db, tx.organisationId, wanted, now)
  tx.tell('notification', notification, [scope.user(wanted.userId)])
  const reach = await choices.findReach(tx.db, wanted.userId, wanted.kind)
  if (!reach) return
  const { email: wantsEmail, sms: wantsSms } = reach.choice ?? usualChoice(wanted.kind)
  if (wantsEmail) await enqueueMail(tx, mail ?? mailOf(reach, wanted))
  if (wantsSms && reach.mobile !== null) {
    const { mobile: toMobile, language } = reach
    const { userId, kind, data } = wanted
    const message = { userId, toMobile, language, data: { ...data, about: kind } }
    await enqueueSms(tx, { kind: 'notification', ...message })
  }
}

function mailOf(reach: choices.Reach, { kind, data }: notifications.NewNotification): NewMail {
  const { emailAddress: toEmail, firstName, lastName, language } = reach
  const toName = `${firstName} ${lastName}`
  return { template: 'notification', toEmail, toName, language, data: { ...data, about: kind } }
}

/** Where each kind of notification reaches the user beside the app. */
export async function choicesOf(db: Db, userId: string): Promise<NotificationChoice[]> {
  const chosen = await choices.list(db, userId)
  return NOTIFICATION_KINDS.map(
    (kind) => chosen.find((one) => one.kind === kind) ?? { kind, ...usualChoice(kind) },
  )
}

/** Sets the kinds that are named; of the same kind twice, the last. */
export async function choose(
  ctx: ActorCtx,
  wanted: readonly NotificationChoice[],
): Promise<NotificationChoice[]> {
  const { userId } = ctx.actor
  await write(ctx, 'user.choose_notifications', async (tx) => {
    const before = await choicesOf(tx.db, userId)
    for (const one of wanted) await choices.put(tx.db, userId, one)
    const after = await choicesOf(tx.db, userId)
    tx.note({
      ...{ subject: 'user', subjectId: userId },
      ...{ before: { notifications: before }, after: { notifications: after } },
    })
  })
  return choicesOf(ctx.db, userId)
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
