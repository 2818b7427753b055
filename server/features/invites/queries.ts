// Invitations as those who manage them see and change them.
import { sql } from 'kysely'
import type { Invitation, InvitationState } from '#contract/invitations.ts'
import type { Language } from '#contract/shapes.ts'
import type { Db } from '../../platform/database.ts'
import { OPEN, type Plan } from './rules.ts'

const ROW = sql<Invitation>`"row"`.as('invitation')
const SCOPES = sql<string[]>`scopes`.as('scopes')

function rowsOf(db: Db, organisationId: string) {
  return db.selectFrom('invitationRows').where('organisationId', '=', organisationId)
}

/** The invitations of the accounts, the newest first. */
export async function list(
  db: Db,
  organisationId: string,
  accountIds: readonly string[],
): Promise<Invitation[]> {
  if (accountIds.length === 0) return []
  const rows = await rowsOf(db, organisationId)
    .select(ROW)
    .where('accountId', 'in', [...accountIds])
    .orderBy('createdAt', 'desc')
    .orderBy('invitationId')
    .execute()
  return rows.map(({ invitation }) => invitation)
}

/** The invitations that are seen through one of the scopes, the newest first. */
export async function listSeen(
  db: Db,
  organisationId: string,
  scopes: readonly string[],
): Promise<Invitation[]> {
  if (scopes.length === 0) return []
  const rows = await rowsOf(db, organisationId)
    .select(ROW)
    .where(sql<boolean>`scopes && ${sql.val([...scopes])}::text[]`)
    .orderBy('createdAt', 'desc')
    .orderBy('invitationId')
    .execute()
  return rows.map(({ invitation }) => invitation)
}

/** Each with the scopes through which it is seen. */
export async function listTold(db: Db, organisationId: string, ids: readonly string[]) {
  if (ids.length === 0) return []
  return rowsOf(db, organisationId)
    .select([ROW, SCOPES])
    .where('invitationId', 'in', [...ids])
    .execute()
}

/** Whoever invites to the account waits here for the others: what is counted below then holds. */
export async function lockAccount(db: Db, organisationId: string, id: string): Promise<void> {
  await db
    .selectFrom('accounts')
    .select('id')
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .forNoKeyUpdate()
    .execute()
}

export async function isMember(
  db: Db,
  organisationId: string,
  accountId: string,
  email: string,
): Promise<boolean> {
  const row = await db
    .selectFrom('memberships')
    .innerJoin('users', 'users.id', 'memberships.userId')
    .select('memberships.id')
    .where('organisationId', '=', organisationId)
    .where('accountId', '=', accountId)
    .where(sql`lower(users.email)`, '=', email.toLowerCase())
    .executeTakeFirst()
  return row !== undefined
}

/** The open invitation of the address at the account; one that has run out counts no more. */
export async function findOpenId(
  db: Db,
  organisationId: string,
  at: { accountId: string; email: string; now: string },
): Promise<string | undefined> {
  const row = await db
    .selectFrom('invitations')
    .select('id')
    .where('organisationId', '=', organisationId)
    .where('accountId', '=', at.accountId)
    .where(sql`lower(email)`, '=', at.email.toLowerCase())
    .where('state', 'in', OPEN)
    .where('expiresAt', '>', at.now)
    .executeTakeFirst()
  return row?.id
}

/** Without those that an import sent: they have a quota of their own. */
export async function countOpen(
  db: Db,
  organisationId: string,
  accountId: string,
): Promise<number> {
  const { open } = await db
    .selectFrom('invitations')
    .select((eb) => eb.fn.countAll<number>().as('open'))
    .where('organisationId', '=', organisationId)
    .where('accountId', '=', accountId)
    .where('state', 'in', OPEN)
    .where('importId', 'is', null)
    .executeTakeFirstOrThrow()
  return open
}

export async function countDrafts(
  db: Db,
  organisationId: string,
  authorId: string,
): Promise<number> {
  const { drafts } = await db
    .selectFrom('invitations')
    .select((eb) => eb.fn.countAll<number>().as('drafts'))
    .where('organisationId', '=', organisationId)
    .where('inviterId', '=', authorId)
    .where('state', '=', 'draft')
    .executeTakeFirstOrThrow()
  return drafts
}

/** Open invitations that have run out become expired; answers their ids. */
export async function expire(
  db: Db,
  organisationId: string,
  now: string,
  of?: { accountId: string; email: string },
): Promise<string[]> {
  const rows = await db
    .updateTable('invitations')
    .set((eb) => ({ state: 'expired' as const, version: eb('version', '+', 1) }))
    .where('organisationId', '=', organisationId)
    .where('state', 'in', OPEN)
    .where('expiresAt', '<=', now)
    .$if(of !== undefined, (query) =>
      query
        .where('accountId', '=', of?.accountId ?? '')
        .where(sql`lower(email)`, '=', of?.email.toLowerCase() ?? ''),
    )
    .returning('id')
    .execute()
  return rows.map((row) => row.id)
}

/** The organisations with invitations that have run out and do not say so yet. */
export async function listOrganisationsToExpire(db: Db, now: string): Promise<string[]> {
  const rows = await db
    .selectFrom('invitations')
    .select('organisationId')
    .distinct()
    .where('state', 'in', OPEN)
    .where('expiresAt', '<=', now)
    .execute()
  return rows.map((row) => row.organisationId)
}

export interface Link {
  tokenNonce: Buffer
  tokenHash: Buffer
  expiresAt: string
}

/** What is said of the one who is invited, beside the plan. */
export interface Invitee {
  firstName: string | null
  lastName: string | null
  language: Language
}

export interface NewRow extends Link, Invitee {
  organisationId: string
  id: string
  accountId: string
  email: string
  hours: number | null
  plan: Plan
  inviterId: string
  createdAt: string
}

export async function insert(db: Db, { plan, ...row }: NewRow): Promise<void> {
  await db
    .insertInto('invitations')
    .values({ ...row, plan: JSON.stringify(plan) })
    .execute()
}

/** The draft becomes the invitation that it was going to be. */
export async function send(db: Db, { plan, ...row }: NewRow): Promise<void> {
  const { organisationId, id, ...change } = row
  await db
    .updateTable('invitations')
    .set((eb) => ({
      ...change,
      plan: JSON.stringify(plan),
      draft: null,
      state: 'queued' as const,
      version: eb('version', '+', 1),
    }))
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .execute()
}

/** A new link in place of the old one; whoever sends it answers for the offer from now on. */
export async function renew(
  db: Db,
  organisationId: string,
  id: string,
  change: Link & { inviterId: string; email?: string },
): Promise<void> {
  await db
    .updateTable('invitations')
    .set((eb) => ({
      ...change,
      state: 'queued' as const,
      sentAt: null,
      openedAt: null,
      deliveryError: null,
      version: eb('version', '+', 1),
    }))
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .execute()
}

export interface Change {
  state?: InvitationState
  sentAt?: string
  openedAt?: string
  revokedAt?: string
  deliveryError?: string
  acceptedAt?: string
  acceptedBy?: string
  membershipId?: string
}

export async function update(
  db: Db,
  organisationId: string,
  id: string,
  change: Change,
): Promise<void> {
  await db
    .updateTable('invitations')
    .set((eb) => ({ ...change, version: eb('version', '+', 1) }))
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .execute()
}
