// Mail that is to go out, and the mailbox it goes into when there is no mail server.
import { sql } from 'kysely'
import type { MailInBox } from '#contract/mailbox.ts'
import type { Language } from '#contract/shapes.ts'
import type { Db } from '../../platform/database.ts'

/** What a template is filled with: names, instants and ids by key; never a secret. */
export type MailData = Record<string, string>

export interface NewMail {
  template: string
  toEmail: string
  toName: string
  language: Language
  data: MailData
}

export interface Outgoing extends NewMail {
  id: string
  organisationId: string
  createdAt: string
  tries: number
}

export async function insert(
  db: Db,
  organisationId: string,
  { data, ...mail }: NewMail,
  now: string,
): Promise<void> {
  await db
    .insertInto('mailOutbox')
    .values({
      ...mail,
      organisationId,
      data: JSON.stringify(data),
      createdAt: now,
      nextTryAt: now,
    })
    .execute()
}

export async function insertMany(
  db: Db,
  organisationId: string,
  mails: readonly NewMail[],
  now: string,
): Promise<void> {
  await sql`
    insert into mail_outbox (organisation_id, template, to_email, to_name, language, data, created_at, next_try_at)
    select ${organisationId}, w.template, w."toEmail", w."toName", w.language, w.data, ${now}, ${now}
      from jsonb_to_recordset(${JSON.stringify(mails)}::jsonb)
             as w (template text, "toEmail" text, "toName" text, language text, data jsonb)`.execute(
    db,
  )
}

/** One mail that is due, for this server alone until the claim runs out; undefined: none is due. */
export function claim(db: Db, now: string, claimedUntil: string): Promise<Outgoing | undefined> {
  return db
    .updateTable('mailOutbox')
    .set((eb) => ({ claimedUntil, tries: eb('tries', '+', 1) }))
    .where('id', '=', (eb) =>
      eb
        .selectFrom('mailOutbox')
        .select('id')
        .where('sentAt', 'is', null)
        .where('failedAt', 'is', null)
        .where('nextTryAt', '<=', now)
        .where((or) => or.or([or('claimedUntil', 'is', null), or('claimedUntil', '<=', now)]))
        .orderBy('nextTryAt')
        .limit(1)
        .forUpdate()
        .skipLocked(),
    )
    .returning([
      'id',
      'organisationId',
      'template',
      'toEmail',
      'toName',
      sql<Language>`language`.as('language'),
      sql<MailData>`data`.as('data'),
      'createdAt',
      'tries',
    ])
    .executeTakeFirst()
}

export async function markSent(db: Db, id: string, now: string): Promise<void> {
  await db
    .updateTable('mailOutbox')
    .set({ sentAt: now, claimedUntil: null, lastError: null })
    .where('id', '=', id)
    .execute()
}

export async function markFailed(db: Db, id: string, now: string, error: string): Promise<void> {
  await db
    .updateTable('mailOutbox')
    .set({ failedAt: now, claimedUntil: null, lastError: error })
    .where('id', '=', id)
    .execute()
}

/** Lets the mail be tried again later. */
export async function putBack(db: Db, id: string, nextTryAt: string, error: string): Promise<void> {
  await db
    .updateTable('mailOutbox')
    .set({ nextTryAt, claimedUntil: null, lastError: error })
    .where('id', '=', id)
    .execute()
}

/** Mails about an invitation that have not gone out yet never will. */
export async function dropUnsent(db: Db, invitationId: string, now: string): Promise<void> {
  await db
    .updateTable('mailOutbox')
    .set({ failedAt: now, lastError: 'dropped' })
    .where(sql`data ->> 'invitationId'`, '=', invitationId)
    .where('sentAt', 'is', null)
    .where('failedAt', 'is', null)
    .execute()
}

/** The same, of many invitations. */
export async function dropUnsentOf(
  db: Db,
  invitationIds: readonly string[],
  now: string,
): Promise<void> {
  await sql`
    update mail_outbox set failed_at = ${now}, last_error = 'dropped'
     where data ->> 'invitationId' = any (${invitationIds}::text[])
       and sent_at is null and failed_at is null`.execute(db)
}

/** Puts a mail into the mailbox; the same one only once. */
export async function insertIntoBox(db: Db, mail: MailInBox): Promise<void> {
  const { text, ...rest } = mail
  await db
    .insertInto('mailbox')
    .values({ ...rest, body: text })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}

/** The mailbox, the newest first. */
export function listBox(db: Db, limit = 200): Promise<MailInBox[]> {
  return db
    .selectFrom('mailbox')
    .select(['id', 'at', 'toEmail', 'toName', 'subject', 'html', 'body as text'])
    .orderBy('at', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute()
}
