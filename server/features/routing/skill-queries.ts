// What queues ask of whoever gets their chats.
import { sql } from 'kysely'
import type { QueueSkill } from '#contract/routing.ts'
import type { Db } from '../../platform/database.ts'

/** A queue's account, version and skills; locked until the transaction ends where it is asked for. */
export async function findQueueSkills(
  db: Db,
  organisationId: string,
  queueId: string,
  lock: 'lock' | 'read' = 'read',
): Promise<{ accountId: string; version: number; skills: QueueSkill[] } | undefined> {
  const queue = await db
    .selectFrom('queues')
    .select(['accountId', 'version'])
    .where('organisationId', '=', organisationId)
    .where('id', '=', queueId)
    .$if(lock === 'lock', (query) => query.forNoKeyUpdate())
    .executeTakeFirst()
  if (queue === undefined) return undefined
  const skills = await db
    .selectFrom('queueSkills')
    .select(['skillId', 'level', 'relaxAfterSeconds'])
    .where('organisationId', '=', organisationId)
    .where('queueId', '=', queueId)
    .orderBy('skillId')
    .execute()
  return { ...queue, skills }
}

/** Which of the skills are known at the account: there, above it or below it. */
export async function listKnownSkills(
  db: Db,
  organisationId: string,
  accountId: string,
  skillIds: readonly string[],
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from skills
     where organisation_id = ${organisationId} and id = any (${skillIds}::uuid[])
       and is_same_branch(${organisationId}, ${accountId}, account_id)`.execute(db)
  return rows.map(({ id }) => id)
}

/** Replaces what the queue asks for; answers its new version. */
export async function setQueueSkills(
  db: Db,
  organisationId: string,
  queueId: string,
  skills: readonly QueueSkill[],
): Promise<number> {
  await db
    .deleteFrom('queueSkills')
    .where('organisationId', '=', organisationId)
    .where('queueId', '=', queueId)
    .execute()
  if (skills.length > 0)
    await db
      .insertInto('queueSkills')
      .values(skills.map((skill) => ({ organisationId, queueId, ...skill })))
      .execute()
  const { version } = await db
    .updateTable('queues')
    .set({ version: sql`version + 1` })
    .where('organisationId', '=', organisationId)
    .where('id', '=', queueId)
    .returning('version')
    .executeTakeFirstOrThrow()
  return version
}
