// A sandbox as the simulator moves it: made, come to, hastened, listened to, and removed. All that
// happens in it besides is done by the functions of routing and presence.
import { sql } from 'kysely'
import type { ChatKind } from '#contract/shapes.ts'
import { type Db, openDatabase } from '../../platform/database.ts'
import { type Outcome, transition } from '../presence/queries.ts'

/** The simulator's own connections: it takes none from those who work. */
export function openPool(databaseUrl: string, nodeName: string, broke: (error: Error) => void) {
  return openDatabase(databaseUrl, { max: 4, name: `${nodeName} simulator`, broke })
}

export interface Wanted {
  organisationId: string
  sandboxId: string
  speed: number
  lines: readonly { queueId: string; operators: number; limit: number }[]
}

/** Makes the sandbox; answers its operators, each with the queue that they serve there. */
export async function make(db: Db, it: Wanted): Promise<{ queueId: string; userId: string }[]> {
  const { rows } = await sql<{ queueId: string; userId: string }>`
    select * from make_sandbox(${it.organisationId}, ${it.sandboxId}, ${it.speed},
      ${JSON.stringify(it.lines)}::jsonb)`.execute(db)
  // Hundreds of operators in one go: as long as the database believes in a handful, it looks for the
  // next one in the way that is right for a handful.
  await sql`analyze operators, queue_members, operator_loads, user_skills`.execute(db)
  return rows
}

/** What stands in the sandbox for each queue, and how it is set up. */
export interface SandboxQueue {
  realId: string
  queueId: string
  kind: ChatKind
  offerSeconds: number
  targetSeconds: number
  wrapUpSeconds: number
}

/** The queues of the sandbox, by those that they stand for. */
export async function listQueues(
  db: Db,
  sandboxId: string,
  realIds: readonly string[],
): Promise<SandboxQueue[]> {
  const { rows } = await sql<SandboxQueue>`
    select r.id as real_id, q.id as queue_id, q.kind, q.offer_seconds, q.target_seconds, q.wrap_up_seconds
      from unnest(${realIds}::uuid[]) as r (id)
      join queues q on q.organisation_id = ${sandboxId} and q.id = sandbox_id(${sandboxId}, r.id)`.execute(
    db,
  )
  return rows
}

export type Arrived = Outcome<
  'offered' | 'active' | 'waiting' | 'already' | 'closed' | 'queue_full' | 'not_found'
>

/** Somebody comes. On `queue_full` and `not_found` nothing is left of them. */
export function arrive(
  db: Db,
  it: { sandboxId: string; queueId: string; chatId: string },
): Promise<Arrived> {
  return transition(
    db,
    sql<Arrived>`select * from arrive_in_sandbox(${it.sandboxId}, ${it.queueId}, ${it.chatId})`,
  )
}

/** The time of an offer, or of the wrap-up after it, is over: the next sweep ends it. */
export async function hasten(
  db: Db,
  it: { sandboxId: string; offerId: string; userId: string },
): Promise<void> {
  await sql`select hasten_in_sandbox(${it.sandboxId}, ${it.offerId}, ${it.userId})`.execute(db)
}

/** A line of the sandbox's log, as far as the simulator reads it. */
export interface News {
  seq: number
  kind: 'chat' | 'operator'
  /** The chat's, or the operator's. */
  id: string
  /** Null: closed. */
  state: string | null
  holderId: string | null
  offerId: string | null
  offeredTo: string | null
  availability: string | null
  connection: string | null
  isNotAnswering: boolean | null
  isPaused: boolean | null
  live: { used: number; limit: number } | null
  deferred: { used: number; limit: number } | null
}

const MOST_NEWS = 2_000

/** What has happened since. */
export async function listNews(db: Db, sandboxId: string, since: number): Promise<News[]> {
  const { rows } = await sql<News>`
    select seq, kind, entity_id as id, row ->> 'state' as state, row ->> 'operatorId' as holder_id,
           row -> 'offer' ->> 'id' as offer_id, row -> 'offer' ->> 'operatorId' as offered_to,
           row ->> 'availability' as availability, row ->> 'connection' as connection,
           (row ->> 'isNotAnswering')::boolean as is_not_answering,
           (row -> 'wrapUp' ->> 'isPaused')::boolean as is_paused, row -> 'live' as live,
           row -> 'deferred' as deferred
      from event_log
     where organisation_id = ${sandboxId} and seq > ${since} and kind in ('chat', 'operator')
     order by seq
     limit ${MOST_NEWS}`.execute(db)
  return rows
}

/** A long run leaves many rows: removing them may take longer than a statement else may. */
const REMOVING = '120s'

/** Removes a sandbox with all its rows; does nothing when it is gone, or somebody is at it. */
export async function remove(
  db: ReturnType<typeof openPool>['db'],
  sandboxId: string,
): Promise<void> {
  await sql`select empty_sandbox(${sandboxId})`.execute(db)
  await db.transaction().execute(async (tx) => {
    await sql`select set_config('statement_timeout', ${REMOVING}, true)`.execute(tx)
    await sql`select remove_sandbox(${sandboxId})`.execute(tx)
  })
}
