// What is kept of a user, and goes when they are erased.
import { sql } from 'kysely'
import type { Invitation } from '#contract/invitations.ts'
import type { Db } from '../../platform/database.ts'

/** Archived at or before the moment, in any organisation. */
export function listDue(db: Db, moment: string): Promise<{ organisationId: string; id: string }[]> {
  return db
    .selectFrom('memberships')
    .select(['organisationId', 'id'])
    .where('status', '=', 'archived')
    .where('archivedAt', '<=', moment)
    .orderBy('archivedAt')
    .limit(1_000)
    .execute()
}

/** Takes what the log, open invitations aside, still says of a person who is gone. */
export async function forgetTold(
  db: Db,
  organisationId: string,
  entityIds: readonly string[],
): Promise<void> {
  await sql`
    update event_log set row = null
     where organisation_id = ${organisationId} and kind in ('person', 'record', 'invitation')
       and entity_id = any (${entityIds}::text[]) and row is not null`.execute(db)
}

/**
 * Takes an operator's name and photo out of the log. There are many lines of operators and no index
 * on whose they are: it takes a look at all of them, so it has a transaction of its own.
 */
export async function forgetOperatorTold(
  db: Db,
  organisationId: string,
  userId: string,
): Promise<void> {
  await sql`
    update event_log set row = null
     where organisation_id = ${organisationId} and kind = 'operator' and entity_id = ${userId}
       and row is not null`.execute(db)
  // Who handed a chat on stands in the lines of that chat.
  await sql`
    update event_log set row = row - 'transfer'
     where organisation_id = ${organisationId} and kind = 'chat' and ${userId} in (
       row -> 'transfer' ->> 'fromId', row -> 'transfer' ->> 'byId',
       row -> 'transfer' ->> 'endedById', row -> 'transfer' -> 'to' ->> 'id')`.execute(db)
}

/** Whether the user belongs to any organisation still, whatever the status. */
export async function isMemberAnywhere(db: Db, userId: string): Promise<boolean> {
  const row = await db
    .selectFrom('memberships')
    .select('id')
    .where('userId', '=', userId)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** An invitation, and who sees it. */
export interface Told {
  row: Invitation
  scopes: string[]
}

/**
 * Takes the user out of the invitations that they accepted or let pass: names, address, and what was
 * planned of them, but for roles and places. Answers the invitations as they are now.
 */
export async function forgetInvited(
  db: Db,
  organisationId: string,
  userId: string,
): Promise<Told[]> {
  const { rows } = await sql<{ id: string }>`
    update invitations i
       set email = 'erased-' || u.id || '@erased.invalid', first_name = null, last_name = null,
           plan = jsonb_set(i.plan, '{set}', (
             select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(i.plan -> 'set')
              where key ~ '^(grant|department|queue|skill):')),
           version = i.version + 1
      from users u
     where u.id = ${userId} and i.organisation_id = ${organisationId}
       and (i.accepted_by = u.id or (lower(i.email) = lower(u.email) and i.state in ('expired', 'revoked')))
    returning i.id`.execute(db)
  const ids = rows.map(({ id }) => id)
  await sql`
    delete from photos where organisation_id = ${organisationId} and invitation_id = any (${ids}::uuid[])`.execute(
    db,
  )
  const told = await sql<Told>`
    select row, scopes from invitation_rows
     where organisation_id = ${organisationId} and invitation_id = any (${ids}::uuid[])`.execute(db)
  return told.rows
}

/** The organisations that have invited the user and where they are known no more. */
export async function listInvitedIn(db: Db, userId: string): Promise<string[]> {
  const { rows } = await sql<{ organisationId: string }>`
    select distinct i.organisation_id from invitations i join users u on u.id = i.accepted_by
     where i.accepted_by = ${userId} and u.erased_at is not null and i.email <> u.email`.execute(db)
  return rows.map(({ organisationId }) => organisationId)
}

/** What is the user's own and nobody else's. */
const THEIRS = [
  'sessions',
  'known_devices',
  'password_history',
  'password_resets',
  'ip_ranges',
  'notifications',
  'two_places',
  'email_links',
  'mobile_codes',
  'notification_choices',
  'sms_outbox',
  'sms_messages',
  'status_changes',
] as const

/** Makes the user anonymous: a row that what they wrote and did can go on pointing at. */
export async function anonymise(db: Db, userId: string, now: string): Promise<void> {
  await sql`
    delete from mail_outbox where lower(to_email) = (select lower(email) from users where id = ${userId})`.execute(
    db,
  )
  await sql`
    delete from mailbox where lower(to_email) = (select lower(email) from users where id = ${userId})`.execute(
    db,
  )
  await sql`delete from field_marks where entity_id = ${userId}`.execute(db)
  await sql`delete from throttles where key = 'user:' || ${userId}::text`.execute(db)
  for (const table of THEIRS)
    await sql`delete from ${sql.table(table)} where user_id = ${userId}`.execute(db)
  await sql`
    update transfers
       set from_name = case when from_id = ${userId} then null else from_name end,
           by_name = case when by_id = ${userId} then null else by_name end,
           to_name = case when to_id = ${userId} then null else to_name end,
           ended_by_name = case when ended_by_id = ${userId} then null else ended_by_name end
     where ${userId} in (from_id, by_id, to_id, ended_by_id)`.execute(db)
  const gone = `erased-${userId}@erased.invalid`
  await db
    .updateTable('users')
    .set((eb) => ({
      ...{ firstName: 'Former', lastName: 'agent', email: gone, login: gone, erasedAt: now },
      ...{ gender: 'not_stated', mobile: null, mobileVerifiedAt: null, pendingEmail: null },
      ...{ photoId: null, passwordHash: null, passwordState: 'none', mustChangePassword: false },
      ...{ passwordExpiresAt: null, passwordChangedAt: null, passwordUsedAt: null },
      version: eb('version', '+', 1),
    }))
    .where('id', '=', userId)
    .where('erasedAt', 'is', null)
    .execute()
  await db.deleteFrom('photos').where('userId', '=', userId).execute()
}
