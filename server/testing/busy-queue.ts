// What tests of many hands at once begin with: a database of their own for every test, many
// connections to it, and one queue.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterEach, beforeEach } from 'vitest'
import { type Database, openDatabase } from '../platform/database.ts'
import { type Place, seedOperator, seedPlace, seedQueue } from './routing-seed.ts'
import { createTestDatabase, type TestDatabase } from './template.ts'

export interface BusyQueue {
  readonly pool: Database['pool']
  readonly db: Database['db']
  readonly place: Place
  readonly queueId: string
  /** New operators who have joined the queue and may hold `live` chats each. */
  operators(count: number, live: number): Promise<string[]>
  /** How many chats there are in each state. */
  states(): Promise<Record<string, number>>
}

/** Opens a database before each of the file's tests and drops it behind it. */
export function openBusyQueue(): BusyQueue {
  let house: TestDatabase
  let database: Database
  let place: Place
  let queueId = ''
  beforeEach(async () => {
    house = await createTestDatabase()
    database = openDatabase(house.url, { max: 12 })
    place = await seedPlace(database.db)
    queueId = await seedQueue(database.db, place.organisationId, randomUUID(), {
      offerSeconds: 300,
    })
  })
  afterEach(async () => {
    await database.close()
    await house.drop()
  })
  return {
    get pool() {
      return database.pool
    },
    get db() {
      return database.db
    },
    get place() {
      return place
    },
    get queueId() {
      return queueId
    },
    operators: (count, live) => seat(database.db, { place, queueId, count, live }),
    states: () => countStates(database.db),
  }
}

async function seat(
  db: Database['db'],
  at: { place: Place; queueId: string; count: number; live: number },
): Promise<string[]> {
  const ids = Array.from({ length: at.count }, () => randomUUID())
  for (const id of ids)
    await seedOperator(db, at.place, id, { live: at.live, queueIds: [at.queueId] })
  return ids
}

async function countStates(db: Database['db']): Promise<Record<string, number>> {
  const { rows } = await sql<{ state: string; count: number }>`
    select state, count(*)::int as count from routed_chats group by 1`.execute(db)
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]))
}

/** Does the work many times at once. */
export const times = <T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)))
