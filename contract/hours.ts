// Opening hours: named calendars by which queues and sites are open or closed.
import { type Static, Type } from 'typebox'
import { changesOf, Versions } from './changes.ts'
import { endpoint } from './endpoint.ts'
import { ById, Id, Instant, Name, Nothing, orNull, Strict } from './shapes.ts'

export const DAY_MINUTES = 1440
/** So many intervals a day, and so many days with a name of their own. */
export const INTERVALS_MAX = 6
export const EXCEPTIONS_MAX = 200

/** Minutes of the wall clock since the day began. One that ends after 1440 ends on the next day. */
export const Interval = Strict({
  from: Type.Integer({ minimum: 0, maximum: DAY_MINUTES - 1 }),
  to: Type.Integer({ minimum: 1, maximum: 2 * DAY_MINUTES - 1 }),
})
export type Interval = Static<typeof Interval>

/** In order and apart; none: closed that day. */
const DayHours = Type.Array(Interval, { maxItems: INTERVALS_MAX })

/** A day that is not as its day of the week: a holiday, or other hours. */
export const HoursException = Strict({
  date: Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' }),
  name: Name,
  intervals: DayHours,
})
export type HoursException = Static<typeof HoursException>

/** What is set of a calendar, each field with a version of its own. */
const SETTINGS = {
  name: Name,
  /** A zone of the IANA database, such as Europe/Amsterdam. */
  timeZone: Type.String({ minLength: 1, maxLength: 64 }),
  /** Seven days, Monday first. An interval belongs to the day on which it begins. */
  week: Type.Array(DayHours, { minItems: 7, maxItems: 7 }),
  /** By date, each date once. */
  exceptions: Type.Array(HoursException, { maxItems: EXCEPTIONS_MAX }),
}

/** Calendar of an account: for its queues and sites and those of the accounts below it. */
export const Hours = Type.Object({
  id: Id,
  accountId: Id,
  ...SETTINGS,
  isOpen: Type.Boolean(),
  /** When that changes next; null: not within a year. */
  changesAt: orNull(Instant),
  version: Type.Integer(),
  versions: Versions,
})
export type Hours = Static<typeof Hours>

/** Whether a queue that has opening hours is open now; one that has none is always, and has no row. */
export const Opening = Type.Object({
  /** The queue's. */
  id: Id,
  accountId: Id,
  isOpen: Type.Boolean(),
  /** When that changes next; null: not within a year. */
  changesAt: orNull(Instant),
})
export type Opening = Static<typeof Opening>

/** What becomes of a visitor who comes while it is closed. */
export const WHEN_CLOSED = [
  /** Leaves a message and an address, and need not stay. */
  'message',
  /** Goes on to the queue that it overflows to, if that is open; else waits for the opening. */
  'overflow',
  /** Is told when it opens, and is the first in line then. */
  'wait',
] as const
export type WhenClosed = (typeof WHEN_CLOSED)[number]

/** What becomes of those who wait already when it closes. */
export const AT_CLOSING = [
  /** Whoever came in time is served. */
  'serve',
  /** They are as those who come now. */
  'as_comer',
] as const
export type AtClosing = (typeof AT_CLOSING)[number]

/** What is set of a queue about being closed. */
export const CLOSING = {
  /** Its opening hours; null: always open. */
  hoursId: orNull(Id),
  whenClosed: Type.Enum(WHEN_CLOSED),
  atClosing: Type.Enum(AT_CLOSING),
  /** The deferred queue that gets what is left while it is closed; null: its own line does. */
  messageQueueId: orNull(Id),
}

export const NewHours = Strict({ accountId: Id, ...SETTINGS })
export type NewHours = Static<typeof NewHours>

export const HoursChanges = changesOf(SETTINGS)
export type HoursChanges = Static<typeof HoursChanges>

/** Since when a shift is on; null: it is not, there is none, or it is never off. */
export const ShiftNow = Type.Object({ since: orNull(Instant) })
export type ShiftNow = Static<typeof ShiftNow>

export const hours = {
  shift: endpoint('GET', '/api/me/shift', 'chats.answer', 'Since when my shift is on', {
    reply: ShiftNow,
  }),
  list: endpoint('GET', '/api/hours', 'session', 'The opening hours that I may see', {
    reply: Type.Array(Hours),
  }),
  create: endpoint('POST', '/api/hours', 'setup.manage', 'Make opening hours', {
    body: NewHours,
    reply: Hours,
  }),
  change: endpoint(
    'PATCH',
    '/api/hours/:id',
    'setup.manage',
    'Set fields of opening hours; `stale` with what stands now when somebody else set one meanwhile',
    { params: ById, body: HoursChanges, reply: Hours },
  ),
  remove: endpoint(
    'DELETE',
    '/api/hours/:id',
    'setup.manage',
    'Delete opening hours; `in_use` with where, while a queue or a site has them',
    { params: ById, reply: Nothing },
  ),
}
