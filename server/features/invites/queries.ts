// Invitations as those who manage them see and change them.
import { sql } from 'kysely'
import type { Invitation, InvitationState } from '#contract/invitations.ts'
import type { Language } from '#contract/shapes.ts'
import type { Db } from '../../platform/database.ts'
import { permissionsOfRole } from '../users/queries.ts'
import { OPEN } from './rules.ts'

const ROW = sql<Invitation>`"row"`.as('invitation')

/** The invitations of the accounts, the newest first. */
export async function list(
  db: Db,
  organisationId: string,
  accountIds: readonly string[],
): Promise<Invitation[]> {
  if (accountIds.length === 0) return []
  const rows = await db
    .selectFrom('invitationRows')
    .select(ROW)
    .where('organisationId', '=', organisationId)
    .where('accountId', 'in', [...accountIds])
    .orderBy('createdAt', 'desc')
    .orderBy('invitationId')
    .execute()
  return rows.map(({ invitation }) => invitation)
}

export async function listRows(
  db: Db,
  organisationId: string,
  ids: readonly string[],
): Promise<Invitation[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('invitationRows')
    .select(ROW)
    .where('organisationId', '=', organisationId)
    .where('invitationId', 'in', [...ids])
    .execute()
  return rows.map(({ invitation }) => invitation)
}

/** A role of the organisation, with what it may. */
export async function findRole(db: Db, organisationId: string, id: string) {
  const role = await db
    .selectFrom('roles')
    .select(['id', 'key', 'name', 'isBuiltIn', 'permissions'])
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!role) return undefined
  const { key, isBuiltIn, permissions } = role
  return { ...role, permissions: permissionsOfRole(key, isBuiltIn, permissions) }
}

export interface Part {
  id: string
  accountId: string
  name: string
}

/** Those of the departments that exist. */
export function listDepartments(
  db: Db,
  organisationId: string,
  ids: readonly string[],
): Promise<Part[]> {
  if (ids.length === 0) return Promise.resolve([])
  return db
    .selectFrom('departments')
    .select(['id', 'accountId', 'name'])
    .where('organisationId', '=', organisationId)
    .where('id', 'in', [...ids])
    .execute()
}

/** Those of the queues that exist and are in use. */
export function listQueues(
  db: Db,
  organisationId: string,
  ids: readonly string[],
): Promise<Part[]> {
  if (ids.length === 0) return Promise.resolve([])
  return db
    .selectFrom('queues')
    .select(['id', 'accountId', 'name'])
    .where('organisationId', '=', organisationId)
    .where('id', 'in', [...ids])
    .where('isActive', '=', true)
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
    .executeTakeFirstOrThrow()
  return open
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

export interface NewRow extends Link {
  organisationId: string
  id: string
  accountId: string
  email: string
  firstName: string | null
  lastName: string | null
  displayName: string | null
  language: Language
  roleId: string
  liveLimit: number | null
  deferredLimit: number | null
  inviterId: string
  createdAt: string
}

export interface OfferedParts {
  departments: readonly { id: string; name: string; position: string | null }[]
  queues: readonly { id: string; name: string }[]
}

export async function insert(db: Db, invitation: NewRow, parts: OfferedParts): Promise<void> {
  const { organisationId, id: invitationId } = invitation
  await db.insertInto('invitations').values(invitation).execute()
  const departments = parts.departments.map(({ id, name, position }) => ({
    organisationId,
    invitationId,
    departmentId: id,
    name,
    position,
  }))
  if (departments.length > 0)
    await db.insertInto('invitationDepartments').values(departments).execute()
  const queues = parts.queues.map(({ id, name }) => ({
    organisationId,
    invitationId,
    queueId: id,
    name,
  }))
  if (queues.length > 0) await db.insertInto('invitationQueues').values(queues).execute()
}

/** A new link in place of the old one; whoever sends it answers for the offer from now on. */
export async function renew(
  db: Db,
  organisationId: string,
  id: string,
  link: Link & { inviterId: string },
): Promise<void> {
  await db
    .updateTable('invitations')
    .set((eb) => ({
      ...link,
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
