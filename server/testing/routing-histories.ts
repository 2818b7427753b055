// Histories that the database and the model of routing both live through: what may happen, how
// often, and to whom.
import fc from 'fast-check'
import type { FloorQueue } from '../features/routing/floor.ts'
import type { FloorParking } from '../features/routing/floor-parking.ts'
import type { Command } from '../features/routing/model.ts'
import { CLOSINGS } from './closing-histories.ts'
import { idOf } from './routing-seed.ts'

export const USERS = [1, 2, 3, 4].map((n) => idOf('a', n))
const CHATS = Array.from({ length: 30 }, (_, n) => idOf('c', n))
const CONNECTIONS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((n) => idOf('d', n))
export const SKILLS = [1, 2].map((n) => idOf('5', n))
const [german = '', refunds = ''] = SKILLS
const PLAIN = {
  kind: 'live',
  strategy: 'longest_idle',
  offerMs: 20_000,
  autoAccepts: false,
  priority: 0,
  isTest: false,
  skills: [],
  keepsShifts: false,
  wrapUpMs: 0,
  wrapUpTakesSlot: false,
  affinityMs: 0,
  maxWaiting: undefined,
  overflowQueueId: undefined,
  overflowAfterMs: undefined,
  overflowWhenUnattended: false,
  chatUnits: 1,
  heldLimit: undefined,
  cooldownMs: undefined,
  burst: undefined,
  parking: undefined,
  closing: undefined,
} as const satisfies Omit<FloorQueue, 'id'>
const PARKING = {
  afterMs: 60_000,
  wakeTo: 'front',
  closeMs: 86_400_000,
  whenGone: 'keep',
  keepMs: 3_600_000,
  holdMs: 60_000,
} as const satisfies FloorParking
export const QUEUES: FloorQueue[] = [
  {
    ...PLAIN,
    id: idOf('b', 1),
    affinityMs: 20_000,
    overflowQueueId: idOf('b', 5),
    overflowAfterMs: 30_000,
  },
  {
    ...PLAIN,
    id: idOf('b', 2),
    strategy: 'least_loaded',
    offerMs: 10_000,
    priority: 2,
    chatUnits: 2,
    keepsShifts: true,
    skills: [
      { id: german, level: 3, relaxAfterMs: 30_000 },
      { id: refunds, level: 1, relaxAfterMs: undefined },
    ],
  },
  {
    ...PLAIN,
    id: idOf('b', 3),
    kind: 'deferred',
    strategy: 'fewest_today',
    offerMs: 60_000,
    autoAccepts: true,
    heldLimit: 2,
    parking: PARKING,
  },
  { ...PLAIN, id: idOf('b', 4), isTest: true },
  {
    ...PLAIN,
    id: idOf('b', 5),
    strategy: 'round_robin',
    wrapUpMs: 25_000,
    cooldownMs: 15_000,
    overflowQueueId: idOf('b', 7),
    overflowWhenUnattended: true,
  },
  {
    ...PLAIN,
    id: idOf('b', 6),
    strategy: 'most_full',
    chatUnits: 2,
    heldLimit: 1,
    burst: { most: 2, ms: 40_000 },
    wrapUpMs: 15_000,
    wrapUpTakesSlot: true,
    overflowQueueId: idOf('b', 7),
    overflowAfterMs: 20_000,
    overflowWhenUnattended: true,
  },
  {
    ...PLAIN,
    id: idOf('b', 7),
    strategy: 'fewest_today',
    affinityMs: 30_000,
    cooldownMs: 5_000,
    burst: { most: 3, ms: 60_000 },
    maxWaiting: 2,
    overflowQueueId: idOf('b', 2),
  },
  { ...PLAIN, id: idOf('b', 8), strategy: 'manual_pick', cooldownMs: 10_000 },
  { ...PLAIN, id: idOf('b', 19), strategy: 'ring_all' },
  {
    ...{ ...PLAIN, id: idOf('b', 9), kind: 'deferred', autoAccepts: true, keepsShifts: true },
    parking: { ...PARKING, wakeTo: 'over', closeMs: undefined },
  },
  {
    ...{ ...PLAIN, id: idOf('b', 10), kind: 'deferred', autoAccepts: true, wrapUpMs: 10_000 },
    parking: { ...PARKING, wakeTo: 'others', whenGone: 'queue' },
  },
  ...CLOSINGS.map((closing, at) => ({ ...PLAIN, ...closing, id: idOf('b', 11 + at) })),
]

