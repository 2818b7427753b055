// What a command of the model is to the database: the functions that the doors use.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { StatusMark } from '#contract/presence.ts'
import * as presence from '../features/presence/queries.ts'
import { type Outcome, transition } from '../features/presence/queries.ts'
import { matchWaiting, run, sweep } from '../features/routing/actions.ts'
import { beginTransfer, cancelTransfer } from '../features/routing/handing-queries.ts'
import * as joining from '../features/routing/joining-queries.ts'
import type { Command } from '../features/routing/model.ts'
import * as parking from '../features/routing/parking-queries.ts'
import * as routing from '../features/routing/queries.ts'
import { pickChat, takeChat } from '../features/routing/ring-queries.ts'
import { setUnitLimit } from '../features/routing/unit-queries.ts'
import { comeBack, endWrapUp } from '../features/routing/wrap-up-queries.ts'
import type { Db } from '../platform/database.ts'
import { ask, idOf, type Place, SHIFTS } from './routing-seed.ts'

/** Of a status of the catalogue, but for the kinds of chats that it is for. */
const MARK: Omit<StatusMark, 'accepts'> = {
  ...{ statusId: idOf('9', 1), icon: 'pause', colour: 'blue' },
  ...{ isPaid: true, maxMinutes: null },
}
/** The chat's newest offer, answered by whom the command says. */
async function offerOf(
  db: Db,
  { organisationId }: Place,
  { chatId, userId }: { chatId: string; userId: string },
): Promise<routing.OfferAnswer> {
  const { rows } = await sql<{ id: string }>`
    select id from assignments where organisation_id = ${organisationId} and chat_id = ${chatId}
     order by state = 'offered' desc, ended_at is null desc, offered_at desc limit 1`.execute(db)
  return { organisationId, userId, offerId: rows.at(0)?.id ?? idOf('e', 404) }
}

type Acts = {
  [Name in Command['type']]: (db: Db, place: Place, it: Command<Name>) => Promise<unknown>
}

const ACTS: Acts = {
  register: (db, { organisationId }, it) =>
    run(db, (one) => routing.registerOperator(one, { organisationId, ...it })),
  remove: (db, { organisationId }, it) =>
    run(db, (one) => routing.removeOperator(one, { organisationId, ...it })),
  assign: (db, { organisationId }, it) =>
    run(db, (one) => routing.assignQueueMember(one, { organisationId, ...it })),
  unassign: (db, { organisationId }, it) =>
    run(db, (one) => routing.unassignQueueMember(one, { organisationId, ...it })),
  join: (db, { organisationId }, it) =>
    run(db, (one) => joining.joinQueue(one, { organisationId, ...it })),
  leave: (db, { organisationId }, it) =>
    run(db, (one) => joining.leaveQueue(one, { organisationId, ...it })),
  shift,
  declare,
  describe,
  participate,
  say,
  limit: setLimit,
  units: setUnits,
  queueLimit: setQueueLimit,
  act: (db, { organisationId }, { userId }) =>
    run(db, (one) => presence.noteActivity(one, organisationId, userId)),
  back: (db, { organisationId }, { userId }) =>
    run(db, (one) => comeBack(one, organisationId, userId)),
  connect: (db, place, it) =>
    run(db, (one) => presence.connectionOpened(one, { ...place, sessionId: null, ...it })),
  disconnect: (db, _, { connectionId }) =>
    run(db, (one) => presence.connectionClosed(one, connectionId)),
  enqueue: (db, place, { queueId, chatId, priority }) => ask(db, place, queueId, chatId, priority),
  async accept(db, place, it) {
    const offer = await offerOf(db, place, it)
    return run(db, (one) => routing.acceptOffer(one, offer))
  },
  async decline(db, place, it) {
    const offer = await offerOf(db, place, it)
    return run(db, (one) => routing.declineOffer(one, offer))
  },
  take: (db, { organisationId }, it) => run(db, (one) => takeChat(one, { organisationId, ...it })),
  pick: (db, { organisationId }, it) => run(db, (one) => pickChat(one, { organisationId, ...it })),
  park: (db, { organisationId }, it) =>
    run(db, (one) => parking.parkChat(one, { organisationId, seen: 1_000, ...it })),
  takeBack: (db, { organisationId }, it) =>
    run(db, (one) => parking.takeBackChat(one, { organisationId, ...it })),
  handOn: (db, { organisationId }, { chatId, userId, to }) =>
    run(db, (one) =>
      beginTransfer(one, {
        ...{ organisationId, chatId, holderId: userId, actorId: userId },
        ...{ transferId: randomUUID(), to: { ...to, name: 'Whoever' }, note: null },
      }),
    ),
  keep: keepChat,
  wrapUp: (db, { organisationId }, { userId }) =>
    run(db, (one) => endWrapUp(one, organisationId, userId)),
  close: (db, { organisationId }, { chatId, userId: holderId }) =>
    run(db, (one) =>
      routing.closeChat(one, { organisationId, chatId, holderId, because: 'operator' }),
    ),
  abandon: (db, { organisationId }, it) =>
    run(db, (one) => routing.abandonChat(one, { organisationId, ...it })),
  sweep: (db) => sweep(db),
}

/** Does what a command says, and matches what it left. */
export function act<Name extends Command['type']>(
  db: Db,
  place: Place,
  it: Command<Name>,
): Promise<unknown> {
  return ACTS[it.type](db, place, it)
}

