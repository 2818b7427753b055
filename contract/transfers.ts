// Handing a chat that somebody holds to another person, queue or department. The one who holds it
// keeps it until it is taken; whatever else becomes of the transfer, nothing has changed.
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { ById, ChangeOf, Id, Instant, orNull, Strict } from './shapes.ts'

/** The most characters of a note. */
export const TRANSFER_NOTE_MAX = 500
/** The most characters of why somebody does not take it. */
export const TRANSFER_REASON_MAX = 200

export const TargetKind = Type.Union([
  Type.Literal('operator'),
  Type.Literal('queue'),
  Type.Literal('department'),
])
export type TargetKind = Static<typeof TargetKind>

/** How a transfer ended. Only `taken` and `assigned` moved the chat. */
export const TransferOutcome = Type.Union([
  Type.Literal('taken'),
  /** The person, or the last who could be asked, passed it on. */
  Type.Literal('declined'),
  /** They did not answer in time. */
  Type.Literal('missed'),
  /** They went away, or their connection did. */
  Type.Literal('unavailable'),
  /** They answer no chats any more. */
  Type.Literal('removed'),
  /** Nobody took it within the time. */
  Type.Literal('nobody'),
  Type.Literal('queue_closed'),
  /** By the sender, or by somebody above. */
  Type.Literal('taken_back'),
  /** Whoever held the chat is gone: it goes on as any other chat does. */
  Type.Literal('sender_gone'),
  Type.Literal('chat_ended'),
  /** Somebody above gave the chat to a person. */
  Type.Literal('assigned'),
  /** Somebody above moved a chat that waited to another queue. */
  Type.Literal('moved'),
])
export type TransferOutcome = Static<typeof TransferOutcome>

/** A transfer. Names are as they were; null once the person was erased. */
export const Transfer = Type.Object({
  id: Id,
  chatId: Id,
  /** Who held the chat; null when nobody did. */
  fromId: orNull(Id),
  fromName: orNull(Type.String()),
  /** Who asked for it: whoever held the chat, or somebody above. */
  byId: Id,
  byName: orNull(Type.String()),
  to: Type.Object({ kind: TargetKind, id: Id, name: orNull(Type.String()) }),
  /** For the team alone. */
  note: orNull(Type.String()),
  at: Instant,
  /** When it ends unless somebody has taken it. */
  endsAt: Instant,
  /** Null while it is under way. */
  outcome: orNull(TransferOutcome),
  endedAt: orNull(Instant),
  /** Who took it, passed it on, missed it or took it back. */
  endedById: orNull(Id),
  endedByName: orNull(Type.String()),
  /** What the one who passed it on said. */
  reason: orNull(Type.String()),
})
export type Transfer = Static<typeof Transfer>

/** The words of presence.ts. */
const TargetStatus = Type.Union([
  Type.Literal('available'),
  Type.Literal('at_limit'),
  Type.Literal('wrap_up'),
  Type.Literal('busy'),
  Type.Literal('finishing'),
  Type.Literal('away'),
  Type.Literal('not_answering'),
  Type.Literal('reconnecting'),
  Type.Literal('offline'),
])

export const TargetPerson = Type.Object({
  id: Id,
  name: Type.String(),
  photo: orNull(Type.String()),
  department: orNull(Type.String()),
  status: TargetStatus,
  /** Chats of this kind, held or offered, against the limit. */
  used: Type.Integer(),
  limit: Type.Integer(),
  /** Whether they are full, and may be handed one more by name all the same. */
  takesHanded: Type.Boolean(),
})
export type TargetPerson = Static<typeof TargetPerson>

/** `online`: may be offered chats there, `free` of whom have room. */
const Crew = { online: Type.Integer(), free: Type.Integer() }

export const TargetQueue = Type.Object({
  id: Id,
  name: Type.String(),
  waiting: Type.Integer(),
  /** Since when the longest waits. */
  since: orNull(Instant),
  ...Crew,
})
export type TargetQueue = Static<typeof TargetQueue>

