// Messages to mobiles that a change wants sent: written with the change, sent after it, or never.
import type { Ctx, Tx } from '../../platform/context.ts'
import type { SmsAdapter } from '../../platform/sms.ts'
import * as outbox from './queries.ts'

/** Has the message sent once the transaction is committed. */
export function enqueueSms(tx: Tx, sms: outbox.NewSms): Promise<void> {
  return outbox.insert(tx.db, tx.organisationId, sms, tx.now().toISOString())
}

/** The adapter of a server that has nobody to send: it keeps what it is given, for /dev/mail. */
export function boxAdapter({ db, now }: Pick<Ctx, 'db' | 'now'>): SmsAdapter {
  return { send: (sms) => outbox.insertIntoBox(db, sms, now().toISOString()) }
}
