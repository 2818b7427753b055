// Messages to mobiles that are to go out, and the box they go into when nobody carries them.
import { sql } from 'kysely'
import type { Language } from '#contract/shapes.ts'
import type { Database, Db } from '../../platform/database.ts'
import type { Sms } from '../../platform/sms.ts'

export interface NewSms {
  userId: string
  toMobile: string
  kind: string
  language: Language
  /** What it is filled with: names and ids by key; never a secret. */
  data: Record<string, string>
}

export interface Outgoing extends NewSms {
  id: string
  organisationId: string
  createdAt: string
  tries: number
}

export async function insert(
  db: Db,
  organisationId: string,
  { data, ...sms }: NewSms,
  now: string,
): Promise<void> {
  await db
    .insertInto('smsOutbox')
    .values({
      ...{ ...sms, organisationId, data: JSON.stringify(data) },
      ...{ createdAt: now, nextTryAt: now },
    })
    .execute()
}

/**
 * Has the message that is due be sent, for this server alone meanwhile; false when none was due. What
 * is sent is forgotten; `send` says when to try again what was not.
 */
export function sendNext(
  { db }: Database,
  now: string,
  send: (sms: Outgoing) => Promise<{ againAt: string } | undefined>,
): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const due = await tx
      .selectFrom('smsOutbox')
      .select([
        ...(['id', 'organisationId', 'userId', 'toMobile', 'kind', 'createdAt', 'tries'] as const),
        sql<Language>`language`.as('language'),
        sql<NewSms['data']>`data`.as('data'),
      ])
      .where('nextTryAt', '<=', now)
      .orderBy('nextTryAt')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst()
    if (!due) return false
    const later = await send(due)
    if (later === undefined) await tx.deleteFrom('smsOutbox').where('id', '=', due.id).execute()
    else
      await tx
        .updateTable('smsOutbox')
        .set((eb) => ({ nextTryAt: later.againAt, tries: eb('tries', '+', 1) }))
        .where('id', '=', due.id)
        .execute()
    return true
  })
}

/** Keeps a message in the box; the same one only once. */
export async function insertIntoBox(
  db: Db,
  { id, userId, to, text }: Sms,
  at: string,
): Promise<void> {
  await db
    .insertInto('smsMessages')
    .values({ id, at, userId, toMobile: to, body: text })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}

/** The box, the newest first. */
export function listBox(db: Db, limit = 200) {
  return db
    .selectFrom('smsMessages')
    .select(['id', 'at', 'toMobile', 'body as text'])
    .orderBy('at', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute()
}
