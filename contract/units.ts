// A limit in units over live and deferred chats together, and how much room the limits leave.
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { ById, type ChatKind, Id, orNull, Strict } from './shapes.ts'

export const UNITS_MAX = 1_000
/** How many units of chats, of both kinds together, a user may hold at once. */
export const UnitLimit = Type.Integer({ minimum: 0, maximum: UNITS_MAX })

/** The most that one chat can weigh. */
export const CHAT_UNITS_MAX = 10
/** The most seconds between two chats of a queue, and of the time over which they are counted. */
export const COOLDOWN_SECONDS_MAX = 3_600
export const BURST_MAX = 50
/** The most that a queue's own limit can be. */
export const HELD_MAX = 100

/** What a queue says of how fast, and how heavily, it loads whoever serves it. */
export const QUEUE_PACE = {
  /** What one of its chats weighs against a limit in units. */
  chatUnits: Type.Integer({ minimum: 1, maximum: CHAT_UNITS_MAX }),
  /** So long after each chat it gives nobody another; null: it may at once. */
  cooldownSeconds: orNull(Type.Integer({ minimum: 1, maximum: COOLDOWN_SECONDS_MAX })),
  /** So many of its chats at most within burstSeconds to one operator; null: any number. */
  burstMost: orNull(Type.Integer({ minimum: 1, maximum: BURST_MAX })),
  burstSeconds: Type.Integer({ minimum: 1, maximum: COOLDOWN_SECONDS_MAX }),
  /** So many of its chats one operator holds or is offered at once; null: as many as their own limits
   * allow. */
  heldLimit: orNull(Type.Integer({ minimum: 1, maximum: HELD_MAX })),
}

/** Units of chats held or offered now, against the limit. */
export const Units = Type.Object({
  /** 0 while there is no limit: nobody counts then. */
  used: Type.Integer(),
  /** Null: there is none, and a deferred chat never stands in the way of a live one. */
  limit: orNull(Type.Integer()),
  /** What is set for the operator; a role of theirs may allow less, or limit where nothing is set. */
  own: orNull(Type.Integer()),
  version: Type.Integer(),
})
export type Units = Static<typeof Units>

export const SetUnits = Strict({
  limit: orNull(UnitLimit),
  /** The version of the limit that the editor saw. */
  version: Type.Integer({ minimum: 1 }),
})
export type SetUnits = Static<typeof SetUnits>

export const UnitsSet = Type.Object({
  userId: Id,
  limit: orNull(UnitLimit),
  version: Type.Integer(),
})
export type UnitsSet = Static<typeof UnitsSet>

export const units = {
  set: endpoint(
    'PATCH',
    '/api/operators/:id/units',
    'limits.manage',
    'Set how many units of chats of both kinds an operator may hold, or that there is no such limit',
    { params: ById, body: SetUnits, reply: UnitsSet },
  ),
}

interface Loads {
  live: { used: number; limit: number }
  deferred: { used: number; limit: number }
  units: Pick<Units, 'used' | 'limit'>
}

/** How many chats of a kind somebody may really hold now, and which limit says so. */
export interface EffectiveLimit {
  limit: number
  because: 'kind' | 'units' | 'queues'
}

/**
 * The smallest of what the limit of the kind allows, what the units leave and what the queues do: what
 * is held already, and as many more as there is room for. `chatUnits` is what one more chat weighs.
 */
export function effectiveLimit(
  loads: Loads,
  kind: ChatKind,
  chatUnits = 1,
  leftByQueues = Number.POSITIVE_INFINITY,
): EffectiveLimit {
  const { used, limit } = loads[kind]
  const { units: all } = loads
  const byUnits =
    all.limit === null
      ? Number.POSITIVE_INFINITY
      : Math.max(0, Math.floor((all.limit - all.used) / chatUnits))
  const left = Math.min(byUnits, leftByQueues)
  if (used + left >= limit) return { limit, because: 'kind' }
  return { limit: used + left, because: left === byUnits ? 'units' : 'queues' }
}

/** A queue that somebody serves: how many of its chats they hold or are offered, of how many at most. */
export interface Served {
  kind: ChatKind
  heldLimit: number | null
  held: number
}

/**
 * How many more chats of the kind the queues that somebody serves leave them; any number as long as one
 * of those has no limit of its own, or while they serve none. `elsewhere` are chats of which it is not
 * known whose they are: they count, so that no more is promised than there is.
 */
export function leftByQueues(served: readonly Served[], kind: ChatKind, elsewhere = 0): number {
  const queues = served.filter((queue) => queue.kind === kind)
  if (queues.length === 0) return Number.POSITIVE_INFINITY
  const left = queues.map(({ heldLimit, held }) =>
    heldLimit === null ? Number.POSITIVE_INFINITY : Math.max(0, heldLimit - held),
  )
  return Math.max(0, left.reduce((sum, more) => sum + more) - elsewhere)
}

/** Whether there is room for one more chat of the kind. */
export function hasRoom(loads: Loads, kind: ChatKind, chatUnits = 1): boolean {
  return loads[kind].used < effectiveLimit(loads, kind, chatUnits).limit
}
