// Queues: lines of incoming chats, who is assigned to serve them and who has joined.
import { type Static, Type } from 'typebox'
import { changesOf, Versions } from './changes.ts'
import { endpoint } from './endpoint.ts'
import { CLOSING } from './hours.ts'
import { PARKING } from './parking.ts'
import { ById, ChatKind, Id, Instant, Name, Nothing, orNull, Strict } from './shapes.ts'
import { QUEUE_PACE } from './units.ts'

/** How the one who is offered a chat is chosen among those who could take it, after the levels. */
export const STRATEGIES = [
  /** Whoever was last offered a chat, of any queue, the longest ago. */
  'longest_idle',
  /** Whoever holds the smallest part of their limit; of equals the longest idle. */
  'least_loaded',
  /** Whoever was last offered a chat of this queue the longest ago; of equals the longest idle. */
  'round_robin',
  /** Whoever has been given the fewest chats since midnight; of equals the longest idle. */
  'fewest_today',
  /** Whoever holds the largest part of their limit and still has room; of equals the longest idle. */
  'most_full',
  /** Nobody is offered anything: it rings with all who have joined, and the first to take it has it. */
  'ring_all',
  /** Nobody is offered anything: whoever has joined picks from the list of those who wait. */
  'manual_pick',
] as const
export type Strategy = (typeof STRATEGIES)[number]

/** Whether whoever serves the queue takes its chats, and none is offered. */
export const isByHand = (strategy: Strategy): boolean =>
  strategy === 'ring_all' || strategy === 'manual_pick'
const StrategyName = Type.Enum(STRATEGIES)

/** Levels of a queue's people: those of 1 are asked first. */
export const TIER_MAX = 9
const Tier = Type.Integer({ minimum: 1, maximum: TIER_MAX })

export const Queue = Type.Object({
  id: Id,
  accountId: Id,
  name: Type.String(),
  kind: ChatKind,
  strategy: StrategyName,
  offerSeconds: Type.Integer(),
  targetSeconds: Type.Integer(),
  priority: Type.Integer(),
  isActive: Type.Boolean(),
  /** Its chats are for testers alone and count in no total. */
  isTest: Type.Boolean(),
  /** So many may wait at most; null: as many as come. */
  maxWaiting: orNull(Type.Integer()),
  /** Whether a newcomer serves it when no queue is chosen for them. */
  isPreset: Type.Boolean(),
  /** Chats are given, not offered. */
  autoAccepts: Type.Boolean(),
  /** How long whoever had a chat has to finish after it; 0: not at all. */
  wrapUpSeconds: Type.Integer(),
  /** It takes the chat's slot meanwhile; otherwise they are given nothing new at all. */
  wrapUpTakesSlot: Type.Boolean(),
  /** How long a chat waits for whoever served its visitor last, if they are there; 0: not at all. */
  affinitySeconds: Type.Integer(),
  /** Where its chats go on to: when the line is full, after so long, and when nobody is there. */
  overflowQueueId: orNull(Id),
  /** Null: however long they wait. */
  overflowAfterSeconds: orNull(Type.Integer()),
  overflowWhenUnattended: Type.Boolean(),
  /** Its chats are only for those whose shift it is, and for those who have no shift. */
  keepsShifts: Type.Boolean(),
  ...QUEUE_PACE,
  ...PARKING,
  ...CLOSING,
  version: Type.Integer(),
  versions: Versions,
})
export type Queue = Static<typeof Queue>

/** What keeps the chats of a queue from somebody who has joined it: it is not their shift, or their
 * status is not for its kind of chat. */
export const PausedBy = Type.Union([Type.Literal('shift'), Type.Literal('status')])
export type PausedBy = Static<typeof PausedBy>

/** The longest that one may join for, in minutes. */
export const JOIN_MINUTES_MAX = 720

/** An operator in a queue: assigned by an administrator, joined by the operator. */
export const QueueMember = Type.Object({
  /** `<queue>:<user>` */
  id: Type.String(),
  queueId: Id,
  userId: Id,
  /** As the operator has chosen, whatever else keeps its chats from them. */
  isJoined: Type.Boolean(),
  joinedAt: orNull(Instant),
  /** Leaves by itself then; null: stays. */
  joinedUntil: orNull(Instant),
  pausedBy: orNull(PausedBy),
  tier: Type.Integer(),
  /** Whoever does not take part is rung only when nobody who does is online. */
  participates: Type.Boolean(),
})
export type QueueMember = Static<typeof QueueMember>

