// What an operator's status is, from three facts kept apart: what they chose, what their
// connections say, and how many chats they hold.
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { ById, Id, Instant, orNull, Strict } from './shapes.ts'

export const Availability = Type.Union([
  Type.Literal('available'),
  Type.Literal('busy'),
  Type.Literal('away'),
  Type.Literal('offline'),
])
export type Availability = Static<typeof Availability>

/** `reconnecting`: the last connection broke less than the grace ago. */
export const Connection = Type.Union([
  Type.Literal('connected'),
  Type.Literal('reconnecting'),
  Type.Literal('disconnected'),
])
export type Connection = Static<typeof Connection>

/** Chats of one kind: held or offered now, against the limit. */
export const Load = Type.Object({
  used: Type.Integer(),
  limit: Type.Integer(),
  version: Type.Integer(),
})
export type Load = Static<typeof Load>

/** An operator as the Wall and the operator's own Desk see them. The id is the user's. */
export const Operator = Type.Object({
  id: Id,
  accountIds: Type.Array(Id),
  name: Type.String(),
  photo: orNull(Type.String()),
  department: orNull(Type.String()),
  availability: Availability,
  reason: orNull(Type.String()),
  since: Instant,
  /** Who set the availability, when it was not the operator. */
  setBy: orNull(Type.String()),
  connection: Connection,
  connectionSince: Instant,
  /** Offers missed in a row; at the organisation's bound the operator is not answering. */
  missed: Type.Integer(),
  isNotAnswering: Type.Boolean(),
  /** A chat has just ended: until when the operator has time to finish, and whether they are given
   * nothing new meanwhile; otherwise it takes a slot. */
  wrapUp: orNull(Type.Object({ until: Instant, isPaused: Type.Boolean() })),
  live: Load,
  deferred: Load,
  /** The queues that the operator is serving now. */
  joined: Type.Array(Id),
  /** Whether visitors' chats are for this operator. */
  takesChats: Type.Boolean(),
  /** Whether those of test queues are. Who takes only these counts in no total. */
  takesTests: Type.Boolean(),
})
export type Operator = Static<typeof Operator>

export type OperatorStatus =
  | 'available'
  | 'at_limit'
  | 'wrap_up'
  | 'busy'
  | 'away'
  | 'not_answering'
  | 'reconnecting'
  | 'offline'

/** The one word that a screen shows for an operator. */
export function statusOf(operator: Operator): OperatorStatus {
  if (operator.availability === 'offline') return 'offline'
  if (operator.connection === 'disconnected') return 'offline'
  if (operator.connection === 'reconnecting') return 'reconnecting'
  if (operator.isNotAnswering) return 'not_answering'
  if (operator.availability !== 'available') return operator.availability
  const isFull = operator.live.used >= operator.live.limit
  if (operator.wrapUp && (operator.wrapUp.isPaused || isFull)) return 'wrap_up'
  return isFull ? 'at_limit' : 'available'
}

export const NewAvailability = Strict({
  availability: Availability,
  reason: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
})
export type NewAvailability = Static<typeof NewAvailability>

export const presence = {
  mine: endpoint('GET', '/api/me/operator', 'chats.answer', 'My own status, limits and queues', {
    reply: Operator,
  }),
  choose: endpoint('PUT', '/api/me/availability', 'chats.answer', 'Set my own availability', {
    body: NewAvailability,
    reply: Operator,
  }),
  setOf: endpoint(
    'PUT',
    '/api/operators/:id/availability',
    'operators.manage',
    'Set the availability of an operator, who is told by whom',
    { params: ById, body: NewAvailability, reply: Operator },
  ),
  wrapUp: endpoint(
    'POST',
    '/api/me/wrap-up/end',
    'chats.answer',
    'Say that I am done with what comes after a chat',
    { reply: Operator },
  ),
}
