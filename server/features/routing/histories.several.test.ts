// Short histories of several callers at once, each checked against what one caller alone would be
// answered: who has a chat is one register, how many an operator has is one counter.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { openBusyQueue, times } from '../../testing/busy-queue.ts'
import { type Call, isLinearizable, type Rules } from '../../testing/linearizable.ts'
import { ask, seedOperator, seedQueue } from '../../testing/routing-seed.ts'
import { run } from './actions.ts'
import { brokenLaws, NONE_BROKEN } from './laws.ts'
import * as routing from './queries.ts'
import { takeChat } from './ring-queries.ts'

const queue = openBusyQueue()
const LIMIT = 2

interface Op {
  type: 'take' | 'close' | 'leave'
  chatId: string
  userId: string
}
/** Who has each chat; a user's id, or what it is instead. */
type Owners = Readonly<Record<string, string>>

/** The rules, as they are for one caller alone. */
const rules: Rules<Owners, Op, string> = (owners, { type, chatId, userId }, answer) => {
  const owner = owners[chatId]
  const [right, next] = {
    take: () => taking(owners, chatId, userId),
    close: () => {
      if (owner === 'closed') return ['closed', owners] as const
      if (owner !== userId) return ['not_holder', owners] as const
      return ['closed', { ...owners, [chatId]: 'closed' }] as const
    },
    leave: () => ['closed', { ...owners, [chatId]: 'closed' }] as const,
  }[type]()
  return answer === right ? next : undefined
}

function taking(owners: Owners, chatId: string, userId: string): readonly [string, Owners] {
  const owner = owners[chatId]
  if (owner === userId) return ['taken', owners]
  if (owner !== 'waiting') return ['gone', owners]
  const held = Object.values(owners).filter((one) => one === userId).length
  return held >= LIMIT ? ['at_limit', owners] : ['taken', { ...owners, [chatId]: userId }]
}

const call = (op: Op, answer: string, from: number, to: number): Call<Op, string> => {
  return { op, answer, from, to }
}

test('a history that no order explains is found out', () => {
  const take = (userId: string): Op => ({ type: 'take', chatId: 'c', userId })
  const one = call(take('anna'), 'taken', 0, 2)
  expect(isLinearizable([one, call(take('bert'), 'gone', 1, 3)], { c: 'waiting' }, rules)).toBe(
    true,
  )
  expect(isLinearizable([one, call(take('bert'), 'taken', 1, 3)], { c: 'waiting' }, rules)).toBe(
    false,
  )
  // Told that it was gone before anybody had asked for it.
  expect(isLinearizable([call(take('bert'), 'gone', -2, -1), one], { c: 'waiting' }, rules)).toBe(
    false,
  )
  const owners = { c: 'waiting', d: 'anna', e: 'anna' }
  expect(isLinearizable([one], owners, rules)).toBe(false)
})

async function outsiders(): Promise<{ users: string[]; queueId: string }> {
  const { organisationId } = queue.place
  const queueId = await seedQueue(queue.db, organisationId, randomUUID(), {})
  const users = [randomUUID(), randomUUID(), randomUUID()]
  for (const userId of users) {
    await seedOperator(queue.db, queue.place, userId, { live: LIMIT, queueIds: [queueId] })
    await sql`update queue_members set participates = false where user_id = ${userId}`.execute(
      queue.db,
    )
    await sql`select append_events(${organisationId}, null,
      jsonb_build_array(queue_member_event(${organisationId}, ${queueId}, ${userId})))`.execute(
      queue.db,
    )
  }
  return { users, queueId }
}

const any = <T>(list: readonly T[]): T => {
  const one = list[Math.floor(Math.random() * list.length)]
  if (one === undefined) throw new Error('nothing to choose from')
  return one
}

async function act({ type, chatId, userId }: Op): Promise<string> {
  const at = { organisationId: queue.place.organisationId, chatId }
  const acts = {
    take: () => run(queue.db, (db) => takeChat(db, { ...at, userId })),
    close: () =>
      run(queue.db, (db) =>
        routing.closeChat(db, { ...at, holderId: userId, because: 'operator' }),
      ),
    leave: () => run(queue.db, (db) => routing.abandonChat(db, at)),
  }
  return (await acts[type]()).status
}

test('what several are answered at once could have been answered to one after the other', async () => {
  const { users, queueId } = await outsiders()
  const answers = new Set<string>()
  for (let history = 0; history < 12; history++) {
    const chats = await times(4, async () => {
      const chatId = randomUUID()
      await ask(queue.db, queue.place, queueId, chatId)
      return chatId
    })
    const calls: Call<Op, string>[] = []
    await times(5, async () => {
      for (let n = 0; n < 4; n++) {
        const type = any(['take', 'take', 'take', 'close', 'leave'] as const)
        const op: Op = { type, chatId: any(chats), userId: any(users) }
        const from = performance.now()
        const answer = await act(op)
        calls.push(call(op, answer, from, performance.now()))
        answers.add(`${type} ${answer}`)
      }
    })
    const first = Object.fromEntries(chats.map((chatId) => [chatId, 'waiting']))
    expect(isLinearizable(calls, first, rules), JSON.stringify(calls)).toBe(true)
    for (const chatId of chats) await act({ type: 'leave', chatId, userId: '' })
  }
  // Histories in which nothing was ever refused would prove little.
  expect([...answers]).toEqual(expect.arrayContaining(['take taken', 'take gone', 'close closed']))
  expect(await brokenLaws(queue.db)).toEqual(NONE_BROKEN)
})
