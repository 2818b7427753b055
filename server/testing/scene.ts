// One small floor on which every transition of routing has something to do, and that is put back as
// it was in a few milliseconds.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import * as presence from '../features/presence/queries.ts'
import { run } from '../features/routing/actions.ts'
import { joinQueue } from '../features/routing/joining-queries.ts'
import * as routing from '../features/routing/queries.ts'
import type { Db } from '../platform/database.ts'
import { seatParked, seatQuiet } from './quiet-chats.ts'
import { ask, type Place, seedOperator, seedPlace, seedQueue } from './routing-seed.ts'

export interface Scene {
  place: Place
  queueId: string
  otherQueueId: string
  /** Holds one chat and is offered another. */
  anna: string
  /** Is offered one, which fills the limit. */
  bert: string
  /** Is away. */
  cora: string
  /** Has not joined the queue. */
  dirk: string
  /** Is offered one and has not answered in time, on a server that is gone. */
  eva: string
  held: string
  annas: string
  berts: string
  evas: string
  waiting: string
  /** A deferred chat of Anna's in which nobody has written for long, and one that is parked for Bert. */
  quiet: string
  parked: string
  /** The offers. */
  annasOffer: string
  bertsOffer: string
  bertsConnection: string
}

export async function setScene(db: Db): Promise<Scene> {
  const place = await seedPlace(db)
  const { organisationId } = place
  const queueId = await seedQueue(db, organisationId, randomUUID(), { offerSeconds: 300 })
  const otherQueueId = await seedQueue(db, organisationId, randomUUID(), { offerSeconds: 300 })
  const seat = async (live: number, at: Place = place) => {
    const userId = randomUUID()
    await seedOperator(db, at, userId, { live, queueIds: [queueId] })
    return userId
  }
  const chat = async () => {
    const chatId = randomUUID()
    await ask(db, place, queueId, chatId)
    return chatId
  }
  const anna = await seat(2)
  const held = await chat()
  const offerId = await offerOf(db, held)
  await run(db, (one) => routing.acceptOffer(one, { organisationId, offerId, userId: anna }))
  const annas = await chat()
  const bert = await seat(1)
  const berts = await chat()
  const dying = await serverOf(db)
  await seatLost(db, await seat(1), place.organisationId, await chat())
  const eva = await seat(1, { ...place, ...dying })
  const evas = await chat()
  const waiting = await chat()
  const quiet = await seatQuiet(db, place, anna)
  const parked = await seatParked(db, place, bert)
  const cora = await seatAway(db, place, queueId)
  const dirk = await seatBeside(db, place, queueId)
  await lateIs(db, organisationId, evas)
  await sql`update nodes set lease_until = clock_timestamp() - interval '1 second' where id = ${dying.nodeId}`.execute(
    db,
  )
  return {
    ...{ place, queueId, otherQueueId, anna, bert, cora, dirk, eva },
    ...{ held, annas, berts, evas, waiting, quiet, parked },
    annasOffer: await offerOf(db, annas),
    bertsOffer: await offerOf(db, berts),
    bertsConnection: await connectionOf(db, bert),
  }
}

async function offerOf(db: Db, chatId: string): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    select id from assignments where chat_id = ${chatId} and state = 'offered'`.execute(db)
  const [offer] = rows
  if (offer === undefined) throw new Error('the chat is offered')
  return offer.id
}

async function connectionOf(db: Db, userId: string): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    select id from connections where user_id = ${userId}`.execute(db)
  return rows[0]?.id ?? ''
}

/** One who holds the chat and has not come back within the grace. */
async function seatLost(db: Db, userId: string, organisationId: string, chatId: string) {
  const offerId = await offerOf(db, chatId)
  await run(db, (one) => routing.acceptOffer(one, { organisationId, offerId, userId }))
  const connectionId = await connectionOf(db, userId)
  await run(db, (one) => presence.connectionClosed(one, connectionId, 0))
}

async function serverOf(db: Db): Promise<{ nodeId: string; epoch: number }> {
  const nodeId = randomUUID()
  return { nodeId, epoch: await presence.registerNode(db, nodeId, 'dying') }
}

async function seatAway(db: Db, place: Place, queueId: string): Promise<string> {
  const userId = randomUUID()
  const at = { organisationId: place.organisationId, userId, queueId }
  await seedOperator(db, place, userId, { live: 1, queueIds: [] })
  await run(db, (one) =>
    routing.setAvailability(one, { ...at, availability: 'away', actorId: userId }),
  )
  await run(db, (one) => routing.assignQueueMember(one, at))
  await run(db, (one) => joinQueue(one, at))
  return userId
}

async function seatBeside(db: Db, place: Place, queueId: string): Promise<string> {
  const userId = randomUUID()
  await seedOperator(db, place, userId, { live: 1, queueIds: [] })
  await run(db, (one) => routing.assignQueueMember(one, { ...place, userId, queueId }))
  return userId
}

/** The time of the chat's offer is over, and has been told so. */
async function lateIs(db: Db, organisationId: string, chatId: string): Promise<void> {
  await sql`update assignments set expires_at = clock_timestamp() - interval '1 second'
    where chat_id = ${chatId} and state = 'offered'`.execute(db)
  await sql`select append_events(${organisationId}, null,
    jsonb_build_array(chat_event(${organisationId}, ${chatId}, '{}', null)))`.execute(db)
}

/** What transitions change, in an order in which it can be emptied; filled again from the end. */
const MOVING = [
  ...['operators', 'transfers', 'exclusions', 'assignments', 'routed_chats', 'operator_loads'],
  ...['queue_members', 'connections', 'nodes', 'event_log', 'handovers', 'messages', 'chats'],
]

/** Keeps what is there now; the function that comes back puts everything back as it is. */
export async function keepScene(db: Db): Promise<() => Promise<void>> {
  const { rows } = await sql<{ name: string; columns: string }>`
    select table_name as name, string_agg(quote_ident(column_name), ', ' order by ordinal_position) as columns
      from information_schema.columns
     where table_schema = 'public' and is_generated = 'NEVER' and table_name = any(${MOVING})
     group by table_name`.execute(db)
  const tables = rows.toSorted((a, b) => MOVING.indexOf(a.name) - MOVING.indexOf(b.name))
  for (const { name } of tables)
    await sql.raw(`create table kept_${name} as select * from ${name}`).execute(db)
  const back = [
    ...tables.map(({ name }) => `delete from ${name};`),
    ...tables
      .toReversed()
      .map(
        ({ name, columns }) =>
          `insert into ${name} (${columns}) select ${columns} from kept_${name};`,
      ),
  ]
  await sql
    .raw(
      `create function put_scene_back() returns void language plpgsql as $$ begin ${back.join('\n')} end $$`,
    )
    .execute(db)
  return async () => {
    await sql`select put_scene_back()`.execute(db)
  }
}
