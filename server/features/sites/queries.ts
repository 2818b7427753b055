// Sites of an organisation: where visitors chat from.
import { sql } from 'kysely'
import type { Versions } from '#contract/changes.ts'
import type { Language } from '#contract/shapes.ts'
import type { NewSite, Site } from '#contract/sites.ts'
import type { Db } from '../../platform/database.ts'

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
