// What operators do in a long storm, all at once and at random: take what they are offered, from two
// windows at times, pass it on or let it ring, hand it to a queue or a colleague, go away and come
// back, are there for some chats alone, leave a queue and join it again, and end what they hold. Their
// shift turns meanwhile, and their limits change, and those of the queues and of their role.
import { setTimeout as pause } from 'node:timers/promises'
import { chats } from '#contract/chats.ts'
import type { Endpoint } from '#contract/endpoint.ts'
import { hours } from '#contract/hours.ts'
import { presence } from '#contract/presence.ts'
import { queues } from '#contract/queues.ts'
import { roles } from '#contract/roles.ts'
import { type Chat, routing } from '#contract/routing.ts'
import { transfers } from '#contract/transfers.ts'
import { units } from '#contract/units.ts'
import { users } from '#contract/users.ts'
import type { Caller } from '../../server/client/http.ts'
import { type StormFloor, shiftWeek } from './floor.ts'
import type { AtDesk, Work } from './people.ts'
import type { Tally } from './tally.ts'

interface Person extends AtDesk {
  floor: StormFloor
  tally: Tally
  /** Somebody above, who sets limits and gives chats to people. */
  supervisor: () => Caller
}

const LOOK_MS = 20
/** So long an operator with room takes for a chat; whoever is full makes room at once, so that nearly
 * everybody is at their limit nearly always. */
const LEISURE_MS = 5_000
/** How likely each is, at every look. */
const LIKELY = {
  end: 0.2,
  handOn: 0.01,
  park: 0.1,
  beGivenAway: 0.002,
  beLimited: 0.002,
  limitQueue: 0.0005,
  limitRole: 0.0002,
  turn: 0.001,
  goAway: 0.001,
  leaveQueue: 0.001,
  breakOff: 0.0005,
}
/** What becomes of an offer; the rest is accepted. */
const PASSED_ON = 0.05
const LEFT_RINGING = 0.01
const TWICE = 0.1
const LIMIT_MOST = 5
/** So long after it was asked nobody sets a chat aside any more, so that it comes to its end. */
const PARKED_WITHIN_MS = 20_000

const isLucky = (likely: number) => Math.random() < likely
const anyOne = <T>(of: readonly T[]): T | undefined => of[Math.floor(Math.random() * of.length)]

/** An operator's life on a floor, of which everything is counted in `tally`. */
export function liveOn(floor: StormFloor, supervisor: () => Caller, tally: Tally): Work {
  return async (atDesk, ended) => {
    const person: Person = { ...atDesk, floor, supervisor, tally }
    const { live, userId } = person
    const ignored = new Set<string>()
    while (!ended.aborted && live.socket.connected) {
      const all = live.replica.all('chat')
      const held = all.filter((chat) => chat.operatorId === userId)
      const offered = all.filter((chat) => chat.offer?.operatorId === userId)
      await Promise.all([
        ...offered.map((chat) => answer(person, chat, ignored)),
        ...held.map((chat) => goOn(person, chat)),
        roam(person, ended),
        beLimited(person),
        limitQueue(person),
        limitRole(person),
        turnShift(person),
      ])
      // The lid is shut, whatever is under way.
      if (isLucky(LIKELY.breakOff)) live.close()
      await pause(LOOK_MS)
    }
  }
}

async function answer(person: Person, chat: Chat, ignored: Set<string>): Promise<unknown> {
  const id = chat.offer?.id
  if (id === undefined || ignored.has(id)) return false
  if (isLucky(LEFT_RINGING)) return ignored.add(id)
  const params = { id }
  if (isLucky(PASSED_ON)) return attempt(person, 'declined', routing.decline, { params })
  const accepting = [attempt(person, 'accepted', routing.accept, { params })]
  if (isLucky(TWICE)) {
    accepting.push(attempt({ ...person, desk: person.second }, 'again', routing.accept, { params }))
  }
  return Promise.all(accepting)
}

async function goOn(person: Person, chat: Chat): Promise<unknown> {
  const { floor, userId } = person
  const heldMs = Date.now() - Date.parse(chat.acceptedAt ?? chat.enqueuedAt)
  if (heldMs < LEISURE_MS && !isFull(person, chat)) return false
  const params = { id: chat.id }
  if (isLucky(LIKELY.end)) return attempt(person, 'ended', routing.close, { params })
  const id = crypto.randomUUID()
  const colleague = anyOne(floor.operators)?.userId
  if (isLucky(LIKELY.beGivenAway)) {
    const body = { id, userId: colleague, overLimit: isLucky(0.5) }
    return attempt(above(person), 'given', transfers.assign, { params, body })
  }
  // Whoever wakes a chat has it wait anew: only its place in the line stays what it was.
  const isYoung = Date.now() - Date.parse(chat.dueAt) < PARKED_WITHIN_MS
  if (chat.kind === 'deferred' && isYoung && isLucky(LIKELY.park)) {
    return park(person, chat)
  }
  if (!isLucky(LIKELY.handOn)) return false
  const to = isLucky(0.5)
    ? { kind: 'queue', id: anyOne(floor.queueIds) }
    : { kind: 'operator', id: colleague }
  if (to.id === userId) return false
  return attempt(person, 'handed on', transfers.begin, { params, body: { id, to } })
}

