// What may be done to a person in which status, and what an act on several people comes to: the
// preview goes through them one after the other, as the act does.
import { type Act, ARCHIVE_DAYS, type Preview } from '#contract/people.ts'
import type { RefusalCode } from '#contract/refusals.ts'
import type { MembershipStatus } from '#contract/users.ts'

/** A membership's status, and since when. */
export interface State {
  status: MembershipStatus
  blockedAt: string | null
  archivedAt: string | null
  /** Since when they had been blocked when they were archived. */
  blockedBefore: string | null
}

const ACTIVE: State = { status: 'active', blockedAt: null, archivedAt: null, blockedBefore: null }

/** The state alone of what has one. */
export function stateOf({ status, blockedAt, archivedAt, blockedBefore }: State): State {
  return { status, blockedAt, archivedAt, blockedBefore }
}

/** From which status an act leads on, and in which one it has been done already. */
const WAYS: Record<Act, { from: readonly MembershipStatus[]; done: readonly MembershipStatus[] }> =
  {
    block: { from: ['active'], done: ['blocked'] },
    unblock: { from: ['blocked'], done: ['active'] },
    archive: { from: ['active', 'blocked'], done: ['archived'] },
    restore: { from: ['archived'], done: ['active', 'blocked'] },
    remove: { from: ['invited', 'active', 'blocked', 'archived'], done: [] },
  }

/** Whether the days are over in which an archived person can be restored: then they are erased. */
export function isDue({ archivedAt }: State, now: Date): boolean {
  if (archivedAt === null) return false
  return Date.parse(archivedAt) + ARCHIVE_DAYS * 86_400_000 <= now.getTime()
}

/** Whether the status does not allow the act; after its days an archived person is not restored. */
export function isWrongStatus(act: Act, state: State, now: Date): boolean {
  const { from, done } = WAYS[act]
  if (done.includes(state.status)) return false
  if (!from.includes(state.status)) return true
  return act === 'restore' && isDue(state, now)
}

/** Doing it twice is doing it once. */
export function isDone(act: Act, { status }: State): boolean {
  return WAYS[act].done.includes(status)
}

/** What the act makes of the state. Restoring gives back what stood before. */
export function stateAfter(act: Exclude<Act, 'remove'>, state: State, now: string): State {
  if (act === 'block') return { ...ACTIVE, status: 'blocked', blockedAt: now }
  if (act === 'archive')
    return { ...ACTIVE, status: 'archived', archivedAt: now, blockedBefore: state.blockedAt }
  if (act === 'restore' && state.blockedBefore !== null)
    return { ...ACTIVE, status: 'blocked', blockedAt: state.blockedBefore }
  return ACTIVE
}

export interface TheirMembership {
  id: string
  userId: string
  accountId: string
  status: MembershipStatus
  /** Whether its roles answer chats. */
  answers: boolean
}

/** A place in a queue. */
export interface Place {
  userId: string
  queueId: string
  /** The queue's. */
  accountId: string
  isSuspended: boolean
  /** Joined, ready and with room. */
  isAble: boolean
}

/** How things stand before the act. */
export interface Standing {
  /** All of the users concerned. */
  memberships: readonly TheirMembership[]
  /** Everybody's in the queues concerned. */
  places: readonly Place[]
  chats: readonly { chatId: string; userId: string; queueId: string }[]
  sessions: ReadonlyMap<string, number>
  administrators: readonly string[]
  isSameBranch(one: string, other: string): boolean
}

/** One of whom the act is asked: what refuses it is known, but for the last administrator. */
export interface Asked {
  id: string
  name: string
  refusal: RefusalCode | null
}

/** What follows for one: the chats and places they lose, and the sessions that end. */
interface Loss {
  refusal: RefusalCode | null
  chats: Standing['chats']
  places: readonly Place[]
  sessions: number
}

const NO_LOSS: Loss = { refusal: null, chats: [], places: [], sessions: 0 }