/** `aim`: which of the chats that the command could be about; below 0, the one it names. */
export type Timed = Command & { afterMs: number; aim: number }

const userId = fc.constantFrom(...USERS)
const queueId = fc.constantFrom(...QUEUES.map(({ id }) => id))
/** Half of who comes comes to the first queues, which everybody serves. */
const asked = fc.oneof(fc.constantFrom(idOf('b', 1), idOf('b', 2)), queueId)
const chatId = fc.constantFrom(...CHATS)
const connectionId = fc.constantFrom(...CONNECTIONS)
const limit = fc.integer({ min: 0, max: 3 })
export const heldLimit = fc.constantFrom(null, 1, 1, 2, 3)
const unitLimit = fc.constantFrom(null, 0, 1, 2, 3, 4, 6)
/** A name, kept as itself. */
const type = <const Name extends Command['type']>(name: Name) => fc.constant(name)
const availability = fc.constantFrom(
  ...(['available', 'available', 'available', 'busy', 'away', 'offline'] as const),
  ...(['finishing', 'finishing'] as const),
)
const finishAs = fc.constantFrom('away', 'offline')
const accepts = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  { weight: 2, arbitrary: fc.constantFrom(['live'], ['deferred'], []) },
)
const by = fc.constantFrom('visitor', 'operator')
const kind = fc.constantFrom('live', 'deferred')
/** One who comes back, again and again. */
const visitorId = fc.constant('visitor')
const priority = fc.integer({ min: 0, max: 2 })
/** Most shifts are on, and most join for good: a floor that empties itself says little. */
const isOn = fc.constantFrom(true, false, null, null)
const minutes = fc.constantFrom(undefined, undefined, undefined, undefined, 1, 2)
const tier = fc.integer({ min: 1, max: 2 })
const participates = fc.constantFrom(true, false, false)
const level = fc.integer({ min: 0, max: 5 })
const to = fc.oneof(
  fc.record({ kind: fc.constant('operator' as const), id: userId }),
  fc.record({ kind: fc.constant('queue' as const), id: asked }),
)
const means = {
  takesChats: fc.constantFrom(true, true, false),
  takesTests: fc.boolean(),
  skills: fc.tuple(level, level).map(([one, two]) => ({ [german]: one, [refunds]: two })),
}

