// Every two transitions, of which one is stopped in its middle while the other runs: no law is
// broken, and nobody waits for each other in a circle. `INTERLEAVINGS`: every pair, at so many points
// of the first; `all`: at every one. Without it some of the pairs, at one.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Database, type Db, openDatabase, retrying } from '../../platform/database.ts'
import { openStage, putPoints, type Stage, type Step } from '../../testing/interleaving.ts'
import { say } from '../../testing/quiet-chats.ts'
import { ask } from '../../testing/routing-seed.ts'
import { keepScene, type Scene, setScene } from '../../testing/scene.ts'
import { createTestDatabase, type TestDatabase } from '../../testing/template.ts'
import type { Outcome } from '../presence/queries.ts'
import * as presence from '../presence/queries.ts'
import { lockPeople } from '../queues/queries.ts'
import { matchWaiting, reconcile, run } from './actions.ts'
import { assignChat, beginTransfer, moveChat } from './handing-queries.ts'
import * as joining from './joining-queries.ts'
import { brokenLaws, NONE_BROKEN } from './laws.ts'
import { parkChat } from './parking-queries.ts'
import * as routing from './queries.ts'
import { takeChat } from './ring-queries.ts'

let house: TestDatabase
let database: Database
let stage: Stage
let scene: Scene
let putBack: () => Promise<void>
let circles = 0

beforeAll(async () => {
  house = await createTestDatabase()
  database = openDatabase(house.url, { max: 1 })
  scene = await setScene(database.db)
  const bringBack = await keepScene(database.db)
  putBack = async () => {
    await sql`update queues set held_limit = null where held_limit is not null`.execute(database.db)
    await bringBack()
  }
  await putPoints(database.db)
  stage = await openStage(house.url)
})
afterAll(async () => {
  await stage?.close()
  await database?.close()
  await house?.drop()
})

/** One transition and the matching that follows it; counts where it waited in a circle. */
function step(work: (db: Db) => Promise<Outcome<string, unknown>>): Step {
  return (db) =>
    run(db, async (one) => {
      try {
        return await work(one)
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === '40P01') circles++
        throw error
      }
    })
}

/** As changing the queue does it; it is no transition of routing's, and gives what waits afterwards. */
function limitQueue(it: Scene): Step {
  const { organisationId } = it.place
  return async (db) => {
    await retrying(() =>
      db.transaction().execute(async (tx) => {
        await lockPeople(tx, organisationId, it.queueId)
        await sql`update queues set held_limit = 1 where id = ${it.queueId}`.execute(tx)
      }),
    )
    await matchWaiting(db, organisationId)
  }
}

