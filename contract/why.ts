// Why a chat waits, why an operator idles, and why a chat went to whom it went.
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { PARKED_BECAUSE, WAKE_POLICIES } from './parking.ts'
import { Availability, Connection } from './presence.ts'
import { ChatState } from './routing.ts'
import { ById, Id, Instant, orNull } from './shapes.ts'

/** So many operators are listed at most; of the others it is only said how many there are. */
export const LISTED_MAX = 500

/** Everything by which routing rules somebody out; a server that is newer than the page may know more. */
export const REASONS = [
  'not_for_tests',
  'tests_only',
  'offline',
  'away',
  'busy',
  'finishing',
  'not_connected',
  'not_answering',
  'outside',
  'not_joined',
  'off_shift',
  'kind_not_accepted',
  'lacks_skill',
  'wrap_up',
  'at_limit',
  'units_full',
  'at_queue_limit',
  'cooling_down',
  'closed_until',
  'by_hand',
  'held_for_another',
  'excluded',
  'later_in_order',
] as const
export type Reason = (typeof REASONS)[number]

/** What is looked at of an operator, in the order in which it is looked at. */
export const CHECKS = [
  'hours',
  'sort',
  'status',
  'connection',
  'answering',
  'takes_part',
  'joined',
  'shift',
  'accepts',
  'skills',
  'wrap_up',
  'limit',
  'units',
  'queue_limit',
  'cooldown',
  'hold',
  'exclusion',
] as const
export type Check = (typeof CHECKS)[number]

/** The check that fails with each reason; null for one that is not about the operator. */
export const CHECK_OF: Readonly<Record<Reason, Check | null>> = {
  not_for_tests: 'sort',
  tests_only: 'sort',
  offline: 'status',
  away: 'status',
  busy: 'status',
  finishing: 'status',
  not_connected: 'connection',
  not_answering: 'answering',
  outside: 'takes_part',
  not_joined: 'joined',
  off_shift: 'shift',
  kind_not_accepted: 'accepts',
  lacks_skill: 'skills',
  wrap_up: null,
  at_limit: 'limit',
  units_full: 'units',
  at_queue_limit: 'queue_limit',
  cooling_down: 'cooldown',
  closed_until: 'hours',
  by_hand: null,
  held_for_another: null,
  excluded: 'exclusion',
  later_in_order: null,
}

const Failed = Type.Object({
  check: Type.Enum([...CHECKS]),
  /** When that changes by itself; null: when somebody does something, or never. */
  changesAt: orNull(Instant),
})
export type Failed = Static<typeof Failed>

/** A skill that a chat still asks for and that somebody does not have, or not well enough. */
const Lacking = Type.Object({
  skillId: Id,
  name: Type.String(),
  asked: Type.Integer(),
  /** Their own level; 0: none. */
  held: Type.Integer(),
  /** From when it is no longer asked for; null: it always is. */
  relaxesAt: orNull(Instant),
})

const LimitingRole = Type.Object({ key: Type.String(), name: Type.String() })
export type LimitingRole = Static<typeof LimitingRole>

/** An operator, looked at for one chat. */
export const Considered = Type.Object({
  userId: Id,
  name: Type.String(),
  photo: orNull(Type.String()),
  /** The first thing that rules them out (a `Reason`); null when nothing does. */
  ruledOutBy: orNull(Type.String()),
  /** The order in which those whom nothing rules out would be asked: 1 is the first. */
  place: orNull(Type.Integer()),
  isNext: Type.Boolean(),
  /** Is offered this very chat now. */
  isOffered: Type.Boolean(),
  /** What does not pass, in order; every other of `CHECKS` does. */
  fails: Type.Array(Failed),
  availability: Availability,
  since: Instant,
  connection: Connection,
  /** Chats of this kind, held or offered, against the limit. */
  used: Type.Integer(),
  limit: Type.Integer(),
  /** The role that makes it less than what is set for them, if one does. */
  byRole: orNull(LimitingRole),
  /** Units of chats of both kinds, against the limit, if there is one; and what this chat weighs. */
  units: orNull(
    Type.Object({
      used: Type.Integer(),
      limit: Type.Integer(),
      needed: Type.Integer(),
      byRole: orNull(LimitingRole),
    }),
  ),
  /** Chats of this very queue, against its own limit, if it has one. */
  ofQueue: orNull(Type.Object({ used: Type.Integer(), limit: Type.Integer() })),
  /** So much of those is deferred chats where this is live, and the other way round: how many. */
  usedOther: Type.Integer(),
  /** Was given a chat of this queue just now, and is left in peace until then. */
  coolsUntil: orNull(Instant),
  /** One of those is an offer that ends then; null: none is. */
  offerEndsAt: orNull(Instant),
  lacks: Type.Array(Lacking),
  /** Has declined or missed this chat, and is remembered to have until then. */
  excludedUntil: orNull(Instant),
})
export type Considered = Static<typeof Considered>

