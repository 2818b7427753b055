// Queues: lines of incoming chats, who is assigned to serve them and who has joined.
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { ById, ChatKind, Id, Instant, Name, orNull, Strict } from './shapes.ts'

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
  version: Type.Integer(),
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
})
export type QueueMember = Static<typeof QueueMember>

export const NewQueue = Strict({
  accountId: Id,
  name: Name,
  kind: ChatKind,
  offerSeconds: Type.Integer({ minimum: 5, maximum: 300 }),
  targetSeconds: Type.Integer({ minimum: 5, maximum: 86_400 }),
})
export type NewQueue = Static<typeof NewQueue>

export const queues = {
  list: endpoint('GET', '/api/queues', 'session', 'The queues that I may see', {
    reply: Type.Array(Queue),
  }),
  create: endpoint('POST', '/api/queues', 'setup.manage', 'Make a queue', {
    body: NewQueue,
    reply: Queue,
  }),
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
