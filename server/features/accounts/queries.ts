// Accounts and what an actor may see of them.
import { sql } from 'kysely'
import type { Account } from '#contract/accounts.ts'
import type { Permission } from '#contract/permissions.ts'
import { may } from '#contract/permissions.ts'
import type { Actor, Paths } from '../../platform/context.ts'
import type { Db } from '../../platform/database.ts'

const ACCOUNT = sql<Account>`"row"`.as('account')

/** Every account's path up to the root, for a whole organisation. */
export async function paths(db: Db, organisationId: string): Promise<Paths> {
  const rows = await db
    .selectFrom('accounts')
    .select(['id', 'parentId'])
    .where('organisationId', '=', organisationId)
    .execute()
  return pathsOf(rows)
}

/** Of every account of an organisation and what stands above it. */
export function pathsOf(accounts: readonly { id: string; parentId: string | null }[]): Paths {
  const parents = new Map(accounts.map(({ id, parentId }) => [id, parentId]))
  return new Map(accounts.map(({ id }) => [id, pathOf(id, parents)]))
}

function pathOf(id: string, parents: ReadonlyMap<string, string | null>): string[] {
  const path: string[] = []
  for (let at: string | null | undefined = id; at; at = parents.get(at)) path.push(at)
  return path
}

/**
 * The accounts at which the actor holds a permission. With none named: those that they work in,
 * even if only in a department, a group or a site of it.
 */
export function visibleIds(
  actor: Pick<Actor, 'grants' | 'paths'>,
  permission?: Permission,
): string[] {
  return [...actor.paths].flatMap(([id, path]) => (holds(actor, path, permission) ? [id] : []))
}

function holds(
  actor: Pick<Actor, 'grants'>,
  path: readonly string[],
  permission?: Permission,
): boolean {
  if (permission) return may(actor.grants, permission, path)
  return actor.grants.some((grant) => path.includes(grant.at) || path[0] === grant.accountId)
}

/**
 * The departments and groups at which the actor holds a permission; none for whoever holds it
 * everywhere. Also those of an account that is held as a whole: people of an account above may be in
 * them.
 */
export function teamIds(actor: Pick<Actor, 'grants' | 'paths'>, permission: Permission): string[] {
  const held = actor.grants.filter(
    ({ kind, permissions, accountId }) =>
      (kind === 'department' || kind === 'group') &&
      permissions.includes(permission) &&
      !may(actor.grants, permission, actor.paths.get(accountId)?.slice(-1) ?? []),
  )
  return [...new Set(held.map(({ at }) => at))]
}

/** Whether the actor holds the permission at the account; false for one they cannot know of. */
export function mayAt(actor: Actor, permission: Permission, accountId: string): boolean {
  const path = actor.paths.get(accountId)
  return path !== undefined && may(actor.grants, permission, path)
}

/** The accounts given, by name. */
export async function list(
  db: Db,
  organisationId: string,
  ids: readonly string[],
): Promise<Account[]> {
  if (ids.length === 0) return []
  const rows = await db
    .selectFrom('accountRows')
    .select(ACCOUNT)
    .where('organisationId', '=', organisationId)
    .where('accountId', 'in', [...ids])
    .orderBy('name')
    .orderBy('accountId')
    .execute()
  return rows.map(({ account }) => account)
}

/** What is set at the account for those who will be invited there. */
export function findForInviting(db: Db, organisationId: string, id: string) {
  return db
    .selectFrom('accounts')
    .select([
      'id',
      'name',
      'colour',
      'language',
      'invitationHours',
      sql<number>`(account_limit(organisation_id, id, 'live')).chat_limit`.as('liveLimit'),
      sql<number>`(account_limit(organisation_id, id, 'deferred')).chat_limit`.as('deferredLimit'),
      sql<boolean>`is_open_account(organisation_id, id)`.as('isOpen'),
    ])
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .executeTakeFirst()
}

export async function isAnyThere(db: Db): Promise<boolean> {
  const row = await db.selectFrom('accounts').select('id').limit(1).executeTakeFirst()
  return row !== undefined
}

/** An organisation: the root of a tree, whose id is the organisation's. */
export async function insertOrganisation(
  db: Db,
  wanted: { id: string; name: string; language: string },
): Promise<void> {
  const { id, name, language } = wanted
  await db
    .insertInto('accounts')
    .values({ organisationId: id, id, kind: 'organisation', name, language })
    .execute()
}

export async function insert(
  db: Db,
  wanted: {
    organisationId: string
    id: string
    parentId: string
    kind: 'group' | 'location'
    name: string
    language: string
  },
): Promise<void> {
  await db
    .insertInto('accounts')
    .values({ ...wanted, liveLimit: null, deferredLimit: null })
    .execute()
}

/** Lets one at a time change an organisation's rules, until the transaction ends. */
export async function lock(db: Db, organisationId: string): Promise<void> {
  await db
    .selectFrom('accounts')
    .select('id')
    .where('organisationId', '=', organisationId)
    .where('id', '=', organisationId)
    .forNoKeyUpdate()
    .execute()
}

/** One process makes the first organisation; others that try at the same moment wait here. */
export async function lockSetUp(db: Db): Promise<void> {
  await sql`select pg_advisory_xact_lock(45, 1)`.execute(db)
}
