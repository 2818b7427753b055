// Chats that are handed on at random, among everything else that happens at once.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { run } from '../features/routing/actions.ts'
import * as handing from '../features/routing/handing-queries.ts'
import type { Db } from '../platform/database.ts'
import type { Place } from './routing-seed.ts'

interface Storm {
  db: Db
  place: Pick<Place, 'organisationId'>
  users: readonly string[]
  queues: readonly string[]
}

const any = <T>(list: readonly T[]): T => {
  const one = list[Math.floor(Math.random() * list.length)]
  if (one === undefined) throw new Error('nothing to choose from')
  return one
}

async function anyChat(db: Db, state: string) {
  const { rows } = await sql<{ chatId: string; operatorId: string | null }>`
    select chat_id, operator_id from routed_chats where state = ${state}::chat_state
     order by random() limit 1`.execute(db)
  return rows.at(0)
}

/** Whoever holds a chat hands it to a person or to a queue. */
export async function handOn({ db, place, users, queues }: Storm): Promise<void> {
  const chat = await anyChat(db, 'active')
  if (!chat?.operatorId) return
  const { chatId, operatorId } = chat
  const to =
    Math.random() < 0.6
      ? { kind: 'operator' as const, id: any(users), name: 'Somebody' }
      : { kind: 'queue' as const, id: any(queues), name: 'Somewhere' }
  const asked = { ...place, transferId: randomUUID(), chatId, note: null, to }
  await run(db, (one) =>
    handing.beginTransfer(one, { ...asked, actorId: operatorId, holderId: operatorId }),
  )
}

export async function takeBack({ db, place }: Storm): Promise<void> {
  const { rows } = await sql<{ id: string; fromId: string }>`
    select id, from_id from transfers where outcome is null order by random() limit 1`.execute(db)
  const [transfer] = rows
  if (transfer === undefined) return
  const { id: transferId, fromId } = transfer
  const asked = { ...place, transferId, holderId: fromId, actorId: fromId }
  await run(db, (one) => handing.cancelTransfer(one, asked))
}

/** Somebody above gives a chat to a person, whatever they hold. */
export async function giveOutright({ db, place, users }: Storm): Promise<void> {
  const chat = await anyChat(db, any(['active', 'waiting', 'offered']))
  if (chat === undefined) return
  const asked = { ...place, transferId: randomUUID(), chatId: chat.chatId, note: null }
  await run(db, (one) =>
    handing.assignChat(one, {
      ...asked,
      actorId: any(users),
      userId: any(users),
      overLimit: Math.random() < 0.3,
    }),
  )
}

export async function moveOne({ db, place, users, queues }: Storm): Promise<void> {
  const chat = await anyChat(db, any(['waiting', 'offered']))
  if (chat === undefined) return
  const asked = { ...place, transferId: randomUUID(), chatId: chat.chatId, note: null }
  await run(db, (one) =>
    handing.moveChat(one, { ...asked, actorId: any(users), queueId: any(queues) }),
  )
}

/** Lets time run out for some of what is handed on. */
export async function hurryTransfers({ db }: Storm): Promise<void> {
  await sql`update transfers set ends_at = clock_timestamp()
    where (organisation_id, id) in (
      select organisation_id, id from transfers where outcome is null and random() < 0.2
         for no key update skip locked)`.execute(db)
}

/** How many transfers ended in which way. */
export async function outcomes(db: Db): Promise<Record<string, number>> {
  const { rows } = await sql<{ outcome: string; count: number }>`
    select coalesce(outcome, 'under_way') as outcome, count(*)::int as count
      from transfers group by 1`.execute(db)
  return Object.fromEntries(rows.map(({ outcome, count }) => [outcome, count]))
}
