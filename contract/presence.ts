// What an operator's status is, from three facts kept apart: what they chose, what their
// connections say, and how many chats they hold.
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { ById, ChangeOf, ChatKind, Id, Instant, Nothing, orNull, Strict } from './shapes.ts'
import { StatusColour, StatusIcon } from './status-look.ts'
import { hasRoom, Units } from './units.ts'

export const Availability = Type.Union([
  Type.Literal('available'),
  Type.Literal('busy'),
  /** No new work; what is held is kept, and with its end this does by itself. */
  Type.Literal('finishing'),
  Type.Literal('away'),
  Type.Literal('offline'),
])
export type Availability = Static<typeof Availability>

/** What comes after finishing. */
export const FinishAs = Type.Union([Type.Literal('away'), Type.Literal('offline')])
export type FinishAs = Static<typeof FinishAs>

/** Of the status that was chosen from the catalogue (statuses.ts), as it was then. */
export const StatusMark = Type.Object({
  statusId: Id,
  icon: StatusIcon,
  colour: StatusColour,
  isPaid: Type.Boolean(),
  /** After so long the Wall says that it is too long; null: it never is. */
  maxMinutes: orNull(Type.Integer()),
  /** Only of one that is available: the kinds of chats that are offered meanwhile; none: only what
   * somebody hands over. */
  accepts: Type.Optional(Type.Array(ChatKind)),
})
export type StatusMark = Static<typeof StatusMark>

/** An operator's shift: a calendar (hours.ts). Outside of it the queues that keep shifts pass them by,
 * whatever they have chosen. */
export const Shift = Type.Object({
  name: Type.String(),
  isOn: Type.Boolean(),
  /** When that changes next; null: not within a year. */
  turnsAt: orNull(Instant),
  /** Of the calendar: another one may mean that it began at another time. */
  version: Type.Integer(),
})
export type Shift = Static<typeof Shift>

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
  /** What is set for the operator: more than the limit where a role of theirs allows less. */
  own: Type.Integer(),
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
  /** Somebody chose it, the last chat was done, or nobody was there. */
  cause: Type.Union([Type.Literal('chosen'), Type.Literal('finished'), Type.Literal('idle')]),
  /** Until when the operator cannot undo what somebody else has set; may be over. */
  heldUntil: orNull(Instant),
  /** What comes after finishing; null: is not finishing. */
  finishAs: orNull(FinishAs),
  /** Counts as idle from then on unless there is a key or a pointer before; null: is not warned. */
  idleUntil: orNull(Instant),
  mark: orNull(StatusMark),
  /** Null: works at any time. */
  shift: orNull(Shift),
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
  /** Over both kinds together. */
  units: Units,
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
  | 'finishing'
  | 'away'
  | 'not_answering'
  | 'reconnecting'
  | 'offline'

/** The longest that an organisation may let somebody be idle, or hold what was set, in minutes. */
export const PRESENCE_MINUTES_MAX = 480

export const PresenceRules = Strict({
  /** Without a key or a pointer for so long an operator is warned, and a minute later away; null:
   * never. */
  idleMinutes: orNull(Type.Integer({ minimum: 1, maximum: PRESENCE_MINUTES_MAX })),
  /** Only while a visitor has been waiting for an answer for as long. */
  idleWhenIgnored: Type.Boolean(),
  /** Whose last connection broke keeps their chats for so long; whoever is back before has missed
   * nothing. */
  graceSeconds: Type.Integer({ minimum: 10, maximum: 300 }),
  /** So long an operator cannot undo a status that somebody else has set; 0: they can at once. */
  heldMinutes: Type.Integer({ minimum: 0, maximum: PRESENCE_MINUTES_MAX }),
  /** Signing out with chats: goes on, is asked about, or is refused. */
  leavingWithChats: Type.Union([
    Type.Literal('allow'),
    Type.Literal('warn'),
    Type.Literal('forbid'),
  ]),
})
export type PresenceRules = Static<typeof PresenceRules>

/** The kind of chats by which an operator is at their limit: live, unless they are there for others. */
export function kindOf({ mark }: Pick<Operator, 'mark'>): ChatKind {
  return mark?.accepts?.[0] ?? 'live'
}

/** The one word that a screen shows for an operator. */
export function statusOf(operator: Operator): OperatorStatus {
  if (operator.availability === 'offline') return 'offline'
  if (operator.connection === 'disconnected') return 'offline'
  if (operator.connection === 'reconnecting') return 'reconnecting'
  if (operator.isNotAnswering) return 'not_answering'
  if (operator.availability !== 'available') return operator.availability
  const isFull = !hasRoom(operator, kindOf(operator))
  if (operator.wrapUp && (operator.wrapUp.isPaused || isFull)) return 'wrap_up'
  return isFull ? 'at_limit' : 'available'
}

export const NewAvailability = Strict({
  availability: Availability,
  reason: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  /** Only with `finishing`; away unless said otherwise. */
  finishAs: Type.Optional(FinishAs),
  /** A status of the catalogue, of this availability or of what comes after finishing; instead of a
   * reason. */
  statusId: Type.Optional(Id),
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
  lift: endpoint(
    'DELETE',
    '/api/operators/:id/hold',
    'operators.manage',
    'Let an operator undo from now on what somebody else has set',
    { params: ById, reply: Operator },
  ),
  active: endpoint(
    'POST',
    '/api/me/activity',
    'chats.answer',
    'Say that my keyboard or pointer is in use; ends the warning of being idle on every device',
    { reply: Nothing },
  ),
  rules: endpoint('GET', '/api/presence-rules', 'setup.manage', 'Idle, held, signing out', {
    reply: PresenceRules,
  }),
  setRules: endpoint(
    'PATCH',
    '/api/presence-rules',
    'setup.manage',
    'Set idle, held, signing out',
    {
      body: ChangeOf(PresenceRules),
      reply: PresenceRules,
    },
  ),
  back: endpoint(
    'POST',
    '/api/me/back',
    'chats.answer',
    'Say that I am there again after offers that I have missed; my status stays as it is',
    { reply: Operator },
  ),
  wrapUp: endpoint(
    'POST',
    '/api/me/wrap-up/end',
    'chats.answer',
    'Say that I am done with what comes after a chat',
    { reply: Operator },
  ),
}
