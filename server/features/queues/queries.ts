// Queues of an organisation.
import { sql } from 'kysely'
import type { Use, Versions } from '#contract/changes.ts'
import type { NewQueue, Queue, QueueChanges, QueueMember, QueuePerson } from '#contract/queues.ts'
import type { Db } from '../../platform/database.ts'
import { countOf, useOf } from '../../platform/in-use.ts'

const COLUMNS = [
  'id',
  'accountId',
  'name',
  'kind',
  'strategy',
  'offerSeconds',
  'targetSeconds',
  'priority',
  'isActive',
  'isTest',
  'maxWaiting',
  'isPreset',
  'autoAccepts',
  'wrapUpSeconds',
  'wrapUpTakesSlot',
  'affinitySeconds',
  'overflowQueueId',
  'overflowAfterSeconds',
  'overflowWhenUnattended',
  'hoursId',
  'whenClosed',
  'atClosing',
  'messageQueueId',
  'chatUnits',
  'cooldownSeconds',
  'burstMost',
  'burstSeconds',
  'heldLimit',
  'parkAfterMinutes',
  'wakeTo',
  'closeParkedDays',
  'whenGone',
  'keepHours',
  'keepsShifts',
  'version',
  sql<Versions>`versions_of(id)`.as('versions'),
] as const

/** The queues of the accounts given, by name. */
export function list(
  db: Db,
  organisationId: string,
  accountIds: readonly string[],
): Promise<Queue[]> {
  if (accountIds.length === 0) return Promise.resolve([])
  return db
    .selectFrom('queues')
    .select(COLUMNS)
    .where('organisationId', '=', organisationId)
    .where('accountId', 'in', [...accountIds])
    .orderBy('name')
    .orderBy('id')
    .execute()
}

/** The queues of the accounts given, and those that the user is assigned to, by name. */
export async function listVisible(
  db: Db,
  organisationId: string,
  accountIds: readonly string[],
  userId: string,
): Promise<Queue[]> {
  const assigned = db
    .selectFrom('queueMembers')
    .select('queueId')
    .where('organisationId', '=', organisationId)
    .where('userId', '=', userId)
    .where('isSuspended', '=', false)
  return db
    .selectFrom('queues')
    .select(COLUMNS)
    .where('organisationId', '=', organisationId)
    .where((eb) => {
      const isAssigned = eb('id', 'in', assigned)
      return accountIds.length === 0
        ? isAssigned
        : eb.or([eb('accountId', 'in', [...accountIds]), isAssigned])
    })
    .orderBy('name')
    .orderBy('id')
    .execute()
}

/** The queues that the user is assigned to. */
export async function listAssignedIds(
  db: Db,
  organisationId: string,
  userId: string,
): Promise<string[]> {
  const rows = await db
    .selectFrom('queueMembers')
    .select('queueId')
    .where('organisationId', '=', organisationId)
    .where('userId', '=', userId)
    .where('isSuspended', '=', false)
    .execute()
  return rows.map(({ queueId }) => queueId)
}

export function find(db: Db, organisationId: string, id: string): Promise<Queue | undefined> {
  return one(db, organisationId, id).executeTakeFirst()
}

/** The same, and nobody else changes it until the transaction ends. */
export function lock(db: Db, organisationId: string, id: string): Promise<Queue | undefined> {
  return one(db, organisationId, id).forNoKeyUpdate().executeTakeFirst()
}

/**
 * Nobody is assigned to the queue, and nobody who is gets a chat or is rid of one, until the transaction
 * ends. Before the queue itself is locked, as whoever assigns people does it.
 */
export async function lockPeople(db: Db, organisationId: string, id: string): Promise<void> {
  await sql`select lock_people_of(${organisationId}, ${id})`.execute(db)
}

function one(db: Db, organisationId: string, id: string) {
  return db
    .selectFrom('queues')
    .select(COLUMNS)
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
}

export async function update(
  db: Db,
  organisationId: string,
  id: string,
  set: QueueChanges['set'],
): Promise<void> {
  await db
    .updateTable('queues')
    .set((eb) => ({ ...set, version: eb('version', '+', 1) }))
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .execute()
}

export async function remove(db: Db, organisationId: string, id: string): Promise<void> {
  await db
    .deleteFrom('queues')
    .where('organisationId', '=', organisationId)
    .where('id', '=', id)
    .execute()
}

