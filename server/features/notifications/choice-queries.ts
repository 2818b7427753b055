// Where a user's notifications reach them beside the app.
import { sql } from 'kysely'
import type { NotificationChoice } from '#contract/contact.ts'
import type { Notification } from '#contract/notifications.ts'
import type { Language } from '#contract/shapes.ts'
import type { Db } from '../../platform/database.ts'

export interface Reach {
  firstName: string
  lastName: string
  emailAddress: string
  language: Language
  /** The number, if it is verified. */
  mobile: string | null
  /** What they chose for the kind; null: nothing. */
  choice: { email: boolean; sms: boolean } | null
}

/** How the user is reached with a kind of notification; undefined for one who was erased. */
export async function findReach(
  db: Db,
  userId: string,
  kind: Notification['kind'],
): Promise<Reach | undefined> {
  const { rows } = await sql<Reach>`
    select u.first_name, u.last_name, u.email as email_address, u.language,
           case when u.mobile_verified_at is not null then u.mobile end as mobile,
           case when c.user_id is not null then jsonb_build_object('email', c.email, 'sms', c.sms) end as choice
      from users u
      left join notification_choices c on c.user_id = u.id and c.kind = ${kind}
     where u.id = ${userId} and u.erased_at is null`.execute(db)
  return rows[0]
}

/** The user's mobile number, if it is verified. */
export async function findVerifiedMobile(db: Db, userId: string): Promise<string | null> {
  const row = await db
    .selectFrom('users')
    .select('mobile')
    .where('id', '=', userId)
    .where('mobileVerifiedAt', 'is not', null)
    .executeTakeFirst()
  return row?.mobile ?? null
}

/** What the user has chosen; a kind that is not there was never chosen. */
export function list(db: Db, userId: string): Promise<NotificationChoice[]> {
  return db
    .selectFrom('notificationChoices')
    .select([sql<NotificationChoice['kind']>`kind`.as('kind'), 'email', 'sms'])
    .where('userId', '=', userId)
    .execute()
}

export async function put(
  db: Db,
  userId: string,
  { kind, email, sms }: NotificationChoice,
): Promise<void> {
  await db
    .insertInto('notificationChoices')
    .values({ userId, kind, email, sms })
    .onConflict((conflict) => conflict.columns(['userId', 'kind']).doUpdateSet({ email, sms }))
    .execute()
}
