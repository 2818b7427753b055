// Mail that a change wants sent: written with the change, sent after it, or never.
import type { Tx } from '../../platform/context.ts'
import * as outbox from './queries.ts'

/** Has the mail sent once the transaction is committed. */
export function enqueueMail(tx: Tx, mail: outbox.NewMail): Promise<void> {
  return outbox.insert(tx.db, tx.organisationId, mail, tx.now().toISOString())
}

/** The same, of many. */
export function enqueueMails(tx: Tx, mails: readonly outbox.NewMail[]): Promise<void> {
  return outbox.insertMany(tx.db, tx.organisationId, mails, tx.now().toISOString())
}

/** Mails about an invitation that have not gone out yet never will. */
export function dropInvitationMail(tx: Tx, invitationId: string): Promise<void> {
  return outbox.dropUnsent(tx.db, invitationId, tx.now().toISOString())
}

/** The same, of many. */
export function dropInvitationMails(tx: Tx, invitationIds: readonly string[]): Promise<void> {
  return outbox.dropUnsentOf(tx.db, invitationIds, tx.now().toISOString())
}
