// What Why says of a state is what routing does in it, and what the model of routing says it does.
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Availability } from '#contract/presence.ts'
import { isByHand } from '#contract/queues.ts'
import { CHECK_OF, type Reason } from '#contract/why.ts'
import { type Database, openDatabase } from '../../platform/database.ts'
import { loadFloors } from '../../testing/load-floors.ts'
import { QUEUES, SKILLS, USERS } from '../../testing/routing-histories.ts'
import { emptyHouse, idOf, setClock } from '../../testing/routing-seed.ts'
import { createTestDatabase, type TestDatabase } from '../../testing/template.ts'
import { candidatesFor } from '../routing/candidates.ts'
import { choose, whyNot } from '../routing/decide.ts'
import { copyOf, emptyFloor, type Floor, type FloorChat, type Kind } from '../routing/floor.ts'
import { type Command, step } from '../routing/model.ts'
import { type Look, lookAt } from './look-queries.ts'
import { failsOf } from './rules.ts'

const NOW = Date.parse('2026-01-01T22:58:00.000Z')
/** Floors at a time, each with two chats waiting in every queue. */
const AT_ONCE = 50

let house: TestDatabase
let database: Database

beforeAll(async () => {
  house = await createTestDatabase()
  // One connection: the clock is stopped for its session.
  database = openDatabase(house.url, { max: 1 })
  await setClock(database.db, NOW)
})
afterAll(async () => {
  await database?.close()
  await house?.drop()
})

/** Everybody assigned to every queue, nobody there, and a chat waiting in each. */
const EMPTY: Floor = [
  ...USERS.flatMap((userId): Command[] => [
    { type: 'register', userId, live: 3, deferred: 3 },
    ...QUEUES.flatMap(({ id: queueId }): Command[] => [
      { type: 'assign', queueId, userId, tier: 1 },
      { type: 'join', queueId, userId },
    ]),
  ]),
  ...[...QUEUES, ...QUEUES].map(
    ({ id: queueId }, n): Command => ({
      ...{ type: 'enqueue', chatId: idOf('c', n), queueId, priority: 0 },
    }),
  ),
].reduce(
  (floor, command) => step(floor, command, NOW).floor,
  emptyFloor(QUEUES, { timeZone: 'Europe/Amsterdam' }),
)
const CHATS = [...EMPTY.chats.keys()]

/** The same numbers for the same seed. */
function dice(seed: number) {
  let state = seed
  const roll = (sides: number) => {
    state = (Math.imul(state ^ (state >>> 15), 1 | state) + 0x6d2b79f5) | 0
    return (state >>> 9) % sides
  }
  const pick = <T>(one: T, ...others: readonly T[]): T => others[roll(others.length + 1)] ?? one
  return { roll, pick }
}

type Dice = ReturnType<typeof dice>

/** A state that anything may have led to: every fact that routing looks at is as the seed has it. */
function stateOf(seed: number): Floor {
  const chance = dice(seed)
  const floor = copyOf({ ...EMPTY, members: new Map() })
  for (const id of USERS) shake(floor, id, chance)
  for (const [key, member] of EMPTY.members)
    if (chance.roll(8) > 0)
      floor.members.set(key, {
        ...member,
        tier: 1 + chance.roll(2),
        isJoined: chance.roll(10) > 0,
        participates: chance.roll(10) > 0,
        turnAt: chance.pick(undefined, NOW - chance.roll(3) * 1_000),
        coolsUntil: chance.roll(8) === 0 ? NOW + 5_000 : undefined,
      })
  for (const id of CHATS) age(floor, id, chance)
  for (const [n, operatorId] of USERS.entries()) hold(floor, n, operatorId, chance.roll(4))
  limitQueues(floor, chance)
  return floor
}

function shake(floor: Floor, id: string, { roll, pick }: Dice): void {
  const operator = floor.operators.get(id)
  if (operator === undefined) return
  const at = 'available'
  const availability = pick<Availability>(at, at, at, at, at, at, at, 'busy', 'away', 'offline')
  const only = pick<readonly Kind[] | undefined>(
    undefined,
    undefined,
    undefined,
    ['live'],
    ['deferred'],
    [],
  )
  floor.operators.set(id, {
    ...operator,
    availability,
    accepts: availability === at ? only : undefined,
    isPresent: roll(10) > 0,
    isNotAnswering: roll(10) === 0,
    wrapUpUntil: roll(10) === 0 ? NOW + 5_000 : undefined,
    lastOfferedAt: pick(undefined, NOW - roll(3) * 1_000),
    taken: pick(undefined, { day: pick('2026-01-01', '2025-12-31'), count: roll(3) }),
    limits: { live: 1 + roll(4), deferred: roll(4) },
    unitLimit: pick(undefined, undefined, roll(6)),
    takesChats: roll(12) > 0,
    takesTests: roll(2) > 0,
    isOnShift: roll(8) > 0,
    skills: Object.fromEntries(SKILLS.map((skill) => [skill, roll(6)])),
  })
}

function age(floor: Floor, id: string, { roll, pick }: Dice): void {
  const chat = floor.chats.get(id)
  if (chat === undefined) return
  const enqueuedAt = NOW - pick(0, 29_999, 30_000, 90_000)
  const { strategy } = floor.queues.get(chat.queueId) ?? {}
  const isHeld = strategy !== undefined && !isByHand(strategy) && roll(8) === 0
  const heldFor = isHeld
    ? { userId: USERS[roll(USERS.length)] ?? '', until: NOW + 5_000 }
    : undefined
  floor.chats.set(id, { ...chat, enqueuedAt, dueAt: enqueuedAt, heldFor })
  for (const userId of USERS)
    if (roll(5) === 0) floor.exclusions.set(`${id}:${userId}`, NOW + pick(-1, 0, 1, 20_000))
}

