// Invitations by the thousand, set by set.
import { sql } from 'kysely'
import type { Language } from '#contract/shapes.ts'
import type { Db } from '../../platform/database.ts'
import { OPEN, PER_ADDRESS, type Plan } from './rules.ts'

export interface Many {
  id: string
  accountId: string
  email: string
  firstName: string | null
  lastName: string | null
  language: Language
  plan: Plan
  /** As hexadecimal digits. */
  tokenNonce: string
  tokenHash: string
  expiresAt: string
}

export async function insertMany(
  db: Db,
  by: { organisationId: string; inviterId: string; importId: string; createdAt: string },
  rows: readonly Many[],
): Promise<void> {
  await sql`
    insert into invitations (organisation_id, id, account_id, email, first_name, last_name, language, plan,
                             token_nonce, token_hash, expires_at, inviter_id, created_at, import_id)
    select ${by.organisationId}, w.id, w."accountId", w.email, w."firstName", w."lastName", w.language, w.plan,
           decode(w."tokenNonce", 'hex'), decode(w."tokenHash", 'hex'), w."expiresAt",
           ${by.inviterId}, ${by.createdAt}, ${by.importId}
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
             as w (id uuid, "accountId" uuid, email text, "firstName" text, "lastName" text, language text,
                   plan jsonb, "tokenNonce" text, "tokenHash" text, "expiresAt" timestamptz)`.execute(
    db,
  )
}

const keysOf = (organisationId: string, emails: readonly string[]) =>
  emails.map((email) => `invitation:to:${organisationId}:${email.toLowerCase()}`)

const since = (now: Date) => new Date(now.getTime() - PER_ADDRESS.seconds * 1000).toISOString()

/** Those of the addresses, in small letters, to which no more invitation may go today. */
export async function listMailedOut(
  db: Db,
  organisationId: string,
  emails: readonly string[],
  now: Date,
): Promise<string[]> {
  const { rows } = await sql<{ email: string }>`
    select w.email from throttles t
      join unnest(${emails}::text[], ${keysOf(organisationId, emails)}::text[]) as w (email, key) using (key)
     where t.window_start > ${since(now)} and t.failures >= ${PER_ADDRESS.most}`.execute(db)
  return rows.map(({ email }) => email)
}

/** Counts one more mail to each of the addresses. */
export async function countMails(
  db: Db,
  organisationId: string,
  emails: readonly string[],
  now: Date,
): Promise<void> {
  await sql`
    insert into throttles as t (key, failures, window_start)
    select key, 1, ${now.toISOString()}
      from unnest(${keysOf(organisationId, emails)}::text[]) as key order by key
    on conflict (key) do update set
      failures = case when t.window_start <= ${since(now)} then 1 else t.failures + 1 end,
      window_start = case when t.window_start <= ${since(now)} then excluded.window_start else t.window_start end`.execute(
    db,
  )
}

/** Withdraws what the import sent and nobody has accepted; answers which. */
export async function revokeOf(
  db: Db,
  organisationId: string,
  importId: string,
  now: string,
): Promise<string[]> {
  const rows = await db
    .updateTable('invitations')
    .set((eb) => ({ state: 'revoked' as const, revokedAt: now, version: eb('version', '+', 1) }))
    .where('organisationId', '=', organisationId)
    .where('importId', '=', importId)
    .where('state', 'in', OPEN)
    .returning('id')
    .execute()
  return rows.map(({ id }) => id)
}

/** How many of those that the import sent are what nobody can take back. */
export async function countAccepted(
  db: Db,
  organisationId: string,
  importId: string,
): Promise<number> {
  const { accepted } = await db
    .selectFrom('invitations')
    .select((eb) => eb.fn.countAll<number>().as('accepted'))
    .where('organisationId', '=', organisationId)
    .where('importId', '=', importId)
    .where('state', '=', 'accepted')
    .executeTakeFirstOrThrow()
  return accepted
}
