// The account tree as it is changed: settings, who has access where, and rows that a move changes.
import { sql } from 'kysely'
import type { Account, AccountSettings, AccountUse } from '#contract/accounts.ts'
import type { Person } from '#contract/users.ts'
import type { Db } from '../../platform/database.ts'
import { permissionsOfRole } from '../users/queries.ts'
import type { HeldAbove } from './rules.ts'

type Fields = AccountSettings['fields']

const FIELDS = [
  'name',
  sql<Fields['language']>`language`.as('language'),
  'timeZone',
  'colour',
  'onboardingMode',
  'invitationHours',
  'requiresGender',
  'uniqueAliases',
  'liveLimit',
  'deferredLimit',
  'isActive',
] as const

export function findFields(
  db: Db,
  organisationId: string,
  id: string,
): Promise<Fields | undefined> {
  return fieldsOf(db, organisationId, id).executeTakeFirst()
}

/** The same, and nobody else changes the account until the transaction ends. */
export function lockFields(
  db: Db,
  organisationId: string,
  id: string,
): Promise<Fields | undefined> {
  return fieldsOf(db, organisationId, id).forNoKeyUpdate().executeTakeFirst()
}

function fieldsOf(db: Db, organisationId: string, id: string) {
  return db
    .selectFrom('accounts')
    .select(FIELDS)
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
}

export async function findVersion(db: Db, organisationId: string, id: string): Promise<number> {
  const row = await db
    .selectFrom('accounts')
    .select('version')
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .executeTakeFirst()
  return row?.version ?? 0
}

export async function update(
  db: Db,
  organisationId: string,
  id: string,
  set: Partial<Fields> & { parentId?: string },
): Promise<void> {
  await db
    .updateTable('accounts')
    .set((eb) => ({ ...set, version: eb('version', '+', 1) }))
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .execute()
}

export function insert(
  db: Db,
  account: {
    organisationId: string
    id: string
    parentId: string
    kind: 'group' | 'location'
    name: string
    language: string
    timeZone: string
    colour: string
    isActive: boolean
  },
) {
  return db
    .insertInto('accounts')
    .values({ ...account, liveLimit: null, deferredLimit: null })
    .execute()
}

/** The names of what lies directly below an account, but for one. */
export function listNamesBelow(db: Db, organisationId: string, parentId: string, but?: string) {
  return db
    .selectFrom('accounts')
    .select(['id', 'name'])
    .where('organisationId', '=', organisationId)
    .where('parentId', '=', parentId)
    .$if(but !== undefined, (query) => query.where('id', '!=', but ?? ''))
    .execute()
}

