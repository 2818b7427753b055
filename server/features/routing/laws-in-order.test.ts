// The laws that are about an order: who is served before whom, who is asked how often, who is not
// asked again. With one caller and a stopped clock; log.several.test.ts has many at once.
import { describe, expect, test } from 'vitest'
import { chatsOf, openRoutingHouse, peopleOf } from '../../testing/routing-house.ts'
import { run, sweep } from './actions.ts'
import * as routing from './queries.ts'

const house = openRoutingHouse()
const { newQueue, newOperator, declare } = peopleOf(house)
const { begin, offer, accept, decline, close, held } = chatsOf(house)
const MINUTE = 60_000

interface Served {
  chatId: string
  priority: number
  /** The minute in which it came. */
  came: number
}

/** The priorities of the chats that come in a minute: of all sorts, and more than can be served. */
function comingIn(minute: number): number[] {
  const priorities = [(minute * 7) % 10, (minute * 3) % 5]
  return minute % 2 === 0 ? priorities : priorities.slice(1)
}

/** One operator who serves a chat a minute, until all are served; in the order of being served. */
async function saturate(minutes: number): Promise<Served[]> {
  const queueId = await newQueue({ offerSeconds: 300 })
  const anna = await newOperator(1, queueId)
  const waiting = new Map<string, Served>()
  const served: Served[] = []
  for (let came = 0; came < minutes || waiting.size > 0; came++) {
    for (const priority of came < minutes ? comingIn(came) : []) {
      const chatId = await begin(queueId, priority)
      waiting.set(chatId, { chatId, priority, came })
    }
    const [next] = await heldOf(waiting)
    if (next === undefined) throw new Error('somebody is served at any time')
    waiting.delete(next.chatId)
    served.push(next)
    await accept(await offer(next.chatId))
    await house.pass(MINUTE)
    await close(next.chatId, anna)
  }
  return served
}

async function heldOf(waiting: ReadonlyMap<string, Served>): Promise<Served[]> {
  const found: Served[] = []
  for (const one of waiting.values()) if (await held(one.chatId)) found.push(one)
  return found
}

/** When a chat is due: its coming, moved ahead by its priority, in minutes. */
const dueOf = ({ came, priority }: Served) => came - priority

describe('under more chats than can be served', () => {
  test('IN-5 I7 I9: a chat is overtaken only by what came so much later as its priority is higher, so none waits for ever', async () => {
    const served = await saturate(24)
    expect(served.length).toBeGreaterThan(30)
    for (const [at, one] of served.entries()) {
      const overtook = served.slice(0, at).filter((other) => other.came > one.came)
      for (const other of overtook)
        expect(other.came - one.came).toBeLessThanOrEqual(other.priority - one.priority)
      // I7: at each pull nothing more urgent had come already and was left standing.
      const left = served.slice(at + 1).filter((other) => other.came <= one.came)
      expect(Math.min(...left.map(dueOf), Number.POSITIVE_INFINITY)).toBeGreaterThanOrEqual(
        dueOf(one),
      )
    }
    expect(served.some((one, at) => served.slice(0, at).some(({ came }) => came > one.came))).toBe(
      true,
    )
  })
})

test('I8: those who are alike are asked alike', async () => {
  const queueId = await newQueue()
  const asked = new Map<string, number>()
  for (let n = 0; n < 6; n++) asked.set(await newOperator(3, queueId), 0)
  for (let n = 0; n < 33; n++) {
    await house.pass(1_000)
    const chatId = await begin(queueId)
    const operatorId = (await held(chatId)) ?? ''
    asked.set(operatorId, (asked.get(operatorId) ?? 0) + 1)
    await accept(await offer(chatId))
    await close(chatId, operatorId)
  }
  const counts = [...asked.values()]
  expect(counts).toHaveLength(6)
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
  const sum = counts.reduce((all, one) => all + one, 0)
  const squares = counts.reduce((all, one) => all + one * one, 0)
  expect((sum * sum) / (counts.length * squares)).toBeGreaterThanOrEqual(0.99)
})

describe('QU-7 I10: who has passed a chat on', () => {
  test('is not asked for it again within 30 s while somebody else may take it, however often they look', async () => {
    const queueId = await newQueue({ offerSeconds: 300 })
    const anna = await newOperator(1, queueId)
    const chatId = await begin(queueId)
    // Bert takes part, and is full.
    const bert = await newOperator(1, queueId)
    const his = await begin(queueId)
    expect(await held(his)).toBe(bert)
    await decline(await offer(chatId))
    for (let n = 0; n < 5; n++) {
      await house.pass(5_000)
      await run(house.db, (db) => routing.matchOperator(db, house.place.organisationId, anna))
      await sweep(house.db)
      expect(await held(chatId)).toBeUndefined()
    }
    await house.pass(5_001)
    await sweep(house.db)
    expect(await held(chatId)).toBe(anna)
  })

  test('is asked again at once when there is nobody else', async () => {
    const queueId = await newQueue()
    const anna = await newOperator(1, queueId)
    const bert = await newOperator(1, queueId)
    await declare(bert, 'away')
    const chatId = await begin(queueId)
    await decline(await offer(chatId))
    expect(await held(chatId)).toBe(anna)
  })
})
