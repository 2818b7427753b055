// Queues: lines of incoming chats, who is assigned to serve them and who has joined.
import { type Static, Type } from 'typebox'
import { changesOf, Versions } from './changes.ts'
import { endpoint } from './endpoint.ts'
import { ById, ChatKind, Id, Instant, Name, Nothing, orNull, Strict } from './shapes.ts'

export const Queue = Type.Object({
  id: Id,
  accountId: Id,
  name: Type.String(),
  kind: ChatKind,
  strategy: Type.String(),
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
  wrapUpSeconds: Type.Integer(),
  version: Type.Integer(),
  versions: Versions,
})
export type Queue = Static<typeof Queue>

/** An operator in a queue: assigned by an administrator, joined by the operator. */
export const QueueMember = Type.Object({
  /** `<queue>:<user>` */
  id: Type.String(),
  queueId: Id,
  userId: Id,
  isJoined: Type.Boolean(),
  joinedAt: orNull(Instant),
  tier: Type.Integer(),
  /** Whoever does not take part is rung only when nobody who does is online. */
  participates: Type.Boolean(),
})
export type QueueMember = Static<typeof QueueMember>

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
  /** For testers alone; false unless named. */
  isTest: Type.Optional(Type.Boolean()),
})
export type NewQueue = Static<typeof NewQueue>

export const QueueChanges = changesOf({
  name: Name,
  offerSeconds: OfferSeconds,
  targetSeconds: TargetSeconds,
  priority: Type.Integer({ minimum: 0, maximum: 9 }),
  isActive: Type.Boolean(),
  maxWaiting: orNull(Type.Integer({ minimum: 1, maximum: 100_000 })),
  isPreset: Type.Boolean(),
  autoAccepts: Type.Boolean(),
  wrapUpSeconds: Type.Integer({ minimum: 0, maximum: 3_600 }),
})
export type QueueChanges = Static<typeof QueueChanges>

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
  join: endpoint('POST', '/api/queues/:id/join', 'chats.answer', 'Begin to serve a queue', {
    params: ById,
    reply: QueueMember,
  }),
  leave: endpoint('POST', '/api/queues/:id/leave', 'chats.answer', 'Stop serving a queue', {
    params: ById,
    reply: QueueMember,
  }),
}
