// What routing promises of limits, whoever sets them and whatever the code does.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { brokenConstraint } from '../../platform/database.ts'
import { chatsOf, openRoutingHouse, peopleOf } from '../../testing/routing-house.ts'

const house = openRoutingHouse()
const { newQueue, newOperator, operator, limit } = peopleOf(house)
const { begin, offer, accept, close, held } = chatsOf(house)

describe('a limit', () => {
  test('that is lowered leaves what is held, and lets nothing new in until there is room', async () => {
    const queueId = await newQueue()
    const anna = await newOperator(3, queueId)
    const chats = [await begin(queueId), await begin(queueId), await begin(queueId)]
    for (const chatId of chats) await accept(await offer(chatId))
    await limit(anna, 1)
    expect((await operator(anna)).live).toEqual({ used: 3, limit: 1, own: 1, version: 2 })
    const waiting = await begin(queueId)
    for (const [index, chatId] of chats.entries()) {
      expect(await held(waiting)).toBeUndefined()
      await close(chatId, anna)
      expect((await operator(anna)).live.used).toBe(Math.max(2 - index, 1))
    }
    expect(await held(waiting)).toBe(anna)
  })

  test('that is raised brings what waits at once', async () => {
    const queueId = await newQueue()
    const anna = await newOperator(0, queueId)
    const chats = [await begin(queueId), await begin(queueId)]
    expect(await limit(anna, 2)).toMatchObject({
      status: 'set',
      detail: { limit: 2, version: 2, before: 0 },
    })
    expect(await Promise.all(chats.map(held))).toEqual([anna, anna])
  })

  test('is refused to an editor who saw an older one, and says what stands', async () => {
    const anna = await newOperator(2)
    await limit(anna, 4)
    expect(await limit(anna, 4)).toMatchObject({ status: 'set', seq: null })
    expect(await limit(anna, 7)).toEqual(
      expect.objectContaining({
        status: 'stale',
        seq: null,
        detail: {
          userId: anna,
          kind: 'live',
          limit: 4,
          version: 2,
          setBy: anna,
          setAt: house.at(0),
          before: null,
        },
      }),
    )
  })

  test('is kept by the database itself, against any code', async () => {
    const queueId = await newQueue()
    const anna = await newOperator(1, queueId)
    await begin(queueId)
    const force = sql`insert into assignments (organisation_id, chat_id, user_id, queue_id, chat_kind, state,
        offered_at, accepted_at, because)
      values (${house.place.organisationId}, ${randomUUID()}, ${anna}, ${queueId}, 'live', 'active', now(), now(), '{}')`
    const broken = await force.execute(house.db).catch(brokenConstraint)
    expect(broken).toBe('operator_loads_within_limit')
    const cheat = sql`update operator_loads set used = 0 where user_id = ${anna}`.execute(house.db)
    await expect(cheat).rejects.toThrow('only assignments move a load')
    await sql`update operator_loads set over = 9 where user_id = ${anna}`.execute(house.db)
    expect(await force.execute(house.db).catch(brokenConstraint)).toBe(
      'operator_loads_within_limit',
    )
  })

  test('and ownership: a chat has one owner, whatever the code does', async () => {
    const queueId = await newQueue()
    await newOperator(1, queueId)
    const chatId = await begin(queueId)
    await accept(await offer(chatId))
    const other = await newOperator(1, queueId)
    const second = sql`insert into assignments (organisation_id, chat_id, user_id, queue_id, chat_kind, state,
        offered_at, accepted_at, because)
      values (${house.place.organisationId}, ${chatId}, ${other}, ${queueId}, 'live', 'active', now(), now(), '{}')`
    expect(await second.execute(house.db).catch(brokenConstraint)).toBe('assignments_one_owner')
  })
})
