// Deferred chats of one operator, and what is written in them, without a browser.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { run } from '../features/routing/actions.ts'
import type { FloorParking } from '../features/routing/floor-parking.ts'
import { joinQueue } from '../features/routing/joining-queries.ts'
import { parkChat, wakeChat } from '../features/routing/parking-queries.ts'
import * as routing from '../features/routing/queries.ts'
import type { Db } from '../platform/database.ts'
import { ask, type Place, seedQueue } from './routing-seed.ts'

const HOUR_MS = 3_600_000

export const PARKING: FloorParking = {
  ...{ afterMs: HOUR_MS, wakeTo: 'front', closeMs: undefined },
  ...{ whenGone: 'keep', keepMs: undefined, holdMs: 60_000 },
}

/** Somebody writes, some time ago; the visitor's word wakes a chat that is parked. */
export async function say(
  db: Db,
  { organisationId }: Place,
  chatId: string,
  by: 'operator' | 'visitor',
  agoMs = 0,
): Promise<void> {
  await sql`
    with next as (
      update chats set message_seq = message_seq + 1 where id = ${chatId} returning message_seq as seq)
    insert into messages (organisation_id, chat_id, seq, client_id, author, body, at)
    select ${organisationId}, ${chatId}, seq, ${randomUUID()}, ${by}::chat_author, 'Hello',
           clock_timestamp() - ${agoMs} * interval '1 millisecond'
      from next`.execute(db)
  if (by === 'visitor') await run(db, (one) => wakeChat(one, { organisationId, chatId }))
}

/** A deferred chat that the operator has, who answered it so long ago that it may be parked. */
export async function seatQuiet(
  db: Db,
  place: Place,
  userId: string,
  parking = PARKING,
): Promise<string> {
  const { organisationId } = place
  const queueId = await seedQueue(db, organisationId, randomUUID(), {
    ...{ kind: 'deferred', autoAccepts: true, parking },
  })
  const at = { organisationId, queueId, userId }
  await run(db, (one) => routing.assignQueueMember(one, at))
  await run(db, (one) => joinQueue(one, at))
  const chatId = randomUUID()
  await ask(db, place, queueId, chatId)
  await sql`update assignments set accepted_at = accepted_at - interval '3 hours' where chat_id = ${chatId}`.execute(
    db,
  )
  await say(db, place, chatId, 'operator', 2 * HOUR_MS)
  await sql`select append_events(${organisationId}, null,
    jsonb_build_array(chat_event(${organisationId}, ${chatId}, '{}', null)))`.execute(db)
  return chatId
}

/** The same, parked. */
export async function seatParked(
  db: Db,
  place: Place,
  userId: string,
  parking = PARKING,
): Promise<string> {
  const { organisationId } = place
  const chatId = await seatQuiet(db, place, userId, parking)
  await run(db, (one) => parkChat(one, { organisationId, chatId, userId }))
  return chatId
}