const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 24,
    arbitrary: fc.record({ type: type('enqueue'), chatId, queueId: asked, priority, visitorId }),
  },
  { weight: 7, arbitrary: fc.record({ type: type('accept'), chatId, userId }) },
  { weight: 4, arbitrary: fc.record({ type: type('decline'), chatId, userId }) },
  { weight: 4, arbitrary: fc.record({ type: type('close'), chatId, userId }) },
  { weight: 2, arbitrary: fc.record({ type: type('abandon'), chatId }) },
  { weight: 4, arbitrary: fc.record({ type: type('sweep') }) },
  { weight: 6, arbitrary: fc.record({ type: type('handOn'), chatId, userId, to }) },
  { weight: 1, arbitrary: fc.record({ type: type('keep'), chatId, userId }) },
  { weight: 1, arbitrary: fc.record({ type: type('wrapUp'), userId }) },
  { weight: 2, arbitrary: fc.record({ type: type('say'), chatId, by }) },
  { weight: 1, arbitrary: fc.record({ type: type('park'), chatId, userId }) },
  { weight: 1, arbitrary: fc.record({ type: type('takeBack'), chatId, userId }) },
  { weight: 3, arbitrary: fc.record({ type: type('act'), userId }) },
  { weight: 2, arbitrary: fc.record({ type: type('back'), userId }) },
  { weight: 3, arbitrary: fc.record({ type: type('connect'), userId, connectionId }) },
  { weight: 2, arbitrary: fc.record({ type: type('disconnect'), connectionId }) },
  {
    weight: 4,
    arbitrary: fc.record({ type: type('declare'), userId, availability, finishAs, accepts }),
  },
  { weight: 1, arbitrary: fc.record({ type: type('shift'), userId, isOn }) },
  { weight: 3, arbitrary: fc.record({ type: type('limit'), userId, kind, limit }) },
  { weight: 3, arbitrary: fc.record({ type: type('units'), userId, limit: unitLimit }) },
  {
    weight: 3,
    arbitrary: fc.record({ type: type('queueLimit'), queueId: asked, limit: heldLimit }),
  },
  { weight: 6, arbitrary: fc.record({ type: type('take'), chatId, userId }) },
  { weight: 4, arbitrary: fc.record({ type: type('pick'), chatId, userId }) },
  { weight: 2, arbitrary: fc.record({ type: type('describe'), userId, ...means }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: type('participate'), queueId, userId, participates }),
  },
  { weight: 3, arbitrary: fc.record({ type: type('join'), queueId, userId, minutes }) },
  { weight: 1, arbitrary: fc.record({ type: type('leave'), queueId, userId }) },
  { weight: 2, arbitrary: fc.record({ type: type('assign'), queueId, userId, tier }) },
  { weight: 1, arbitrary: fc.record({ type: type('unassign'), queueId, userId }) },
  { weight: 1, arbitrary: fc.record({ type: type('remove'), userId }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: type('register'), userId, live: limit, deferred: limit }),
  },
)
const timed: fc.Arbitrary<Timed> = fc
  .tuple(
    command,
    fc.constantFrom(0, 1, 1_000, 9_000, 10_000, 20_000, 30_000),
    fc.integer({ min: -2, max: 7 }),
  )
  .map(([it, afterMs, aim]) => ({ ...it, afterMs, aim }))

/** A history that begins with everybody at work, so that most of it is about chats. */
export const history = fc
  .tuple(
    fc.nat({ max: USERS.length }),
    fc.array(timed, { minLength: 10, maxLength: 60, size: 'max' }),
  )
  .map(([atWork, commands]) => [...USERS.slice(0, atWork).flatMap(arriving), ...commands])

function arriving(userId: string, index: number): Timed[] {
  const soon = { afterMs: 1, aim: -1, userId }
  return [
    { ...soon, type: 'register', live: [2, 4, 3, 1][index] ?? 1, deferred: 2 },
    ...QUEUES.filter((_, at) => at < 2 || (at + index) % 2 === 0).flatMap((queue): Timed[] => [
      { ...soon, type: 'assign', queueId: queue.id, tier: index === 3 ? 2 : 1 },
      { ...soon, type: 'join', queueId: queue.id },
    ]),
    {
      ...soon,
      type: 'describe',
      takesChats: true,
      takesTests: index % 2 === 0,
      skills: { [german]: 2 + index, [refunds]: index },
    },
    ...(index % 2 === 0 ? [] : [{ ...soon, type: 'units', limit: 4 } as const]),
    { ...soon, type: 'participate', queueId: idOf('b', 1), participates: index < 1 },
    { ...soon, type: 'participate', queueId: idOf('b', 4), participates: false },
    { ...soon, type: 'connect', connectionId: CONNECTIONS[index] ?? idOf('d', 99) },
    { ...soon, type: 'declare', availability: 'available' },
  ]
}