/** Somebody in a queue, as whoever sets it up sees them. */
export const QueuePerson = Type.Object({
  userId: Id,
  /** Null for one of an account that the asker does not see. */
  name: orNull(Type.String()),
  photo: orNull(Type.String()),
  tier: Tier,
  participates: Type.Boolean(),
})
export type QueuePerson = Static<typeof QueuePerson>

const OfferSeconds = Type.Integer({ minimum: 5, maximum: 300 })
const TargetSeconds = Type.Integer({ minimum: 5, maximum: 86_400 })

export const NewQueue = Strict({
  accountId: Id,
  name: Name,
  kind: ChatKind,
  offerSeconds: OfferSeconds,
  targetSeconds: TargetSeconds,
  /** False unless named. */
  isPreset: Type.Optional(Type.Boolean()),
  /** The longest idle unless named. */
  strategy: Type.Optional(StrategyName),
  /** For testers alone; false unless named. */
  isTest: Type.Optional(Type.Boolean()),
})
export type NewQueue = Static<typeof NewQueue>

export const QueueChanges = changesOf({
  name: Name,
  strategy: StrategyName,
  offerSeconds: OfferSeconds,
  targetSeconds: TargetSeconds,
  priority: Type.Integer({ minimum: 0, maximum: 9 }),
  isActive: Type.Boolean(),
  maxWaiting: orNull(Type.Integer({ minimum: 1, maximum: 100_000 })),
  isPreset: Type.Boolean(),
  autoAccepts: Type.Boolean(),
  wrapUpSeconds: Type.Integer({ minimum: 0, maximum: 3_600 }),
  wrapUpTakesSlot: Type.Boolean(),
  affinitySeconds: Type.Integer({ minimum: 0, maximum: 600 }),
  overflowQueueId: orNull(Id),
  overflowAfterSeconds: orNull(Type.Integer({ minimum: 1, maximum: 86_400 })),
  overflowWhenUnattended: Type.Boolean(),
  keepsShifts: Type.Boolean(),
  ...QUEUE_PACE,
  ...PARKING,
  ...CLOSING,
})
export type QueueChanges = Static<typeof QueueChanges>

export const JoinFor = Strict({ minutes: Type.Integer({ minimum: 1, maximum: JOIN_MINUTES_MAX }) })

export const SetTier = Strict({
  tier: Tier,
  /** The level that the editor saw. */
  was: Tier,
})
export type SetTier = Static<typeof SetTier>

export const queues = {
  list: endpoint('GET', '/api/queues', 'session', 'The queues that I may see', {
    reply: Type.Array(Queue),
  }),
  create: endpoint('POST', '/api/queues', 'setup.manage', 'Make a queue', {
    body: NewQueue,
    reply: Queue,
  }),
  change: endpoint('PATCH', '/api/queues/:id', 'setup.manage', 'Set fields of a queue', {
    params: ById,
    body: QueueChanges,
    reply: Queue,
  }),
  remove: endpoint(
    'DELETE',
    '/api/queues/:id',
    'setup.manage',
    'Delete a queue; `in_use` with where, while it is: one that had chats is closed instead',
    { params: ById, reply: Nothing },
  ),
  assign: endpoint(
    'PUT',
    '/api/queues/:id/members/:userId',
    'setup.manage',
    'Assign a user to a queue',
    {
      params: Strict({ id: Id, userId: Id }),
      reply: QueueMember,
    },
  ),
  unassign: endpoint(
    'DELETE',
    '/api/queues/:id/members/:userId',
    'setup.manage',
    'Take a user out of a queue',
    {
      params: Strict({ id: Id, userId: Id }),
      reply: QueueMember,
    },
  ),
  members: endpoint(
    'GET',
    '/api/queues/:id/members',
    'setup.manage',
    'Who is assigned to a queue, the first asked first',
    { params: ById, reply: Type.Array(QueuePerson) },
  ),
  setTier: endpoint(
    'PUT',
    '/api/queues/:id/members/:userId/tier',
    'setup.manage',
    'Say on which level somebody serves a queue; `stale` when it is another than was seen',
    { params: Strict({ id: Id, userId: Id }), body: SetTier, reply: QueueMember },
  ),
  join: endpoint('POST', '/api/queues/:id/join', 'chats.answer', 'Begin to serve a queue', {
    params: ById,
    reply: QueueMember,
  }),
  joinFor: endpoint(
    'PUT',
    '/api/queues/:id/join',
    'chats.answer',
    'Serve a queue for so many minutes from now, and leave it by itself',
    { params: ById, body: JoinFor, reply: QueueMember },
  ),
  leave: endpoint('POST', '/api/queues/:id/leave', 'chats.answer', 'Stop serving a queue', {
    params: ById,
    reply: QueueMember,
  }),
}
