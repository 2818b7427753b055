// Sites of an organisation: where visitors chat from.
import { sql } from 'kysely'
import type { Use, Versions } from '#contract/changes.ts'
import type { Language } from '#contract/shapes.ts'
import type { NewSite, Site, SiteChanges } from '#contract/sites.ts'
import type { Db } from '../../platform/database.ts'
import { countOf } from '../../platform/in-use.ts'

const COLUMNS = [
  'id',
  'accountId',
  'queueId',
  'name',
  'key',
  'allowedOrigins',
  'colour',
  sql<Language>`language`.as('language'),
  'welcome',
  'showsOperatorCard',
  'isActive',
  'hoursId',
  'version',
  sql<Versions>`versions_of(id)`.as('versions'),
] as const

/** The sites of the accounts given, by name. */
export function list(
  db: Db,
  organisationId: string,
  accountIds: readonly string[],
): Promise<Site[]> {
  if (accountIds.length === 0) return Promise.resolve([])
  return db
    .selectFrom('sites')
    .select(COLUMNS)
    .where('organisationId', '=', organisationId)
    .where('accountId', 'in', [...accountIds])
    .orderBy('name')
    .orderBy('id')
    .execute()
}

export function insert(
  db: Db,
  organisationId: string,
  site: NewSite & { key: string },
): Promise<Site> {
  return db
    .insertInto('sites')
    .values({ organisationId, ...site })
    .returning(COLUMNS)
    .executeTakeFirstOrThrow()
}

/** The account of the queue that a new site would feed. */
export async function findAccountOfQueue(
  db: Db,
  organisationId: string,
  queueId: string,
): Promise<string | undefined> {
  const queue = await db
    .selectFrom('queues')
    .select('accountId')
    .where('organisationId', '=', organisationId)
    .where('id', '=', queueId)
    .executeTakeFirst()
  return queue?.accountId
}

/** The origins that may frame the widget of an active site; undefined when there is no such site. */
export async function frameAncestorsOf(
  db: Db,
  siteKey: string,
): Promise<readonly string[] | undefined> {
  const site = await db
    .selectFrom('sites')
    .select('allowedOrigins')
    .where('key', '=', siteKey)
    .where('isActive', '=', true)
    .executeTakeFirst()
  return site?.allowedOrigins
}

export function find(db: Db, organisationId: string, id: string): Promise<Site | undefined> {
  return one(db, organisationId, id).executeTakeFirst()
}

/** The same, and nobody else changes it until the transaction ends. */
export function lock(db: Db, organisationId: string, id: string): Promise<Site | undefined> {
  return one(db, organisationId, id).forNoKeyUpdate().executeTakeFirst()
}

function one(db: Db, organisationId: string, id: string) {
  return db
    .selectFrom('sites')
    .select(COLUMNS)
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
}

export async function update(
  db: Db,
  organisationId: string,
  id: string,
  set: SiteChanges['set'],
): Promise<void> {
  await db
    .updateTable('sites')
    .set((eb) => ({ ...set, version: eb('version', '+', 1) }))
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .execute()
}

export async function remove(db: Db, organisationId: string, id: string): Promise<void> {
  await db
    .deleteFrom('sites')
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .execute()
}

/** What points at the site. */
export async function listUses(db: Db, organisationId: string, id: string): Promise<Use[]> {
  const { rows } = await sql<{ visitors: number; roles: number; people: number }>`
    select (select count(*)::int from visitors
             where organisation_id = ${organisationId} and site_id = ${id}) as visitors,
           (select count(*)::int from grants
             where organisation_id = ${organisationId} and site_id = ${id}) as roles,
           (select count(*)::int from site_profiles
             where organisation_id = ${organisationId} and site_id = ${id}) as people`.execute(db)
  const { visitors = 0, roles = 0, people = 0 } = rows[0] ?? {}
  return [countOf('visitors', visitors), countOf('roles', roles), countOf('people', people)]
}
