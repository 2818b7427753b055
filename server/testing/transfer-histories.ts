// Histories in which most of what happens is about chats that are handed on: three people who take nearly
// all that they are offered, and come and go now and then.
import fc from 'fast-check'
import { heldLimit, QUEUES, type Timed, USERS } from './routing-histories.ts'
import { idOf } from './routing-seed.ts'

const CREW = USERS.slice(0, 3)
/** One whose chats are offered, one that asks for skills and weighs more, and one whose deferred chats are
 * theirs at once. */
const queueIds = [1, 2, 9].map((n) => idOf('b', n))
const placeOf = (userId: string) => ({ userId, connectionId: idOf('d', CREW.indexOf(userId)) })

const type = <const Name extends Timed['type']>(name: Name) => fc.constant(name)
const userId = fc.constantFrom(...CREW)
const queueId = fc.constantFrom(...queueIds)
const chatId = fc.constantFrom(...Array.from({ length: 12 }, (_, n) => idOf('c', n)))
/** The same one again and again, as in the other histories. */
const visitorId = 'visitor'
const to = fc.oneof(
  userId.map((id) => ({ kind: 'operator' as const, id })),
  fc
    .constantFrom(...QUEUES.slice(0, 3), ...QUEUES)
    .map(({ id }) => ({ kind: 'queue' as const, id })),
)
const availability = fc.constantFrom('available', 'available', 'available', 'away', 'finishing')
const accepts = fc.constantFrom(undefined, undefined, [], ['live' as const], ['deferred' as const])
const limit = fc.integer({ min: 0, max: 4 })

const command = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      type: type('enqueue'),
      chatId,
      queueId,
      priority: fc.constant(0),
      visitorId: fc.constant(visitorId),
    }),
  },
  { weight: 20, arbitrary: fc.record({ type: type('accept'), chatId, userId }) },
  { weight: 16, arbitrary: fc.record({ type: type('handOn'), chatId, userId, to }) },
  { weight: 2, arbitrary: fc.record({ type: type('keep'), chatId, userId }) },
  { weight: 4, arbitrary: fc.record({ type: type('decline'), chatId, userId }) },
  { weight: 3, arbitrary: fc.record({ type: type('close'), chatId, userId }) },
  { weight: 1, arbitrary: fc.record({ type: type('abandon'), chatId }) },
  { weight: 6, arbitrary: fc.record({ type: type('sweep') }) },
  { weight: 1, arbitrary: fc.record({ type: type('park'), chatId, userId }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: type('say'), chatId, by: fc.constantFrom('visitor', 'operator') }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: type('declare'),
      userId,
      availability,
      finishAs: fc.constant('away'),
      accepts,
    }),
  },
  {
    weight: 2,
    arbitrary: userId.map((id) => ({
      type: 'disconnect' as const,
      connectionId: placeOf(id).connectionId,
    })),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: type('limit'),
      userId,
      kind: fc.constantFrom('live', 'deferred'),
      limit,
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: type('queueLimit'), queueId, limit: heldLimit }) },
  { weight: 1, arbitrary: fc.record({ type: type('leave'), queueId, userId }) },
  { weight: 2, arbitrary: fc.record({ type: type('join'), queueId, userId }) },
  { weight: 1, arbitrary: fc.record({ type: type('unassign'), queueId, userId }) },
  { weight: 1, arbitrary: fc.record({ type: type('remove'), userId }) },
)

const timed: fc.Arbitrary<Timed> = fc
  .tuple(command, fc.constantFrom(0, 1, 1_000, 5_000, 10_000, 20_000, 30_000), fc.nat(11))
  .map(([it, afterMs, aim]) => ({ ...it, afterMs, aim }))

function arriving(id: string): Timed[] {
  const soon = { afterMs: 1, aim: -1, userId: id }
  const levels = Object.fromEntries([1, 2].map((n) => [idOf('5', n), 4]))
  return [
    { ...soon, type: 'register', live: 4, deferred: 3 },
    { ...soon, type: 'describe', takesChats: true, takesTests: false, skills: levels },
    ...queueIds.flatMap((joined): Timed[] => [
      { ...soon, type: 'assign', queueId: joined, tier: 1 },
      { ...soon, type: 'join', queueId: joined },
    ]),
    { ...soon, ...placeOf(id), type: 'connect' },
    { ...soon, type: 'declare', availability: 'available', finishAs: 'away' },
  ]
}

/** Chats are taken before anything else, so that there is something to hand on. */
const begun = (at: number): Timed[] => [
  {
    afterMs: 1,
    aim: -1,
    type: 'enqueue',
    chatId: idOf('c', at),
    queueId: queueIds[0] ?? '',
    priority: 0,
    visitorId,
  },
  { afterMs: 1, aim: 0, type: 'accept', chatId: idOf('c', at), userId: CREW[0] ?? '' },
]

export const aboutTransfers = fc
  .array(timed, { minLength: 15, maxLength: 50, size: 'max' })
  .map((commands) => [...CREW.flatMap(arriving), ...[0, 1, 2].flatMap(begun), ...commands])

const [sender = '', taker = ''] = CREW
const first = { chatId: idOf('c', 0), afterMs: 1, aim: -1 }

/** Whoever hands a chat over is gone, and who is asked takes only what is handed over: chance alone would
 * hardly ever come to it. */
export const fromWhoIsGone: Timed[] = [
  ...CREW.flatMap(arriving),
  ...begun(0),
  {
    ...first,
    ...{ type: 'handOn', aim: 0, userId: sender },
    to: { kind: 'operator', id: taker },
  },
  { ...first, type: 'remove', userId: sender },
  ...[[], ['deferred' as const], []].map(
    (accepts): Timed => ({
      ...{ ...first, type: 'declare', userId: taker, finishAs: 'away', accepts },
      availability: 'available',
    }),
  ),
  { ...first, type: 'accept', userId: taker },
]

const limited = (userId: string | undefined, most: number): Timed => ({
  ...{ afterMs: 1, aim: -1, type: 'limit', userId: userId ?? '', kind: 'live', limit: most },
})

const handed = (at: number): Timed[] => [
  {
    ...{ ...first, chatId: idOf('c', at), type: 'handOn', userId: sender },
    to: { kind: 'operator', id: taker },
  },
  { ...first, chatId: idOf('c', at), type: 'accept', userId: taker },
]

/** Whoever is full is handed one more by name, and no third; nothing follows until they have room again. */
export const aboveTheLimit: Timed[] = [
  ...CREW.flatMap(arriving),
  limited(CREW[2], 0),
  limited(taker, 0),
  ...[0, 1, 2].flatMap(begun),
  limited(taker, 1),
  limited(sender, 0),
  ...[0, 1, 2].flatMap(handed),
  ...begun(3),
  ...[0, 1].map(
    (at): Timed => ({
      ...{ ...first, chatId: idOf('c', at), type: 'close', userId: taker },
    }),
  ),
]
