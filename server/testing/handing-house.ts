// What tests of transfers do in a house of routing: hand on, take back, look.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { TargetKind, Transfer } from '#contract/transfers.ts'
import { run } from '../features/routing/actions.ts'
import * as handing from '../features/routing/handing-queries.ts'
import { chatsOf, peopleOf, type RoutingHouse } from './routing-house.ts'

export const NOTE = 'She waits for a refund'

/** Throws for a chat that was never handed on. */
export function handingOf(house: RoutingHouse) {
  const people = peopleOf(house)
  const chats = chatsOf(house)
  return {
    /** By its holder, or with null by somebody above. */
    async handOn(
      chatId: string,
      holderId: string | null,
      [kind, id]: [TargetKind, string],
      actorId = holderId ?? randomUUID(),
    ): Promise<{ status: string; transferId: string }> {
      const transferId = randomUUID()
      const asked = { ...house.place, transferId, chatId, holderId, actorId, note: NOTE }
      const { status } = await run(house.db, (one) =>
        handing.beginTransfer(one, { ...asked, to: { kind, id, name: 'There' } }),
      )
      return { status, transferId }
    },
    async takeBack(transferId: string, holderId: string): Promise<string> {
      const asked = { ...house.place, transferId, holderId, actorId: holderId }
      return (await run(house.db, (one) => handing.cancelTransfer(one, asked))).status
    },
    async transferOf(chatId: string): Promise<Transfer> {
      const { transfer } = await chats.chat(chatId)
      if (transfer === null) throw new Error('the chat was handed on')
      return transfer
    },
    async outcomeOf(chatId: string): Promise<string | undefined> {
      const { rows } = await sql<{ outcome: string }>`
        select outcome from transfers where chat_id = ${chatId}`.execute(house.db)
      return rows.at(0)?.outcome
    },
    /** A chat that an operator holds in a queue of their own. */
    async heldChat(limit = 1) {
      const queueId = await people.newQueue()
      const anna = await people.newOperator(limit, queueId)
      const chatId = await chats.begin(queueId)
      await chats.accept(await chats.offer(chatId))
      return { queueId, anna, chatId }
    },
    loadOf: async (userId: string) => (await people.operator(userId)).live.used,
  }
}

/** A department with these operators in it. */
export async function newDepartment(
  { db, place: { organisationId } }: RoutingHouse,
  ...userIds: string[]
): Promise<string> {
  const id = randomUUID()
  await sql`insert into departments (organisation_id, id, account_id, name)
    values (${organisationId}, ${id}, ${organisationId}, ${id.slice(0, 8)})`.execute(db)
  await sql`insert into department_members (organisation_id, department_id, membership_id)
    select organisation_id, ${id}, id from memberships
     where organisation_id = ${organisationId} and user_id = any (${userIds}::uuid[])`.execute(db)
  return id
}
