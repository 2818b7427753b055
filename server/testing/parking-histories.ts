// Histories in which most of what happens is about deferred chats: few people, who come and go, and
// chats in which now and then somebody writes.
import fc from 'fast-check'
import { heldLimit, history, QUEUES, type Timed, USERS } from './routing-histories.ts'
import { idOf } from './routing-seed.ts'
import { aboutTransfers } from './transfer-histories.ts'

const queueIds = QUEUES.filter(({ kind }) => kind === 'deferred').map(({ id }) => id)
const CREW = USERS.slice(0, 2)
const PLACES = CREW.flatMap((userId, at) =>
  [0, 1].map((tab) => ({ userId, connectionId: idOf('d', at * 10 + tab) })),
)

const type = <const Name extends Timed['type']>(name: Name) => fc.constant(name)
const userId = fc.constantFrom(...CREW)
const queueId = fc.constantFrom(...queueIds)
const chatId = fc.constantFrom(...Array.from({ length: 12 }, (_, n) => idOf('c', n)))
const place = fc.constantFrom(...PLACES)
const priority = fc.constant(0)
const by = fc.constantFrom('visitor', 'operator', 'operator')
const kind = fc.constant('deferred')
const limit = fc.integer({ min: 0, max: 2 })
const availability = fc.constantFrom('available', 'available', 'away')
const finishAs = fc.constant('away')

const command = fc.oneof(
  { weight: 8, arbitrary: fc.record({ type: type('enqueue'), chatId, queueId, priority }) },
  { weight: 16, arbitrary: fc.record({ type: type('say'), chatId, by }) },
  { weight: 4, arbitrary: fc.record({ type: type('park'), chatId, userId }) },
  { weight: 3, arbitrary: fc.record({ type: type('takeBack'), chatId, userId }) },
  { weight: 8, arbitrary: fc.record({ type: type('sweep') }) },
  { weight: 1, arbitrary: fc.record({ type: type('close'), chatId, userId }) },
  { weight: 1, arbitrary: fc.record({ type: type('abandon'), chatId }) },
  { weight: 1, arbitrary: fc.record({ type: type('wrapUp'), userId }) },
  { weight: 1, arbitrary: fc.record({ type: type('queueLimit'), queueId, limit: heldLimit }) },
  { weight: 2, arbitrary: fc.record({ type: type('act'), userId }) },
  { weight: 4, arbitrary: place.map((it) => ({ type: 'connect' as const, ...it })) },
  {
    weight: 4,
    arbitrary: place.map(({ connectionId }) => ({ type: 'disconnect' as const, connectionId })),
  },
  { weight: 4, arbitrary: fc.record({ type: type('declare'), userId, availability, finishAs }) },
  { weight: 2, arbitrary: fc.record({ type: type('limit'), userId, kind, limit }) },
  { weight: 1, arbitrary: fc.record({ type: type('remove'), userId }) },
)

const afterMs = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(0, 1_000, 10_000, 30_000, 60_000) },
  { weight: 1, arbitrary: fc.constantFrom(3_600_000, 3_600_000, 86_400_000) },
)
const timed: fc.Arbitrary<Timed> = fc
  .tuple(command, afterMs, fc.integer({ min: 0, max: 7 }))
  .map(([it, after, aim]) => ({ ...it, afterMs: after, aim }))

function arriving({ userId: id, connectionId }: (typeof PLACES)[number]): Timed[] {
  const soon = { afterMs: 1, aim: -1, userId: id }
  return [
    { ...soon, type: 'register', live: 1, deferred: 1 },
    ...queueIds.flatMap((joined): Timed[] => [
      { ...soon, type: 'assign', queueId: joined, tier: 1 },
      { ...soon, type: 'join', queueId: joined },
    ]),
    { ...soon, type: 'connect', connectionId },
    { ...soon, type: 'declare', availability: 'available', finishAs: 'away' },
  ]
}

const crew = PLACES.filter((_, at) => at % 2 === 0)

const aboutDeferred = fc
  .tuple(
    fc.integer({ min: 1, max: 2 }),
    fc.array(timed, { minLength: 15, maxLength: 50, size: 'max' }),
  )
  .map(([atWork, commands]) => [...crew.slice(0, atWork).flatMap(arriving), ...commands])

/** Some of them about deferred chats, some about transfers, all others about anything. */
export const anyHistory = fc.oneof(
  { weight: 3, arbitrary: history },
  { weight: 2, arbitrary: aboutDeferred },
  { weight: 2, arbitrary: aboutTransfers },
)