/** Of the chat's newest transfer. */
async function keepChat(db: Db, { organisationId }: Place, it: Command<'keep'>) {
  const { rows } = await sql<{ id: string | null }>`select transfer_id as id from routed_chats
    where organisation_id = ${organisationId} and chat_id = ${it.chatId}`.execute(db)
  const transferId = rows.at(0)?.id ?? idOf('e', 404)
  const by = { holderId: it.userId, actorId: it.userId }
  return run(db, (one) => cancelTransfer(one, { organisationId, transferId, ...by }))
}

/** The model's operators write only in what somebody holds. */
async function say(
  db: Db,
  { organisationId }: Place,
  { chatId, by }: Command<'say'>,
): Promise<void> {
  await sql`
    with next as (
      update chats set message_seq = message_seq + 1
       where id = ${chatId} and exists (
         select from routed_chats r
          where r.chat_id = ${chatId} and r.state <> 'closed' and (${by} = 'visitor' or r.state = 'active'))
      returning message_seq as seq)
    insert into messages (organisation_id, chat_id, seq, client_id, author, body, at)
    select ${organisationId}, ${chatId}, seq, gen_random_uuid(), ${by}::chat_author, 'Hello', routing_now()
      from next`.execute(db)
  if (by === 'visitor') await run(db, (one) => parking.wakeChat(one, { organisationId, chatId }))
}

// As editing a person does it: what is set is told, and the operator is matched anew.
async function describe(db: Db, place: Place, it: Command<'describe'>): Promise<unknown> {
  const { organisationId } = place
  const { userId, takesChats, takesTests } = it
  await sql`delete from user_skills where user_id = ${userId}`.execute(db)
  for (const [id, level] of Object.entries(it.skills).filter(([, level]) => level > 0))
    await sql`insert into user_skills values (${organisationId}, ${userId}, ${id}, ${level})`.execute(
      db,
    )
  return setPlaces(db, place, userId, '[]', { takesChats, takesTests })
}

async function participate(db: Db, place: Place, it: Command<'participate'>): Promise<unknown> {
  const { organisationId } = place
  const { rows } = await sql<{ tier: number }>`select tier from queue_members
    where organisation_id = ${organisationId} and queue_id = ${it.queueId} and user_id = ${it.userId}`.execute(
    db,
  )
  if (rows.length === 0) return
  const put = rows.map(({ tier }) => ({ ...it, tier }))
  return setPlaces(db, place, it.userId, JSON.stringify(put), {
    takesChats: null,
    takesTests: null,
  })
}

function declare(
  db: Db,
  { organisationId }: Place,
  { userId, availability, finishAs, accepts }: Command<'declare'>,
): Promise<unknown> {
  const mark =
    availability === 'available' && accepts ? { ...MARK, accepts: [...accepts] } : undefined
  const wish = { organisationId, actorId: userId, userId, availability, finishAs, mark }
  return run(db, (one) => routing.setAvailability(one, wish))
}

// As editing a person does it, and the look that follows within a second.
async function shift(db: Db, { organisationId }: Place, { userId, isOn }: Command<'shift'>) {
  const shiftId = isOn === null ? null : SHIFTS[isOn ? 'on' : 'off']
  await sql`update operators set shift_id = ${shiftId}
    where organisation_id = ${organisationId} and user_id = ${userId}`.execute(db)
  await run(db, joining.tendShifts)
  return run(db, (one) => routing.matchOperator(one, organisationId, userId))
}

function setPlaces(
  db: Db,
  { organisationId }: Place,
  userId: string,
  put: string,
  { takesChats, takesTests }: { takesChats: boolean | null; takesTests: boolean | null },
): Promise<unknown> {
  return run(db, async (one) => {
    const outcome = await transition(
      one,
      sql<Outcome>`select * from set_operator_places(${organisationId}, ${userId}, ${put}::jsonb,
        '{}', null, null, ${takesChats}, ${takesTests}, null)`,
    )
    return { ...outcome, matchOperators: [userId] }
  })
}

async function setLimit(db: Db, place: Place, it: Command<'limit'>): Promise<unknown> {
  const { rows } = await sql<{ version: number }>`select version from operator_loads
    where organisation_id = ${place.organisationId} and user_id = ${it.userId} and kind = ${it.kind}`.execute(
    db,
  )
  const version = rows.at(0)?.version ?? 1
  return run(db, (one) => routing.setLimit(one, { ...place, ...it, version, actorId: null }))
}

// As changing the queue does it, and the look that follows.
async function setQueueLimit(db: Db, place: Place, { queueId, limit }: Command<'queueLimit'>) {
  const { organisationId } = place
  await sql`update queues set held_limit = ${limit}
    where organisation_id = ${organisationId} and id = ${queueId}`.execute(db)
  await matchWaiting(db, organisationId)
}

async function setUnits(db: Db, place: Place, it: Command<'units'>): Promise<unknown> {
  const { rows } = await sql<{ unitVersion: number }>`select unit_version from operators
    where organisation_id = ${place.organisationId} and user_id = ${it.userId}`.execute(db)
  const version = rows.at(0)?.unitVersion ?? 1
  return run(db, (one) => setUnitLimit(one, { ...place, ...it, version, actorId: null }))
}