function stepsOf(it: Scene): Record<string, Step> {
  const { organisationId } = it.place
  const at = { organisationId, queueId: it.queueId, actorId: null }
  const of = (userId: string) => ({ ...at, userId })
  const offer = (offerId: string, userId: string) => ({ organisationId, offerId, userId })
  const end = { organisationId, because: 'operator' } as const
  const above = () => ({ organisationId, transferId: randomUUID(), actorId: it.cora, note: null })
  return {
    'a chat comes': (db) => ask(db, it.place, it.queueId, randomUUID()),
    'an offer is accepted': step((db) => routing.acceptOffer(db, offer(it.annasOffer, it.anna))),
    'an offer is declined': step((db) => routing.declineOffer(db, offer(it.annasOffer, it.anna))),
    'the only offer is accepted': step((db) =>
      routing.acceptOffer(db, offer(it.bertsOffer, it.bert)),
    ),
    'the only offer is declined': step((db) =>
      routing.declineOffer(db, offer(it.bertsOffer, it.bert)),
    ),
    'a chat is closed': step((db) =>
      routing.closeChat(db, { ...end, chatId: it.held, holderId: it.anna }),
    ),
    'an offered visitor leaves': step((db) =>
      routing.abandonChat(db, { organisationId, chatId: it.annas }),
    ),
    'a waiting visitor leaves': step((db) =>
      routing.abandonChat(db, { organisationId, chatId: it.waiting }),
    ),
    'a limit is lowered': step((db) =>
      routing.setLimit(db, { ...of(it.anna), kind: 'live', limit: 1, version: 1 }),
    ),
    'a limit is raised': step((db) =>
      routing.setLimit(db, { ...of(it.bert), kind: 'live', limit: 3, version: 1 }),
    ),
    'a queue is limited': limitQueue(it),
    'one is assigned to a queue': step((db) => routing.assignQueueMember(db, of(it.cora))),
    'one goes away': step((db) =>
      routing.setAvailability(db, { ...of(it.anna), availability: 'away' }),
    ),
    'one comes back': step((db) =>
      routing.setAvailability(db, { ...of(it.cora), availability: 'available' }),
    ),
    'a queue is joined': step((db) => joining.joinQueue(db, of(it.dirk))),
    'a queue is left': step((db) => joining.leaveQueue(db, of(it.bert))),
    'one is taken out of a queue': step((db) => routing.unassignQueueMember(db, of(it.bert))),
    'an operator is removed': step((db) => routing.removeOperator(db, of(it.bert))),
    'a connection breaks': step((db) => presence.connectionClosed(db, it.bertsConnection, 0)),
    'graces end': step((db) => presence.expireGrace(db)),
    'offers run out': step((db) => routing.expireOffers(db)),
    'a dead server is noticed': step((db) => presence.reapNodes(db)),
    'a chat looks again': step((db) => routing.matchChat(db, organisationId, it.waiting)),
    'an operator looks again': step((db) => routing.matchOperator(db, organisationId, it.anna)),
    'a chat is handed on to a person': step((db) =>
      beginTransfer(db, {
        ...{ ...above(), chatId: it.held, actorId: it.anna, holderId: it.anna },
        to: { kind: 'operator', id: it.dirk, name: 'Dirk' },
      }),
    ),
    'a chat is given outright': step((db) =>
      assignChat(db, { ...above(), chatId: it.waiting, userId: it.dirk, overLimit: false }),
    ),
    'a chat is given above the limit': step((db) =>
      assignChat(db, { ...above(), chatId: it.held, userId: it.bert, overLimit: true }),
    ),
    'a chat is moved': step((db) =>
      moveChat(db, { ...above(), chatId: it.waiting, queueId: it.otherQueueId }),
    ),
    'a quiet chat is parked': step((db) =>
      parkChat(db, { organisationId, chatId: it.quiet, userId: it.anna }),
    ),
    'a parked chat is woken': (db) => say(db, it.place, it.parked, 'visitor'),
    'a chat is taken that does not ring': step((db) =>
      takeChat(db, { organisationId, chatId: it.waiting, userId: it.dirk }),
    ),
  }
}

const wanted = process.env['INTERLEAVINGS']

/** The points at which the first of a pair is stopped: spread over all there are. */
function stopsOf(points: number, pair: number): number[] {
  const count = wanted === 'all' ? points : Math.min(points, Number(wanted ?? 1))
  return Array.from(
    { length: count },
    (_, at) => 1 + ((pair * 7 + Math.floor((at * points) / count)) % points),
  )
}

/** Each two that are tried, in the one order and in the other. */
function pairsOf(count: number): [at: number, beside: number][] {
  const all = Array.from({ length: count }, (_, at) => at)
  const isTried = (at: number, beside: number) =>
    wanted !== undefined || (at * 5 + beside * 3) % 6 === 0
  return all.flatMap((at) =>
    all.flatMap((beside): [number, number][] => (isTried(at, beside) ? [[at, beside]] : [])),
  )
}

/**
 * The laws once both are done. A search passes over a chat that is locked; where the one who locked
 * it did nothing with it in the end, the look that every server takes each second finds the two.
 */
async function lawsAfter() {
  const broken = await brokenLaws(database.db)
  if (broken.unmatched === 0) return broken
  await reconcile(database.db)
  return brokenLaws(database.db)
}

async function countPoints(steps: readonly Step[]): Promise<number[]> {
  const points: number[] = []
  for (const one of steps) {
    points.push(await stage.pointsOf(one))
    await putBack()
  }
  return points
}

test('every two transitions, one within the other, break no law and never wait in a circle', async () => {
  const steps = Object.entries(stepsOf(scene)).map(([name, work]) => ({ name, work }))
  const points = await countPoints(steps.map(({ work }) => work))
  // A function that was never stopped would prove nothing.
  expect(Math.min(...points)).toBeGreaterThan(2)
  let count = 0
  for (const [at, beside] of pairsOf(steps.length)) {
    const [one, other] = [steps[at], steps[beside]]
    if (one === undefined || other === undefined) throw new Error('there are such steps')
    for (const stop of stopsOf(points[at] ?? 1, at * steps.length + beside)) {
      await stage.both(one.work, other.work, stop)
      expect(await lawsAfter(), `${one.name}, at ${stop}: ${other.name}`).toEqual(NONE_BROKEN)
      await putBack()
      count++
    }
  }
  expect(circles).toBe(0)
  const { rows } = await sql<{ deadlocks: number }>`
    select deadlocks from pg_stat_database where datname = current_database()`.execute(database.db)
  expect(rows[0]?.deadlocks).toBe(0)
  expect(count).toBeGreaterThan(steps.length * 4)
}, 900_000)