export const TargetDepartment = Type.Object({ id: Id, name: Type.String(), ...Crew })
export type TargetDepartment = Static<typeof TargetDepartment>

/** Where a chat may go, as it stands at this moment. */
export const Targets = Type.Object({
  people: Type.Array(TargetPerson),
  queues: Type.Array(TargetQueue),
  departments: Type.Array(TargetDepartment),
  /** How often it may still be handed on; null: there is no bound for the one who asks. */
  left: orNull(Type.Integer()),
  /** Whether the one who asks may give it to a person outright. */
  mayAssign: Type.Boolean(),
})
export type Targets = Static<typeof Targets>

const Note = Type.String({ maxLength: TRANSFER_NOTE_MAX })

export const NewTransfer = Strict({
  /** Made by the page, so that asking twice is asking once. */
  id: Id,
  to: Strict({ kind: TargetKind, id: Id }),
  note: Type.Optional(Note),
})
export type NewTransfer = Static<typeof NewTransfer>

export const NewAssignment = Strict({
  id: Id,
  userId: Id,
  note: Type.Optional(Note),
  /** Also when they have as many as they may. */
  overLimit: Type.Optional(Type.Boolean()),
})
export type NewAssignment = Static<typeof NewAssignment>

export const NewMove = Strict({ id: Id, queueId: Id, note: Type.Optional(Note) })
export type NewMove = Static<typeof NewMove>

export const Declining = Strict({
  reason: Type.Optional(Type.String({ maxLength: TRANSFER_REASON_MAX })),
})
export type Declining = Static<typeof Declining>

export const ALLOWANCE_MAX = 10

export const TransferRules = Strict({
  /** How often a chat may be handed on by those who hold it; 0: never. */
  most: Type.Integer({ minimum: 0, maximum: 50 }),
  /** How long a queue or a department is asked. */
  seconds: Type.Integer({ minimum: 15, maximum: 3_600 }),
  /** So many chats of a kind above their limit somebody may be handed by name; 0: none. */
  allowance: Type.Integer({ minimum: 0, maximum: ALLOWANCE_MAX }),
})
export type TransferRules = Static<typeof TransferRules>

export const transfers = {
  targets: endpoint(
    'GET',
    '/api/chats/:id/targets',
    'chats.answer',
    'Where a chat that I hold, or may move, can go',
    { params: ById, reply: Targets },
  ),
  list: endpoint(
    'GET',
    '/api/chats/:id/transfers',
    'chats.answer',
    'How a chat that I hold or held was handed on, oldest first',
    { params: ById, reply: Type.Array(Transfer) },
  ),
  begin: endpoint(
    'POST',
    '/api/chats/:id/transfers',
    'chats.answer',
    'Hand a chat to a person, a queue or a department; I keep it until it is taken',
    { params: ById, body: NewTransfer, reply: Transfer },
  ),
  cancel: endpoint('POST', '/api/transfers/:id/cancel', 'chats.answer', 'Take a transfer back', {
    params: ById,
    reply: Transfer,
  }),
  decline: endpoint(
    'POST',
    '/api/transfers/:id/decline',
    'chats.answer',
    'Pass on a chat that a colleague hands to me, and say why',
    { params: ById, body: Declining, reply: Strict({}) },
  ),
  assign: endpoint(
    'POST',
    '/api/chats/:id/assign',
    'operators.manage',
    'Give a chat to a person outright, above their limit if need be',
    { params: ById, body: NewAssignment, reply: Transfer },
  ),
  move: endpoint(
    'POST',
    '/api/chats/:id/move',
    'operators.manage',
    'Move a chat that waits to another queue, where it keeps its place in time',
    { params: ById, body: NewMove, reply: Transfer },
  ),
  rules: endpoint('GET', '/api/transfer-rules', 'setup.manage', 'How often, how long', {
    reply: TransferRules,
  }),
  setRules: endpoint('PATCH', '/api/transfer-rules', 'setup.manage', 'Set how often, how long', {
    body: ChangeOf(TransferRules),
    reply: TransferRules,
  }),
}
