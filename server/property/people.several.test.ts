// Thousands of steps over random trees, roles and people, and a model beside the database that shares
// no rule with it. PROPERTY_STEPS says how many, PROPERTY_SEED which ones.
import { randomBytes, randomInt } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type App, buildApp } from '../app.ts'
import { createTestDatabase, type TestDatabase } from '../testing/template.ts'
import { compare } from './compare.ts'
import { diceOf } from './dice.ts'
import { nextAsker, type Play, type Step } from './play.ts'
import { openSession, readHeads } from './queries.ts'
import { askerOf } from './reasons.ts'
import { plantWorld } from './seed.ts'
import * as groups from './steps-groups.ts'
import * as people from './steps-people.ts'
import * as reading from './steps-reading.ts'
import * as roles from './steps-roles.ts'
import * as tree from './steps-tree.ts'

const STEPS = Number(process.env['PROPERTY_STEPS'] ?? 10_000)
const SEED = Number(process.env['PROPERTY_SEED'] ?? randomInt(1_000_000))
const EVERY = 200
/** A short run, while developing, need not have seen everything. */
const ENOUGH = 5_000
/** A run in which one of these never happened would show nothing. */
const MUST_HAPPEN = [
  ...['done', 'not_found', 'forbidden', 'stronger_person', 'own_rights', 'unauthenticated'],
  ...['archive', 'block', 'last_administrator', 'wrong_status', 'in_use'],
]

/** How often each kind of step, of all. */
const KINDS: readonly (readonly [times: number, step: Step])[] = [
  [4, reading.listPeople],
  [11, reading.pagePeople],
  [13, reading.getPerson],
  [10, reading.readPerson],
  [5, reading.readHistory],
  [6, reading.listAccounts],
  [11, reading.askWhetherSomebodyMay],
  [3, reading.askWhoMay],
  [13, people.changePerson],
  [1, people.changeMany],
  [5, people.actOnPeople],
  [2, people.previewAct],
  [2, people.goAndComeBack],
  [2, people.createPerson],
  [1, people.invite],
  [1, tree.createAccount],
  [1, tree.renameAccount],
  [1, tree.openOrCloseAccount],
  [2, tree.moveAccount],
  [1, roles.createRole],
  [1, roles.changeRole],
  [1, roles.deleteRole],
  [1, groups.createGroup],
  [1, groups.changeGroup],
  [1, groups.removeGroup],
]
const STEPS_TO_CHOOSE = KINDS.flatMap(([times, step]) => Array.from({ length: times }, () => step))

let database: TestDatabase
let app: App
beforeAll(async () => {
  database = await createTestDatabase()
  app = await buildApp({
    ...{ databaseUrl: database.url, nodeName: 'property', secretKey: randomBytes(32) },
    ...{ publicOrigin: 'http://switchboard.test', redisUrl: undefined, smtpUrl: undefined },
    ...{ mailFrom: 'switchboard@example.org', trustedProxies: [], visitorAllowance: 1 },
    logLevel: process.env['TEST_LOG_LEVEL'] ?? 'error',
  })
})
afterAll(async () => {
  await app?.close()
  await database?.drop()
})

/** Worlds that go on side by side, each by its own dice: nothing of one is another's business. */
const LANES = 4
/** Where one has failed, the others end too. */
let hasFailed = false

async function runLane(seed: number, steps: number): Promise<Play['tally']> {
  const { db } = app.database
  const roll = diceOf(seed)
  const world = await plantWorld(db, roll)
  const [org] = world.organisations.values()
  if (org === undefined) throw new Error('there is a world')
  const asker = askerOf(org, '')
  const heads = await readHeads(db, [...world.organisations.keys()])
  const play: Play = { app, db, world, roll, asker, heads, said: [], tally: new Map() }
  let at = 0
  try {
    await compare(play)
    for (at = 1; at <= steps && !hasFailed; at++) {
      await takeStep(play)
      if (at % EVERY === 0 || at === steps) await compare(play)
    }
  } catch (error) {
    hasFailed = true
    console.error(`PROPERTY_SEED=${SEED}, dice ${seed}, step ${at} of ${steps}`)
    console.error(JSON.stringify({ by: play.asker.userId, said: play.said }, null, 1))
    throw error
  }
  return play.tally
}

/** One step; what it was not to change is as it was. */
async function takeStep(play: Play): Promise<void> {
  const { db, world, roll, heads } = play
  play.said = []
  play.asker = await nextAsker(play, openSession)
  const touched = new Set((await roll.one(STEPS_TO_CHOOSE)(play)).map(({ id }) => id))
  play.heads = await readHeads(db, [...world.organisations.keys()])
  for (const [id, head] of heads) if (!touched.has(id)) expect(play.heads.get(id)).toBe(head)
}

/** All of them; the first failure only once every one has ended. */
async function everyOne<T>(lanes: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(lanes)
  return Promise.all(lanes)
}

test('IN-11, IN-12, IN-14, AC-8, GB-1, GB-5, GB-14: whatever anybody does, nobody reads or changes beyond their scope, gives more than they have, or leaves nobody in charge', {
  timeout: 900_000,
}, async () => {
  const lanes = Array.from({ length: LANES }, (_, n) =>
    runLane(SEED * LANES + n, Math.ceil(STEPS / LANES)),
  )
  const done: Record<string, number> = {}
  for (const tally of await everyOne(lanes))
    for (const [what, times] of tally) done[what] = (done[what] ?? 0) + times
  console.info(`PROPERTY_SEED=${SEED}`, done)
  if (STEPS < ENOUGH) return
  for (const what of MUST_HAPPEN) expect(done[what], what).toBeGreaterThan(0)
})