/** What points at the queue: a chat that it ever had is history. */
export async function listUses(db: Db, organisationId: string, id: string): Promise<Use[]> {
  const { rows } = await sql<{
    people: number
    chats: number
    sites: string[]
    before: string[]
  }>`
    select (select count(*)::int from queue_members
             where organisation_id = ${organisationId} and queue_id = ${id}) as people,
           (select count(*)::int from (
              select chat_id from routed_chats
               where organisation_id = ${organisationId} and queue_id = ${id}
              union select id from chats
               where organisation_id = ${organisationId} and queue_id = ${id}
              union select chat_id from handovers
               where organisation_id = ${organisationId} and queue_id = ${id}) had) as chats,
           array(select name from queues
                  where organisation_id = ${organisationId} and ${id} in (overflow_queue_id, message_queue_id)
                  order by name) as before,
           array(select name from sites
                  where organisation_id = ${organisationId} and queue_id = ${id} order by name) as sites`.execute(
    db,
  )
  const { people = 0, chats = 0, sites = [], before = [] } = rows[0] ?? {}
  return [
    useOf('sites', sites),
    useOf('queues', before),
    countOf('people', people),
    countOf('chats', chats),
  ]
}

/** Whether chats of the queue may go on to the other: one of its branch, for the same sort of chats. */
export async function mayOverflow(
  db: Db,
  organisationId: string,
  id: string,
  otherId: string,
): Promise<boolean> {
  const { rows } = await sql`
    select from queues q
      join queues o on o.organisation_id = q.organisation_id and o.kind = q.kind and o.is_test = q.is_test
     where q.organisation_id = ${organisationId} and q.id = ${id} and o.id = ${otherId}
       and is_same_branch(q.organisation_id, q.account_id, o.account_id)`.execute(db)
  return rows.length > 0
}

/** Whether what is left while the queue is closed may go to the other: a deferred one of its branch. */
export async function mayTakeMessages(
  db: Db,
  organisationId: string,
  id: string,
  otherId: string,
): Promise<boolean> {
  const { rows } = await sql`
    select from queues q
      join queues o on o.organisation_id = q.organisation_id and o.is_test = q.is_test
     where q.organisation_id = ${organisationId} and q.id = ${id}
       and o.id = ${otherId} and o.kind = 'deferred'
       and is_same_branch(q.organisation_id, q.account_id, o.account_id)`.execute(db)
  return rows.length > 0
}

export async function findAccountId(
  db: Db,
  organisationId: string,
  id: string,
): Promise<string | undefined> {
  return (await find(db, organisationId, id))?.accountId
}

export function insert(db: Db, organisationId: string, queue: NewQueue): Promise<Queue> {
  return db
    .insertInto('queues')
    .values({ organisationId, ...queue })
    .returning(COLUMNS)
    .executeTakeFirstOrThrow()
}

/** An operator's place in a queue. */
export async function findMember(
  db: Db,
  organisationId: string,
  queueId: string,
  userId: string,
): Promise<QueueMember | undefined> {
  const { rows } = await sql<{ row: QueueMember }>`
    select row from queue_member_rows
     where organisation_id = ${organisationId} and queue_id = ${queueId}
       and user_id = ${userId}`.execute(db)
  return rows[0]?.row
}

/** The queues that a user is assigned to, and whether they serve them now. */
export async function listMembersOf(
  db: Db,
  organisationId: string,
  userId: string,
): Promise<QueueMember[]> {
  const { rows } = await sql<{ row: QueueMember }>`
    select row from queue_member_rows
     where organisation_id = ${organisationId} and user_id = ${userId} and scopes <> '{}'
     order by queue_id`.execute(db)
  return rows.map(({ row }) => row)
}

/** Who is assigned to a queue, the first asked first; a name only for people of the accounts given. */
export async function listPeople(
  db: Db,
  organisationId: string,
  queueId: string,
  accountIds: readonly string[],
): Promise<QueuePerson[]> {
  const { rows } = await sql<QueuePerson>`
    select m.user_id, m.tier, m.participates,
           case when s.seen then u.first_name || ' ' || u.last_name end as name,
           case when s.seen then '/files/photos/' || u.photo_id || '/96' end as photo
      from queue_members m
      join users u on u.id = m.user_id
     cross join lateral (
       select exists (
         select from memberships w
          where w.organisation_id = m.organisation_id and w.user_id = m.user_id
            and w.account_id = any (${accountIds}::uuid[])) as seen) s
     where m.organisation_id = ${organisationId} and m.queue_id = ${queueId} and not m.is_suspended
     order by m.tier, name, m.user_id`.execute(db)
  return rows
}