/** Chats that somebody holds already. */
function hold(floor: Floor, n: number, operatorId: string, count: number): void {
  const [chat] = EMPTY.chats.values()
  for (let of = 0; chat && of < count; of++) {
    const id = idOf('e', n * 10 + of)
    floor.chats.set(id, { ...chat, id, state: 'active', operatorId })
  }
}

/** All that is held is of the first queue, so that its own limit counts more often than another's. */
function limitQueues(floor: Floor, { roll, pick }: Dice): void {
  floor.queues = new Map(
    [...floor.queues].map(([id, queue]) => [
      id,
      { ...queue, heldLimit: pick(undefined, 1 + roll(3)) },
    ]),
  )
}

/** What the model says, in the form of what Why says. */
function modelled(floor: Floor, chat: FloorChat) {
  const candidates = candidatesFor(floor, chat, NOW)
  const { chosen, rule, considered } = choose(
    floor.queues.get(chat.queueId)?.strategy ?? 'longest_idle',
    candidates,
  )
  const able = new Set(
    candidates.filter((one) => whyNot(one) === undefined).map(({ userId }) => userId),
  )
  return {
    next: chosen === null ? null : { userId: chosen, rule: chat.heldFor ? 'last_served' : rule },
    order: considered.flatMap(({ operatorId }) => (able.has(operatorId) ? [operatorId] : [])),
    reasons: Object.fromEntries(candidates.map((one) => [one.userId, reasonOf(one)])),
  }
}

/** Every word that the rules of routing give is one that the contract knows. */
function reasonOf(one: Parameters<typeof whyNot>[0]): Reason | null {
  return whyNot(one) ?? null
}

function said({ listed, next }: Look) {
  return {
    next: next && { userId: next.userId, rule: next.rule },
    order: listed.flatMap(({ ruledOutBy, userId }) => (ruledOutBy === null ? [userId] : [])),
    reasons: Object.fromEntries(listed.map(({ userId, ruledOutBy }) => [userId, ruledOutBy])),
  }
}

const isReason = (word: string): word is Reason => word in CHECK_OF

/** What is laid out as failing begins with what routing names; nothing fails of one it would take. */
function expectLaidOut({ listed }: Look): void {
  for (const facts of listed) {
    const { ruledOutBy } = facts
    const [first] = failsOf(facts)
    if (ruledOutBy === null) expect(first).toBeUndefined()
    else {
      expect(ruledOutBy).toSatisfy(isReason)
      const check = isReason(ruledOutBy) ? CHECK_OF[ruledOutBy] : null
      if (check !== null) expect(first?.check).toBe(check)
    }
  }
}

interface Asked {
  organisationId: string
  chatId: string
  next: Pick<NonNullable<Look['next']>, 'userId' | 'rule'> | null
}

/** Whom routing itself puts one chat of each organisation to. */
async function chosenByRouting(asked: readonly Asked[]) {
  const { rows } = await sql<{ chosen: string | null; rule: string | null }>`
    select s.o_user as chosen, s.o_event -> 'because' ->> 'rule' as rule
      from unnest(${asked.map(({ organisationId }) => organisationId)}::uuid[],
                  ${asked.map(({ chatId }) => chatId)}::uuid[]) with ordinality a (organisation, chat, n)
     cross join lateral seek_operator(a.organisation, a.chat) s order by a.n`.execute(database.db)
  return rows.map(({ chosen, rule }) => (chosen === null ? null : { userId: chosen, rule }))
}

const reasons = new Set<string | null>()

/** Looks at every chat of a floor, and holds it against the model; answers one of them. */
async function lookedAt(organisationId: string, floor: Floor, at: number): Promise<Asked> {
  const sight = { accountIds: [organisationId], teamIds: [] }
  const looks = await lookAt(database.db, organisationId, { chatIds: CHATS }, sight)
  const all = CHATS.map((id) => ({ chat: floor.chats.get(id), look: looks.get(id) }))
  for (const { chat, look } of all) {
    if (!chat || !look) throw new Error('every chat is looked at')
    expect(said(look), chat.id).toEqual(modelled(floor, chat))
    expectLaidOut(look)
    for (const { ruledOutBy } of look.listed) reasons.add(ruledOutBy)
  }
  const chatId = CHATS[at % CHATS.length] ?? ''
  const look = looks.get(chatId)
  return { organisationId, chatId, next: look ? said(look).next : null }
}

test('MS-2 in any state Why says what routing then does, and what its model says', async () => {
  const { db } = database
  let chosen = 0
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      await emptyHouse(db)
      await sql`insert into users (id, login, email, first_name, last_name)
        select u, u, u || '@example.org', 'User', 'Oak' from unnest(${USERS}::uuid[]) u`.execute(db)
      const floors = Array.from({ length: AT_ONCE }, (_, n) => ({
        organisationId: randomUUID(),
        floor: stateOf(seed + n),
      }))
      await loadFloors(db, floors)
      const asked: Asked[] = []
      for (const [n, { organisationId, floor }] of floors.entries())
        asked.push(await lookedAt(organisationId, floor, n))
      expect(await chosenByRouting(asked)).toEqual(asked.map(({ next }) => next))
      chosen += asked.filter(({ next }) => next !== null).length
    }),
    { numRuns: Number(process.env['STATES'] ?? 3), endOnFailure: true },
  )
  // States in which nobody is ever chosen, or all for one reason, would prove nothing.
  expect(chosen).toBeGreaterThan(AT_ONCE / 2)
  expect(reasons.size).toBeGreaterThan(12)
  expect([...reasons]).toEqual(
    expect.arrayContaining(['units_full', 'at_queue_limit', 'cooling_down']),
  )
}, 180_000)
