// The ledger of an operator's status: every interval of a day, because of what and of whom.
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { ById, Id, Instant, orNull, Strict } from './shapes.ts'

/** As an operator's status, apart from how many chats they hold. */
export const LedgerStatus = Type.Union([
  Type.Literal('available'),
  Type.Literal('busy'),
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
])
export type StatusCause = Static<typeof StatusCause>

export const StatusInterval = Type.Object({
  status: LedgerStatus,
  reason: orNull(Type.String()),
  cause: StatusCause,
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

export const statuses = {
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
}
