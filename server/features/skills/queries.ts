// Skills of an organisation.
import { sql } from 'kysely'
import type { Use, Versions } from '#contract/changes.ts'
import type { NewSkill, Skill } from '#contract/skills.ts'
import type { Db } from '../../platform/database.ts'
import { countOf } from '../../platform/in-use.ts'

const COLUMNS = [
  'id',
  'accountId',
  'name',
  'version',
  sql<Versions>`versions_of(id)`.as('versions'),
] as const

/** The skills of the accounts given, by name. */
export async function list(
  db: Db,
  organisationId: string,
  accountIds: readonly string[],
): Promise<Skill[]> {
  if (accountIds.length === 0) return []
  return db
    .selectFrom('skills')
    .select(COLUMNS)
    .where('organisationId', '=', organisationId)
    .where('accountId', 'in', [...accountIds])
    .orderBy('name')
    .orderBy('id')
    .execute()
}

export function find(db: Db, organisationId: string, id: string): Promise<Skill | undefined> {
  return one(db, organisationId, id).executeTakeFirst()
}

/** The same, and nobody else changes it until the transaction ends. */
export function lock(db: Db, organisationId: string, id: string): Promise<Skill | undefined> {
  return one(db, organisationId, id).forNoKeyUpdate().executeTakeFirst()
}

function one(db: Db, organisationId: string, id: string) {
  return db
    .selectFrom('skills')
    .select(COLUMNS)
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
}

export function insert(
  db: Db,
  organisationId: string,
  { accountId, name }: NewSkill,
): Promise<Skill> {
  return db
    .insertInto('skills')
    .values({ organisationId, accountId, name })
    .returning(COLUMNS)
    .executeTakeFirstOrThrow()
}

export async function update(
  db: Db,
  organisationId: string,
  id: string,
  set: { name?: string },
): Promise<void> {
  await db
    .updateTable('skills')
    .set((eb) => ({ ...set, version: eb('version', '+', 1) }))
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .execute()
}

export async function remove(db: Db, organisationId: string, id: string): Promise<void> {
  await db
    .deleteFrom('skills')
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .execute()
}

/** What points at the skill. */
export async function listUses(db: Db, organisationId: string, id: string): Promise<Use[]> {
  const { rows } = await sql<{ people: number }>`
    select count(*)::int as people from user_skills
     where organisation_id = ${organisationId} and skill_id = ${id}`.execute(db)
  return [countOf('people', rows[0]?.people ?? 0)]
}