/** Nobody else moves or makes an account of the organisation until the transaction ends. */
export async function lockTree(db: Db, organisationId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(43, hashtext(${organisationId}))`.execute(db)
}

/** The account and all below it. */
export async function listSubtree(db: Db, organisationId: string, id: string): Promise<string[]> {
  const { rows } = await sql<{ ids: string[] }>`
    select account_subtree(${organisationId}, ${id}) as ids`.execute(db)
  return rows[0]?.ids ?? []
}

/** How many levels lie below the account. */
export async function findHeight(db: Db, organisationId: string, id: string): Promise<number> {
  const { rows } = await sql<{ height: number }>`
    select max(cardinality(account_path(${organisationId}, below)))
           - cardinality(account_path(${organisationId}, ${id})) as height
      from unnest(account_subtree(${organisationId}, ${id})) as below`.execute(db)
  return rows[0]?.height ?? 0
}

export async function isOpen(db: Db, organisationId: string, id: string): Promise<boolean> {
  const { rows } = await sql<{ isOpen: boolean }>`
    select is_open_account(${organisationId}, ${id}) as is_open`.execute(db)
  return rows[0]?.isOpen ?? false
}

/** Whether two people of the account have the same nickname. */
export async function hasDoubleAliases(
  db: Db,
  organisationId: string,
  accountId: string,
): Promise<boolean> {
  const { rows } = await sql`
    select from memberships
     where organisation_id = ${organisationId} and account_id = ${accountId} and alias is not null
     group by lower(alias) having count(*) > 1 limit 1`.execute(db)
  return rows.length > 0
}

/** The roles that count and are held at one of the accounts as a whole. */
export async function listHeldAt(
  db: Db,
  organisationId: string,
  accountIds: readonly string[],
): Promise<HeldAbove[]> {
  const { rows } = await sql<HeldRow>`
    select g.user_id, u.first_name || ' ' || u.last_name as name, r.key, r.name as role_name, g.account_id as at,
           r.is_built_in, r.permissions
      from grants g
      join roles r on r.organisation_id = g.organisation_id and r.id = g.role_id
      join open_memberships m on m.organisation_id = g.organisation_id and m.id = g.membership_id
      join users u on u.id = g.user_id
     where g.organisation_id = ${organisationId} and g.account_id = any (${accountIds}::uuid[])
     order by g.user_id, r.key, g.account_id`.execute(db)
  return rows.map(({ isBuiltIn, permissions, ...held }) => ({
    ...held,
    permissions: permissionsOfRole(held.key, isBuiltIn, permissions),
  }))
}

interface HeldRow extends Omit<HeldAbove, 'permissions'> {
  isBuiltIn: boolean
  permissions: string[] | null
}

/** Everybody who holds a role at one of the accounts as a whole, or is a member of one. */
export async function listConcerned(
  db: Db,
  organisationId: string,
  { heldAt, membersOf }: { heldAt: readonly string[]; membersOf: readonly string[] },
): Promise<string[]> {
  const { rows } = await sql<{ userId: string }>`
    select user_id from grants
     where organisation_id = ${organisationId} and account_id = any (${heldAt}::uuid[])
    union
    select user_id from memberships
     where organisation_id = ${organisationId} and account_id = any (${membersOf}::uuid[])
     order by user_id`.execute(db)
  return rows.map(({ userId }) => userId)
}

/** What closing the accounts would take away. */
export async function findUse(
  db: Db,
  organisationId: string,
  subtree: readonly string[],
): Promise<AccountUse> {
  const [people, shutOut, openChats] = await Promise.all([
    countMembers(db, organisationId, subtree),
    listShutOut(db, organisationId, subtree),
    countOpenChats(db, organisationId, subtree),
  ])
  return { accounts: subtree.length - 1, people, shutOut, openChats }
}

async function countMembers(db: Db, organisationId: string, subtree: readonly string[]) {
  const { rows } = await sql<{ people: number }>`
    select count(distinct user_id)::int as people from memberships
     where organisation_id = ${organisationId} and account_id = any (${subtree}::uuid[])
       and status = 'active'`.execute(db)
  return rows[0]?.people ?? 0
}

/** Active members there who are members of nothing else that is open. */
async function listShutOut(db: Db, organisationId: string, subtree: readonly string[]) {
  const { rows } = await sql<AccountUse['shutOut'][number]>`
    select u.id as user_id, u.first_name || ' ' || u.last_name as name
      from users u
     where exists (
             select from memberships m
              where m.organisation_id = ${organisationId} and m.user_id = u.id
                and m.account_id = any (${subtree}::uuid[]) and m.status = 'active')
       and not exists (
             select from open_memberships m
              where m.organisation_id = ${organisationId} and m.user_id = u.id
                and m.account_id <> all (${subtree}::uuid[]))
     order by lower(u.last_name), lower(u.first_name), u.id`.execute(db)
  return rows
}

async function countOpenChats(db: Db, organisationId: string, subtree: readonly string[]) {
  const { rows } = await sql<{ chats: number }>`
    select count(*)::int as chats from routed_chats
     where organisation_id = ${organisationId} and account_id = any (${subtree}::uuid[])
       and state <> 'closed'`.execute(db)
  return rows[0]?.chats ?? 0
}

/** How the members of the accounts look as people, and through which scopes, by membership. */
export async function listPeople(db: Db, organisationId: string, accountIds: readonly string[]) {
  const rows = await db
    .selectFrom('personRows')
    .select([sql<Person>`"row"`.as('person'), sql<string[]>`scopes`.as('scopes')])
    .where('organisationId', '=', organisationId)
    .where('accountId', 'in', [...accountIds])
    .execute()
  return new Map(rows.map((row) => [row.person.id, row]))
}

/** How the accounts look, by id. */
export async function listRows(
  db: Db,
  organisationId: string,
  ids: readonly string[],
): Promise<Map<string, Account>> {
  const rows = await db
    .selectFrom('accountRows')
    .select(sql<Account>`"row"`.as('account'))
    .where('organisationId', '=', organisationId)
    .where('accountId', 'in', [...ids])
    .execute()
  return new Map(rows.map(({ account }) => [account.id, account]))
}
