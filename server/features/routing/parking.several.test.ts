// Whatever meets the waking of a parked chat, or the parking of a quiet one: stopped at every point of
// the one while the other runs, exactly one thing comes of it, and no word is lost.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Database, type Db, openDatabase } from '../../platform/database.ts'
import { openStage, putPoints, type Stage, type Step } from '../../testing/interleaving.ts'
import { say } from '../../testing/quiet-chats.ts'
import { keepScene, type Scene, setScene } from '../../testing/scene.ts'
import { createTestDatabase, type TestDatabase } from '../../testing/template.ts'
import { reconcile, run, tendParked } from './actions.ts'
import { assignChat, beginTransfer } from './handing-queries.ts'
import { brokenLaws, NONE_BROKEN } from './laws.ts'
import { parkChat, takeBackChat } from './parking-queries.ts'
import type { Outcome } from './queries.ts'
import * as routing from './queries.ts'

let house: TestDatabase
let database: Database
let stage: Stage
let scene: Scene
let putBack: () => Promise<void>

beforeAll(async () => {
  house = await createTestDatabase()
  database = openDatabase(house.url, { max: 1 })
  scene = await setScene(database.db)
  putBack = await keepScene(database.db)
  await putPoints(database.db)
  stage = await openStage(house.url)
})
afterAll(async () => {
  await stage?.close()
  await database?.close()
  await house?.drop()
})

const step =
  (work: (db: Db) => Promise<Outcome<string, unknown>>): Step =>
  (db) =>
    run(db, work)

/** What meets a chat: of each, what makes it its visitor's or its operator's turn, and what comes in between. */
function meetingsOf(
  it: Scene,
): Record<string, readonly [Step, Step, chatId: string, words: number]> {
  const { organisationId } = it.place
  const quiet = { organisationId, chatId: it.quiet, userId: it.anna }
  const parked = { organisationId, chatId: it.parked, userId: it.bert }
  const above = () => ({ organisationId, transferId: randomUUID(), note: null })
  const parks = step((db) => parkChat(db, quiet))
  const wakes: Step = (db) => say(db, it.place, it.parked, 'visitor')
  const writes: Step = (db) => say(db, it.place, it.quiet, 'visitor')
  const end = { organisationId, because: 'operator' } as const
  return {
    'a parking and a word': [parks, writes, it.quiet, 1],
    'a parking and the end': [
      parks,
      step((db) => routing.closeChat(db, { ...end, chatId: it.quiet, holderId: it.anna })),
      ...([it.quiet, 0] as const),
    ],
    'a parking and handing on': [
      parks,
      step((db) =>
        beginTransfer(db, {
          ...{ ...above(), chatId: it.quiet, actorId: it.anna, holderId: it.anna },
          to: { kind: 'operator', id: it.bert, name: 'Bert' },
        }),
      ),
      ...([it.quiet, 0] as const),
    ],
    'two words': [wakes, wakes, it.parked, 2],
    'a word and taking back': [wakes, step((db) => takeBackChat(db, parked)), it.parked, 1],
    'a word and leaving': [wakes, step((db) => routing.abandonChat(db, parked)), it.parked, 1],
    'a word and giving to another': [
      wakes,
      step((db) =>
        assignChat(db, {
          ...{ ...above(), chatId: it.parked, userId: it.dirk, actorId: it.cora, overLimit: false },
        }),
      ),
      ...([it.parked, 1] as const),
    ],
    'a word and removing its operator': [
      wakes,
      step((db) => routing.removeOperator(db, { organisationId, userId: it.bert })),
      ...([it.parked, 1] as const),
    ],
    'a word and a lower limit': [
      wakes,
      step((db) =>
        routing.setLimit(db, {
          ...{ ...parked, actorId: null, kind: 'deferred', limit: 0, version: 1 },
        }),
      ),
      ...([it.parked, 1] as const),
    ],
  }
}

/** Once all is done that the clockwork would do. */
async function lawsAfter() {
  await tendParked(database.db)
  await reconcile(database.db)
  return brokenLaws(database.db)
}

async function becameOf(chatId: string) {
  const { rows } = await sql<{ words: number; owners: number; sleeps: boolean }>`
    select (select count(*)::int from messages where chat_id = ${chatId} and author = 'visitor') as words,
           (select count(*)::int from assignments where chat_id = ${chatId} and state = 'active') as owners,
           state = 'parked' and exists (
             select from messages where chat_id = ${chatId} and author = 'visitor') as sleeps
      from routed_chats where chat_id = ${chatId}`.execute(database.db)
  return rows[0]
}

test('QU-6 IN-2 whatever meets a parking or a waking, the chat is in one place, nobody’s limit breaks, and every word is answered for', async () => {
  let count = 0
  for (const [name, [one, other, chatId, words]] of Object.entries(meetingsOf(scene))) {
    for (const [first, second] of [
      [one, other],
      [other, one],
    ] as const) {
      const points = await stage.pointsOf(first)
      await putBack()
      for (let stop = 1; stop <= points; stop += 4) {
        await stage.both(first, second, stop)
        expect(await lawsAfter(), `${name}, at ${stop}`).toEqual(NONE_BROKEN)
        const became = await becameOf(chatId)
        expect(became, `${name}, at ${stop}`).toMatchObject({ words, sleeps: false })
        expect(became?.owners).toBeLessThanOrEqual(1)
        await putBack()
        count++
      }
    }
  }
  expect(count).toBeGreaterThan(50)
}, 120_000)
