// Statuses: the catalogue of those that an operator may choose, and the ledger of what they were, every
// interval of a day, because of what and of whom.
import { type Static, Type } from 'typebox'
import { changesOf, Versions } from './changes.ts'
import { endpoint } from './endpoint.ts'
import { ById, ChatKind, Id, Instant, Language, Name, Nothing, orNull, Strict } from './shapes.ts'
import { StatusColour, StatusIcon } from './status-look.ts'

/** What a status of the catalogue says of its operator. */
export const StatusAvailability = Type.Union([
  /** For some chats only: see `accepts`. */
  Type.Literal('available'),
  Type.Literal('away'),
  Type.Literal('busy'),
])
export type StatusAvailability = Static<typeof StatusAvailability>

/** Only with `available`, and always then: the kind of chats that queues offer meanwhile, or none of
 * them: then only what somebody hands over comes. Both kinds would be being available as such. */
const Accepts = orNull(Type.Array(ChatKind, { uniqueItems: true }))

/** As an operator's status, apart from how many chats they hold. */
export const LedgerStatus = Type.Union([
  Type.Literal('available'),
  Type.Literal('busy'),
  Type.Literal('finishing'),
  Type.Literal('away'),
  Type.Literal('not_answering'),
  Type.Literal('reconnecting'),
  Type.Literal('offline'),
])
export type LedgerStatus = Static<typeof LedgerStatus>

/** What made a status begin; `before`: it was so before anything was kept of them. */
export const StatusCause = Type.Union([
  Type.Literal('before'),
  Type.Literal('began'),
  Type.Literal('chosen'),
  Type.Literal('connected'),
  Type.Literal('connection_lost'),
  Type.Literal('grace_over'),
  Type.Literal('missed_offers'),
  Type.Literal('answered'),
  Type.Literal('suspended'),
  Type.Literal('restored'),
  Type.Literal('removed'),
  /** The last chat was done. */
  Type.Literal('finished'),
  /** Nobody was there. */
  Type.Literal('idle'),
])
export type StatusCause = Static<typeof StatusCause>

export const StatusInterval = Type.Object({
  status: LedgerStatus,
  reason: orNull(Type.String()),
  /** Null: as the status says; otherwise available for chats of these kinds only. */
  accepts: orNull(Type.Array(ChatKind)),
  cause: StatusCause,
  /** As the status of the catalogue says; without one, whoever is away or offline is not at work. */
  isPaid: Type.Boolean(),
  /** Who did it; null: nobody, it happened. */
  actor: orNull(Type.Object({ id: Id, name: Type.String() })),
  /** When the status began, which may be before the day. */
  since: Instant,
  /** The part of it that lies within the day. */
  from: Instant,
  to: Instant,
})
export type StatusInterval = Static<typeof StatusInterval>

/** A day of an operator: its intervals follow on each other without a gap, from its first moment to
 * its last or to now. */
export const StatusDay = Type.Object({
  day: Type.String(),
  timeZone: Type.String(),
  from: Instant,
  /** The day's end, or now where that is earlier. */
  to: Instant,
  /** When the day is over. */
  end: Instant,
  intervals: Type.Array(StatusInterval),
})
export type StatusDay = Static<typeof StatusDay>

const Day = Type.String({ pattern: '^20\\d\\d-\\d\\d-\\d\\d$' })

/** The most days that are exported at once. */
export const STATUS_EXPORT_DAYS = 31

/** From a day to a day, both of them whole, in the time zone of each operator's account. */
export const StatusPeriod = Strict({
  from: Day,
  to: Day,
  /** Of the words in the file; English without it. */
  language: Type.Optional(Language),
})
export type StatusPeriod = Static<typeof StatusPeriod>

const FILE = { query: StatusPeriod, reply: Type.String(), download: 'text/csv' } as const

/** A status of the catalogue: why somebody is away or busy, or for which chats alone they are there. */
export const Status = Type.Object({
  id: Id,
  /** Whoever works here or below may choose it. */
  accountId: Id,
  name: Type.String(),
  availability: StatusAvailability,
  accepts: Accepts,
  icon: StatusIcon,
  colour: StatusColour,
  isPaid: Type.Boolean(),
  /** After so long the Wall says that it is too long; null: it never is. */
  maxMinutes: orNull(Type.Integer()),
  /** For these departments alone; null: for everybody. */
  departmentIds: orNull(Type.Array(Id)),
  version: Type.Integer(),
  versions: Versions,
})
export type Status = Static<typeof Status>

const look = {
  name: Name,
  availability: StatusAvailability,
  accepts: Accepts,
  icon: StatusIcon,
  colour: StatusColour,
  isPaid: Type.Boolean(),
  maxMinutes: orNull(Type.Integer({ minimum: 1, maximum: 480 })),
  departmentIds: orNull(Type.Array(Id, { maxItems: 100, uniqueItems: true })),
}

export const NewStatus = Strict({ accountId: Id, ...look })
export type NewStatus = Static<typeof NewStatus>

export const StatusChanges = changesOf(look)
export type StatusChanges = Static<typeof StatusChanges>

export const statuses = {
  list: endpoint('GET', '/api/statuses', 'session', 'The statuses that I may see', {
    reply: Type.Array(Status),
  }),
  mine: endpoint('GET', '/api/me/statuses', 'chats.answer', 'The statuses that I may choose', {
    reply: Type.Array(Status),
  }),
  choosable: endpoint(
    'GET',
    '/api/operators/:id/choosable',
    'operators.manage',
    'The statuses that an operator may choose, for who sets one for them',
    { params: ById, reply: Type.Array(Status) },
  ),
  create: endpoint('POST', '/api/statuses', 'setup.manage', 'Make a status', {
    body: NewStatus,
    reply: Status,
  }),
  change: endpoint('PATCH', '/api/statuses/:id', 'setup.manage', 'Change a status', {
    params: ById,
    body: StatusChanges,
    reply: Status,
  }),
  remove: endpoint(
    'DELETE',
    '/api/statuses/:id',
    'setup.manage',
    'Delete a status; who has it keeps it until they choose another',
    { params: ById, reply: Nothing },
  ),
  day: endpoint(
    'GET',
    '/api/operators/:id/statuses',
    'session',
    'What an operator’s status was in a day, and why: one’s own, or of who is seen on the Wall',
    {
      params: ById,
      /** Such as 2026-11-21, in the time zone of the operator's account; without it today. */
      query: Strict({ day: Type.Optional(Day) }),
      reply: StatusDay,
    },
  ),
  /** CSV: an interval a line, cut at midnight; the seconds of a day come to the day. */
  exportOf: endpoint(
    'GET',
    '/api/operators/:id/statuses/export',
    'session',
    'Every status of an operator over some days, as a file: one’s own, or of who is seen on the Wall',
    { params: ById, ...FILE },
  ),
  exportAll: endpoint(
    'GET',
    '/api/statuses/export',
    'wall.view',
    'The same of everybody who is seen on the Wall',
    FILE,
  ),
}