function isFull({ live, userId }: Person, { kind }: Chat): boolean {
  const operator = live.replica.all('operator').find(({ id }) => id === userId)
  const loads = operator === undefined ? [] : [operator[kind], operator.units]
  return loads.some(({ used, limit }) => limit !== null && used >= limit)
}

/** Sets aside a chat whose last word was read. */
async function park(person: Person, { id }: Chat): Promise<boolean> {
  const params = { id }
  const messages = await person.desk.call(chats.messages, { params }).catch(() => [])
  const seen = Math.max(0, ...messages.map(({ seq }) => seq))
  return attempt(person, 'parked', routing.park, { params, body: { seen } })
}

/** Goes away for a moment or is there for some chats alone, or leaves a queue for one. */
async function roam(person: Person, ended: AbortSignal): Promise<void> {
  if (isLucky(LIKELY.goAway)) {
    const statusId = anyOne(person.floor.statusIds)
    const some = { availability: 'available', statusId }
    if (isLucky(0.5)) await attempt(person, 'took only some', presence.choose, { body: some })
    else await attempt(person, 'went away', presence.choose, { body: { availability: 'away' } })
    await pause(Math.random() * 1_000, undefined, { signal: ended }).catch(() => {})
    await untilDone(person, 'came back', presence.choose, ended, {
      body: { availability: 'available' },
    })
  }
  if (isLucky(LIKELY.leaveQueue)) {
    const params = { id: anyOne(person.floor.queueIds) }
    await attempt(person, 'left', queues.leave, { params })
    await pause(Math.random() * 500, undefined, { signal: ended }).catch(() => {})
    await untilDone(person, 'joined', queues.join, ended, { params })
  }
}

/** Somebody above sets how many chats the operator may hold, and how many of both kinds together. */
async function beLimited(person: Person): Promise<void> {
  const { userId, live } = person
  const operator = live.replica.all('operator').find(({ id }) => id === userId)
  if (operator === undefined || !isLucky(LIKELY.beLimited)) return
  const params = { id: userId }
  const limit = 1 + Math.floor(Math.random() * LIMIT_MOST)
  if (isLucky(0.5)) {
    const body = { limit: isLucky(0.3) ? null : limit + 1, version: operator.units.version }
    return void (await attempt(above(person), 'limited in units', units.set, { params, body }))
  }
  const kind = isLucky(0.7) ? 'live' : 'deferred'
  const body = { kind, limit, version: operator[kind].version }
  await attempt(above(person), 'limited', routing.setLimit, { params, body })
}

/** Somebody above sets how many chats of a queue one of its people may hold. */
async function limitQueue(person: Person): Promise<void> {
  const { queueIds } = person.floor
  if (queueIds.length === 1 || !isLucky(LIKELY.limitQueue)) return
  const id = anyOne(queueIds)
  const { desk } = above(person)
  const seen = (await desk.call(queues.list).catch(() => [])).find((one) => one.id === id)
  if (seen === undefined) return
  const heldLimit = isLucky(0.4) ? null : 1 + Math.floor(Math.random() * LIMIT_MOST)
  const body = { set: { heldLimit }, base: seen.versions }
  await attempt(above(person), 'limited a queue', queues.change, { params: { id }, body })
}

/** Somebody above sets how many chats anybody who answers them may hold at all. */
async function limitRole(person: Person): Promise<void> {
  if (person.floor.queueIds.length === 1 || !isLucky(LIKELY.limitRole)) return
  const { desk } = above(person)
  const seen = (await desk.call(users.roles).catch(() => [])).find(({ key }) => key === 'agent')
  if (seen === undefined) return
  const limit = () => (isLucky(0.6) ? null : 1 + Math.floor(Math.random() * LIMIT_MOST))
  const base = Object.entries(seen.marks).map(([field, { version }]) => [field, version])
  const body = {
    set: { 'limit.live': limit(), 'limit.units': limit() },
    base: Object.fromEntries(base),
  }
  await attempt(above(person), 'limited a role', roles.change, { params: { id: seen.id }, body })
}

/** Somebody above makes it everybody's shift who has one, or nobody's. */
async function turnShift(person: Person): Promise<void> {
  const { shiftId: id } = person.floor
  if (id === undefined || !isLucky(LIKELY.turn)) return
  const { desk } = above(person)
  const seen = (await desk.call(hours.list).catch(() => [])).find((one) => one.id === id)
  if (seen === undefined) return
  const body = { set: { week: shiftWeek(!seen.isOpen) }, base: seen.versions }
  await attempt(above(person), 'turned a shift', hours.change, { params: { id }, body })
}

const above = ({ supervisor, tally }: Person) => ({ desk: supervisor(), tally })

/** Asks until it is done, or the desk is gone: its next life begins with the same. */
async function untilDone(
  person: Person,
  what: string,
  endpoint: Endpoint<unknown, unknown>,
  ended: AbortSignal,
  input: unknown,
): Promise<void> {
  while (person.live.socket.connected && !ended.aborted) {
    if (await attempt(person, what, endpoint, input)) return
    await pause(LOOK_MS * 5)
  }
}

/** Asks once and counts what came of it; answers whether it was done. */
async function attempt<In, Out>(
  { desk, tally }: Pick<Person, 'desk' | 'tally'>,
  what: string,
  endpoint: Endpoint<In, Out>,
  input: unknown,
): Promise<boolean> {
  const status = await desk.try(endpoint, input).then(
    (answered) => answered.status,
    () => 'lost' as const,
  )
  tally.add(what, status)
  return status === 200
}
