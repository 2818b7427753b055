// A floor with a deferred queue, chats that were answered there, and time that has passed in them.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { chats } from '#contract/chats.ts'
import { type QueueChanges, queues } from '#contract/queues.ts'
import { type Chat, routing } from '#contract/routing.ts'
import { visitors } from '#contract/visitors.ts'
import { type Floor, type FloorVisitor, furnish, type Operator, until } from './floor.ts'
import type { House } from './house.ts'
import { mineOf } from './records.ts'

/** Its chats are given, not offered. */
export async function deferredFloor(house: House, set: QueueChanges['set'] = {}): Promise<Floor> {
  const floor = await furnish(house, { queue: { kind: 'deferred' } })
  const { id, versions: base } = floor.queue
  const body = { set: { autoAccepts: true, ...set }, base }
  await floor.admin.call(queues.change, { params: { id }, body })
  return floor
}

export async function hasLimit(
  floor: Floor,
  { userId: id }: Operator,
  limit: number,
): Promise<void> {
  const body = { kind: 'deferred' as const, limit, version: 1 }
  await floor.admin.call(routing.setLimit, { params: { id }, body })
}

export const word = (body = 'And then?') => ({ clientId: randomUUID(), body })

/** A chat that the operator has and has answered. */
export async function answered(floor: Floor, operator: Operator): Promise<[FloorVisitor, string]> {
  const visitor = await floor.visitor()
  const { id } = await visitor.ask()
  await until(async () => ((await mineOf(operator)).includes(id) ? true : undefined))
  await operator.call(chats.write, { params: { id }, body: word('I will look.') })
  return [visitor, id]
}

/** One that the operator has set aside. */
export async function parked(floor: Floor, operator: Operator): Promise<[FloorVisitor, string]> {
  const [visitor, id] = await answered(floor, operator)
  await operator.call(routing.park, { params: { id }, body: { seen: 2 } })
  return [visitor, id]
}

export const write = (visitor: FloorVisitor, id: string) =>
  visitor.call(visitors.write, { params: { id }, body: word() })

export async function rowOf(operator: Operator, id: string): Promise<Chat | undefined> {
  return (await operator.call(routing.mine)).find((chat) => chat.id === id)
}

/** As if everything in the chat had been so long ago, and had been told so. */
export async function ago(
  { db }: House,
  { organisationId }: Floor,
  chatId: string,
  hours: number,
): Promise<void> {
  const by = sql`interval '1 hour' * ${hours}`
  for (const change of [
    sql`update messages set at = at - ${by} where chat_id = ${chatId}`,
    sql`update assignments set accepted_at = accepted_at - ${by} where chat_id = ${chatId}`,
    sql`update routed_chats set parked_at = parked_at - ${by} where chat_id = ${chatId}`,
    sql`select append_events(${organisationId}, null,
      jsonb_build_array(chat_event(${organisationId}, ${chatId}, '{}', null)))`,
  ])
    await change.execute(db)
}