/** What the act would do to each, one after the other, and where it would leave the queues. */
export function foresee(act: Act, asked: readonly Asked[], standing: Standing): Preview {
  let now = standing
  const people: { one: Asked; loss: Loss }[] = []
  for (const one of asked) {
    const loss = lossOf(act, one, now)
    if (loss.refusal === null) now = afterwards(act, one, now, loss)
    people.push({ one, loss })
  }
  const serving = new Set(now.places.flatMap((place) => (place.isSuspended ? [] : [place.queueId])))
  return {
    act,
    people: people.map(({ one, loss }) => ({
      id: one.id,
      name: one.name,
      refusal: loss.refusal,
      chats: loss.chats.length,
      sessions: loss.sessions,
      emptiedQueues: loss.places
        .map(({ queueId }) => queueId)
        .filter((queueId) => !serving.has(queueId)),
    })),
    queues: queuesOf(
      people.flatMap(({ loss }) => loss.chats),
      now.places,
    ),
  }
}

function queuesOf(chats: Standing['chats'], places: readonly Place[]): Preview['queues'] {
  const ids = [...new Set(chats.map(({ queueId }) => queueId))]
  return ids.map((queueId) => ({
    queueId,
    chats: chats.filter((chat) => chat.queueId === queueId).length,
    takers: places.filter((one) => one.queueId === queueId && one.isAble && !one.isSuspended)
      .length,
  }))
}

function lossOf(act: Act, one: Asked, standing: Standing): Loss {
  if (one.refusal !== null) return { ...NO_LOSS, refusal: one.refusal }
  const mine = standing.memberships.find(({ id }) => id === one.id)
  const isEnding = act === 'block' || act === 'archive' || act === 'remove'
  if (mine === undefined || !isEnding || WAYS[act].done.includes(mine.status)) return NO_LOSS
  const { administrators } = standing
  if (administrators.length === 1 && administrators.includes(one.id))
    return { ...NO_LOSS, refusal: 'last_administrator' }
  if (mine.status !== 'active' && act !== 'remove') return NO_LOSS
  return lossOfMember(act, mine, standing)
}

function lossOfMember(act: Act, mine: TheirMembership, standing: Standing): Loss {
  const { userId } = mine
  const left = without(act, mine, standing.memberships).filter((one) => one.userId === userId)
  const isActive = left.some(({ status }) => status === 'active')
  const serves = left.some(({ status, answers }) => status === 'active' && answers)
  const goneFrom = act === 'remove' ? mine.accountId : undefined
  const places = standing.places.filter(
    (place) =>
      place.userId === userId &&
      !place.isSuspended &&
      !(serves && staysServed(place, left, goneFrom, standing)),
  )
  const lost = new Set(places.map(({ queueId }) => queueId))
  return {
    refusal: null,
    chats: standing.chats.filter(
      (chat) => chat.userId === userId && (!serves || lost.has(chat.queueId)),
    ),
    places,
    sessions: isActive ? 0 : (standing.sessions.get(userId) ?? 0),
  }
}

/** As the database has it (place_standing in migrations/0025). */
function staysServed(
  place: Place,
  memberships: readonly TheirMembership[],
  goneFrom: string | undefined,
  { isSameBranch }: Standing,
): boolean {
  const near = memberships.filter((one) => isSameBranch(one.accountId, place.accountId))
  if (near.length > 0) return near.some(({ status }) => status === 'active')
  return goneFrom === undefined || !isSameBranch(goneFrom, place.accountId)
}

function without(
  act: Act,
  mine: TheirMembership,
  memberships: readonly TheirMembership[],
): TheirMembership[] {
  if (act === 'remove') return memberships.filter(({ id }) => id !== mine.id)
  const status = act === 'block' ? 'blocked' : 'archived'
  return memberships.map((one) => (one.id === mine.id ? { ...one, status } : one))
}

function afterwards(act: Act, { id }: Asked, standing: Standing, loss: Loss): Standing {
  const mine = standing.memberships.find((one) => one.id === id)
  if (mine === undefined || act === 'unblock' || act === 'restore') return standing
  const { userId } = mine
  return {
    ...standing,
    memberships: without(act, mine, standing.memberships),
    places: standing.places.map((place) =>
      loss.places.includes(place) ? { ...place, isSuspended: true } : place,
    ),
    chats: standing.chats.filter((chat) => !loss.chats.includes(chat)),
    sessions: new Map(
      [...standing.sessions].map(([user, open]) => [
        user,
        user === userId ? open - loss.sessions : open,
      ]),
    ),
    administrators: standing.administrators.filter((one) => one !== id),
  }
}
