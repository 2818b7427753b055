// Many hands at once: the same laws hold when everybody acts at the same moment.
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { openBusyQueue, times } from '../../testing/busy-queue.ts'
import { until } from '../../testing/floor.ts'
import { ask, seedOperator, seedQueue, seedUser } from '../../testing/routing-seed.ts'
import * as presence from '../presence/queries.ts'
import { run } from './actions.ts'
import { moveChat } from './handing-queries.ts'
import { brokenLaws, NONE_BROKEN } from './laws.ts'
import * as routing from './queries.ts'

const queue = openBusyQueue()

async function acceptAll(): Promise<void> {
  const { rows } = await sql<{ id: string; userId: string }>`
    select id, user_id from assignments where state = 'offered'`.execute(queue.db)
  await Promise.all(
    rows.map(({ id, userId }) =>
      run(queue.db, (one) => routing.acceptOffer(one, { ...queue.place, offerId: id, userId })),
    ),
  )
}

describe('a limit', () => {
  test('QU-2 IN-1 holds when 200 chats come at once for 20 operators who may hold three each', async () => {
    await queue.operators(20, 3)
    await times(200, () => ask(queue.db, queue.place, queue.queueId))
    expect(await queue.states()).toEqual({ offered: 60, waiting: 140 })
    expect(await brokenLaws(queue.db)).toEqual(NONE_BROKEN)
    const { rows } = await sql<{ used: number }>`
      select distinct used from operator_loads where kind = 'live'`.execute(queue.db)
    expect(rows).toEqual([{ used: 3 }])
  })

  test('would not hold without its guards', async () => {
    const guardless = await readFile(new URL('break-limit.sql', import.meta.url), 'utf8')
    await queue.pool.query(guardless)
    // Without them it is a race, and a race may be won a few times. Every round has a queue of its
    // own: where chats wait already, whoever is new is given one of those, and nobody races.
    for (let round = 0; round < 20 && (await brokenLaws(queue.db)).overLimit === 0; round++) {
      const queueId = await seedQueue(queue.db, queue.place.organisationId, randomUUID(), {
        offerSeconds: 300,
      })
      const joined = { live: 1, queueIds: [queueId] }
      await seedOperator(queue.db, queue.place, randomUUID(), joined)
      await seedOperator(queue.db, queue.place, randomUUID(), joined)
      await times(60, () => ask(queue.db, queue.place, queueId))
    }
    expect((await brokenLaws(queue.db)).overLimit).toBeGreaterThan(0)
  })
})

test('a chat that comes while another ends is never left waiting beside a free operator', async () => {
  const [userId] = await queue.operators(1, 1)
  if (userId === undefined) throw new Error('an operator was made')
  let held = randomUUID()
  await ask(queue.db, queue.place, queue.queueId, held)
  for (let round = 0; round < 150; round++) {
    await acceptAll()
    const next = randomUUID()
    const closing = { ...queue.place, chatId: held, holderId: userId, because: 'operator' } as const
    await Promise.all([
      run(queue.db, (one) => routing.closeChat(one, closing)),
      ask(queue.db, queue.place, queue.queueId, next),
    ])
    held = next
    expect((await queue.states())['waiting'] ?? 0, `round ${round}`).toBe(0)
  }
  expect(await brokenLaws(queue.db)).toEqual(NONE_BROKEN)
}, 120_000)

test('QU-12 a chat that is moved as somebody looks for their next stays where it was moved to', async () => {
  const { organisationId } = queue.place
  const [userId = ''] = await queue.operators(1, 1)
  const declared = (availability: 'away' | 'available') =>
    run(queue.db, (one) =>
      routing.setAvailability(one, { organisationId, userId, actorId: userId, availability }),
    )
  await declared('away')
  const chatId = randomUUID()
  await ask(queue.db, queue.place, queue.queueId, chatId)
  const elsewhere = await seedQueue(queue.db, organisationId, randomUUID(), {})
  // Between what they see of their lines and what they take of it there is a moment now.
  await queue.pool.query(`
    alter function heads rename to heads_at_once;
    create function heads(uuid, uuid, timestamptz, int) returns setof uuid language plpgsql as $$
    begin return query select heads_at_once($1, $2, $3, $4); perform pg_sleep(1); end $$`)
  const looking = declared('available')
  await until(isAnybodyAsleep)
  const moved = { organisationId, chatId, queueId: elsewhere, actorId: userId, note: null }
  const { status } = await moveChat(queue.db, { ...moved, transferId: randomUUID() })
  expect(status).toBe('done')
  await looking
  expect(await queue.states()).toEqual({ waiting: 1 })
})

async function isAnybodyAsleep(): Promise<true | undefined> {
  const { rows } = await sql`select from pg_stat_activity
    where datname = current_database() and wait_event = 'PgSleep'`.execute(queue.db)
  return rows.length > 0 ? true : undefined
}

test('who becomes an operator is present exactly when connected, whatever happens at that moment', async () => {
  const userId = randomUUID()
  await seedUser(queue.db, queue.place.organisationId, userId, 'Anna')
  const operator = { ...queue.place, userId, live: 1, deferred: 1 }
  for (let round = 0; round < 60; round++) {
    const [staying, going] = [randomUUID(), randomUUID()]
    const connection = { ...operator, sessionId: null }
    const open = (connectionId: string) =>
      run(queue.db, (one) => presence.connectionOpened(one, { ...connection, connectionId }))
    await open(going)
    await Promise.all([
      run(queue.db, (one) => routing.registerOperator(one, operator)),
      run(queue.db, (one) => presence.connectionClosed(one, going)),
      round % 2 === 0 ? open(staying) : undefined,
    ])
    expect((await brokenLaws(queue.db)).misjudged, `round ${round}`).toBe(0)
    await run(queue.db, (one) => presence.connectionClosed(one, staying))
    await run(queue.db, (one) => routing.removeOperator(one, operator))
  }
})

test('two answers to one offer are one answer', async () => {
  await queue.operators(1, 1)
  await ask(queue.db, queue.place, queue.queueId)
  const { rows } = await sql<{ id: string; userId: string }>`
    select id, user_id from assignments where state = 'offered'`.execute(queue.db)
  const [offer] = rows
  if (offer === undefined) throw new Error('there is an offer')
  const answer = { ...queue.place, offerId: offer.id, userId: offer.userId }
  const outcomes = await Promise.all([
    ...Array.from({ length: 6 }, () => run(queue.db, (one) => routing.acceptOffer(one, answer))),
    ...Array.from({ length: 6 }, () => run(queue.db, (one) => routing.declineOffer(one, answer))),
  ])
  const statuses = new Set(outcomes.map(({ status }) => status))
  expect(statuses.size).toBe(2)
  expect(statuses.has('gone')).toBe(true)
  expect(await brokenLaws(queue.db)).toEqual(NONE_BROKEN)
})

test('a limit that two editors set at once is set by one and refused to the other', async () => {
  const [userId] = await queue.operators(1, 1)
  if (userId === undefined) throw new Error('an operator was made')
  const wish = { ...queue.place, userId, kind: 'live', version: 1 } as const
  const outcomes = await times(8, (limit) =>
    run(queue.db, (one) => routing.setLimit(one, { ...wish, limit, actorId: randomUUID() })),
  )
  expect(outcomes.filter(({ status }) => status === 'set')).toHaveLength(1)
  const winner = outcomes.find(({ status }) => status === 'set')?.detail
  for (const { detail } of outcomes.filter(({ status }) => status === 'stale')) {
    expect(detail).toMatchObject({ limit: winner?.limit, version: 2, setBy: winner?.setBy })
  }
})
