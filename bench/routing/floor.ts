// The floor that is measured: organisations of one queue each, whose operators all have as many chats as
// they may, while others wait. Everybody and everything came in through routing's own doors.
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { sql } from 'kysely'
import { run } from '../../server/features/routing/actions.ts'
import * as routing from '../../server/features/routing/queries.ts'
import { type Db, openDatabase } from '../../server/platform/database.ts'
import { migrate } from '../../server/platform/migrate.ts'
import {
  ask,
  type Place,
  seedOperator,
  seedPlace,
  seedQueue,
} from '../../server/testing/routing-seed.ts'

const HELPERS = new URL('./floor.sql', import.meta.url)
/** How many chats an operator may hold. */
export const LIMIT = 3
/** Each client works for so many operators of every organisation. */
export const OWN = 2

export interface FloorWish {
  clients: number
  /** How many chats wait, organisation by organisation. */
  waiting: readonly number[]
}

export async function makeFloor(url: string, wish: FloorWish): Promise<void> {
  await migrate(url)
  const { db, close } = openDatabase(url, { max: 4, name: 'bench' })
  try {
    await sql.raw(await readFile(HELPERS, 'utf8')).execute(db)
    for (const [o, waiting] of wish.waiting.entries())
      await makeOrganisation(db, o, wish.clients, waiting)
  } finally {
    await close()
  }
  await settleFiles(url)
}

/** What a database that has run for a while has behind it. */
async function settleFiles(url: string): Promise<void> {
  const { db, close } = openDatabase(url, { max: 1, name: 'bench' })
  try {
    await sql`set statement_timeout = 0`.execute(db)
    await sql`vacuum analyze`.execute(db)
  } finally {
    await close()
  }
}

async function makeOrganisation(db: Db, o: number, clients: number, waiting: number) {
  const place = await seedPlace(db)
  const { organisationId, siteId, visitorId } = place
  const queueId = await seedQueue(db, organisationId, randomUUID(), { offerSeconds: 300 })
  await sql`insert into bench_places values
    (${o}, ${organisationId}, ${queueId}, ${siteId}, ${visitorId})`.execute(db)
  for (let c = 0; c < clients; c++)
    for (let u = 0; u < OWN; u++) {
      const userId = randomUUID()
      await seedOperator(db, place, userId, { live: LIMIT, deferred: 0, queueIds: [queueId] })
      await sql`insert into bench_operators values (${o}, ${c}, ${u}, ${userId})`.execute(db)
    }
  await fill(db, place, queueId, clients * OWN * LIMIT)
  await db.transaction().execute(async (tx) => {
    await sql`set local statement_timeout = 0`.execute(tx)
    await sql`select bench_line(${o}, ${waiting})`.execute(tx)
  })
}

/** Every operator gets all they may have, and takes it. */
async function fill(db: Db, place: Place, queueId: string, slots: number): Promise<void> {
  const { organisationId } = place
  for (let n = 0; n < slots; n++) await ask(db, place, queueId)
  const { rows } = await sql<{ id: string; userId: string }>`
    select id, user_id from assignments
     where organisation_id = ${organisationId} and state = 'offered'`.execute(db)
  for (const { id, userId } of rows)
    await run(db, (one) => routing.acceptOffer(one, { organisationId, offerId: id, userId }))
}
