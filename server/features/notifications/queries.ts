// What users are told personally.
import { sql } from 'kysely'
import type { Notification } from '#contract/notifications.ts'
import type { Db } from '../../platform/database.ts'

const COLUMNS = [
  'id',
  sql<Notification['kind']>`kind`.as('kind'),
  sql<Notification['data']>`data`.as('data'),
  'createdAt',
  'readAt',
] as const

const MOST = 100

/** The user's notifications in the organisation, the newest first. */
export function list(db: Db, organisationId: string, userId: string): Promise<Notification[]> {
  return db
    .selectFrom('notifications')
    .select(COLUMNS)
    .where('organisationId', '=', organisationId)
    .where('userId', '=', userId)
    .orderBy('createdAt', 'desc')
    .orderBy('id')
    .limit(MOST)
    .execute()
}

export interface NewNotification {
  userId: string
  kind: Notification['kind']
  data: Notification['data']
}

export function insert(
  db: Db,
  organisationId: string,
  { data, ...notification }: NewNotification,
  now: string,
): Promise<Notification> {
  return db
    .insertInto('notifications')
    .values({ ...notification, organisationId, data: JSON.stringify(data), createdAt: now })
    .returning(COLUMNS)
    .executeTakeFirstOrThrow()
}

/** Marks the user's notification as read, since now or since it first was. */
export function markRead(
  db: Db,
  organisationId: string,
  userId: string,
  id: string,
  now: string,
): Promise<Notification | undefined> {
  return db
    .updateTable('notifications')
    .set((eb) => ({ readAt: eb.fn.coalesce('readAt', eb.val(now)) }))
    .where('organisationId', '=', organisationId)
    .where('userId', '=', userId)
    .where('id', '=', id)
    .returning(COLUMNS)
    .executeTakeFirst()
}