/** Somebody whom the asker may not see has neither id nor name. */
const Somebody = { userId: orNull(Id), name: orNull(Type.String()) }

const Next = Type.Object({
  ...Somebody,
  /** By which rule of the queue. */
  rule: Type.String(),
})
export type Next = Static<typeof Next>

/** A chat put to an operator once, and why to this one, as it was kept then. */
export const PastAssignment = Type.Object({
  id: Id,
  ...Somebody,
  state: Type.Union([
    Type.Literal('offered'),
    Type.Literal('active'),
    Type.Literal('ended'),
    Type.Literal('declined'),
    Type.Literal('expired'),
    Type.Literal('rescinded'),
  ]),
  offeredAt: Instant,
  acceptedAt: orNull(Instant),
  endedAt: orNull(Instant),
  rule: Type.String(),
  considered: Type.Array(Type.Object({ ...Somebody, ruledOutBy: orNull(Type.String()) })),
})
export type PastAssignment = Static<typeof PastAssignment>

const QueueNamed = Type.Object({
  id: Id,
  /** Null for one of an account that the asker does not know. */
  name: orNull(Type.String()),
  strategy: Type.String(),
})

export const WhyChat = Type.Object({
  /** The moment that this is true of. */
  at: Instant,
  chatId: Id,
  state: ChatState,
  visitorName: orNull(Type.String()),
  queue: orNull(QueueNamed),
  /** Since when it waits; null once it is forgotten. */
  enqueuedAt: orNull(Instant),
  endedAt: orNull(Instant),
  endedBecause: orNull(Type.String()),
  /** Its place in its queue, 1 being the first; null when it is with somebody, or has ended. */
  place: orNull(Type.Integer()),
  /** So many wait in its queue. */
  waiting: Type.Integer(),
  /** Of one that is early: when it opens; null: not within a year. */
  opensAt: orNull(Instant),
  /** Calls everybody outside its queue. */
  rings: Type.Boolean(),
  /** The queue that it goes on to, if it still waits then; null: it stays in this one. */
  overflow: orNull(Type.Object({ id: Id, name: orNull(Type.String()), at: Instant })),
  /** Kept until then for whoever served its visitor last; null: it is everybody's. */
  heldFor: orNull(Type.Object({ ...Somebody, until: Instant })),
  offer: orNull(Type.Object({ ...Somebody, endsAt: Instant })),
  /** For whom it is parked, nobody of whom is said when they are an operator no more. */
  parked: orNull(
    Type.Object({
      ...Somebody,
      at: Instant,
      because: Type.Enum(PARKED_BECAUSE),
      /** Its visitor had the last word. */
      isOwed: Type.Boolean(),
      /** What becomes of it if its operator is full or away when it wakes. */
      wakeTo: Type.Enum(WAKE_POLICIES),
      /** When it ends or, where an answer is owed, waits in its queue; null: never by itself. */
      until: orNull(Instant),
    }),
  ),
  /** Who would be asked next; of a chat that is offered, if that comes to nothing. */
  next: orNull(Next),
  /** Everybody whom routing looks at for it; nobody once somebody has it. */
  operators: Type.Array(Considered),
  /** Those who are not listed: too many, or not the asker's to see. */
  others: Type.Array(Type.Object({ ruledOutBy: orNull(Type.String()), n: Type.Integer() })),
  /** What was tried, and how it went; the latest last. */
  assignments: Type.Array(PastAssignment),
})
export type WhyChat = Static<typeof WhyChat>

/** The chat that is due first in a queue, and what an operator is to it. */
const First = Type.Object({
  /** Null for a chat that the asker may not see. */
  chatId: orNull(Id),
  visitorName: orNull(Type.String()),
  enqueuedAt: Instant,
  operator: Considered,
  next: orNull(Next),
})

export const WhyOperator = Type.Object({
  at: Instant,
  userId: Id,
  name: Type.String(),
  photo: orNull(Type.String()),
  queues: Type.Array(
    Type.Object({
      id: Id,
      name: orNull(Type.String()),
      isJoined: Type.Boolean(),
      participates: Type.Boolean(),
      waiting: Type.Integer(),
      /** Null when nothing waits there. */
      first: orNull(First),
    }),
  ),
})
export type WhyOperator = Static<typeof WhyOperator>

export const why = {
  chat: endpoint('GET', '/api/chats/:id/why', 'wall.view', 'Why a chat waits, or who got it', {
    params: ById,
    reply: WhyChat,
  }),
  operator: endpoint(
    'GET',
    '/api/operators/:id/why',
    'wall.view',
    'Why an operator is given nothing of what waits',
    { params: ById, reply: WhyOperator },
  ),
}
