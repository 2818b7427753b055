// What each scope holds now: the snapshots from which pages begin. Every row comes from the same
// place as the one that is told when it changes.
import type { LiveKind, LiveRow } from '#contract/facts.ts'
import type { Db } from '../../platform/database.ts'
import * as accounts from '../accounts/queries.ts'
import * as departments from '../departments/queries.ts'
import * as groups from '../groups/queries.ts'
import * as hours from '../hours/queries.ts'
import * as notifications from '../notifications/queries.ts'
import * as presence from '../presence/queries.ts'
import * as queues from '../queues/queries.ts'
import * as roles from '../roles/queries.ts'
import * as routing from '../routing/queries.ts'
import * as sites from '../sites/queries.ts'
import * as skills from '../skills/queries.ts'
import * as catalogue from '../statuses/catalogue-queries.ts'

/** A row of a snapshot: what it is, its id, and the whole row. */
export type ScopeRow = {
  [K in LiveKind]: readonly [kind: K, id: string, row: LiveRow[K]]
}[LiveKind]

/** Operators, queues, their members and the open chats of an account: scope `floor:<account>`. */
export async function floorRows(
  db: Db,
  organisationId: string,
  accountId: string,
): Promise<ScopeRow[]> {
  const operators = await presence.listOperators(db, organisationId, [accountId])
  const lines = await queues.list(db, organisationId, [accountId])
  const members = await routing.listQueueMembers(db, organisationId, [accountId])
  const chats = await routing.listChats(db, organisationId, [accountId])
  const openings = await hours.listOpenings(db, organisationId, [accountId])
  return [
    ...operators.map((row) => ['operator', row.id, row] as const),
    ...lines.map((row) => ['queue', row.id, row] as const),
    ...members.map((row) => ['queue_member', row.id, row] as const),
    ...chats.map((row) => ['chat', row.id, row] as const),
    ...openings.map((row) => ['opening', row.id, row] as const),
  ]
}

/** A queue and the chats that nobody has answered yet: scope `queue:<queue>`. */
export async function queueRows(
  db: Db,
  organisationId: string,
  queueId: string,
): Promise<ScopeRow[]> {
  const queue = await queues.find(db, organisationId, queueId)
  const waiting = await routing.listWaiting(db, organisationId, queueId)
  const seen = await hours.findOpening(db, organisationId, queueId)
  return [
    ...(queue === undefined ? [] : [['queue', queue.id, queue] as const]),
    ...(seen === undefined ? [] : [['opening', seen.opening.id, seen.opening] as const]),
    ...waiting.map((row) => ['chat', row.id, row] as const),
  ]
}

/** A user's own status, places in queues, chats, offers and notifications: scope `user:<user>`. */
export async function userRows(
  db: Db,
  organisationId: string,
  userId: string,
): Promise<ScopeRow[]> {
  const operator = await presence.findOperator(db, organisationId, userId)
  const members = await queues.listMembersOf(db, organisationId, userId)
  const chats = await routing.listChatsOfOperator(db, organisationId, userId)
  const told = await notifications.list(db, organisationId, userId)
  return [
    ...(operator === undefined ? [] : [['operator', operator.id, operator] as const]),
    ...members.map((row) => ['queue_member', row.id, row] as const),
    ...chats.map((row) => ['chat', row.id, row] as const),
    ...told.map((row) => ['notification', row.id, row] as const),
  ]
}

/** An account, its departments, groups, skills, statuses, queues and sites: scope `setup:<account>`. */
export async function setupRows(
  db: Db,
  organisationId: string,
  accountId: string,
): Promise<ScopeRow[]> {
  const own = await accounts.list(db, organisationId, [accountId])
  const units = await departments.list(db, organisationId, [accountId])
  const teams = await groups.list(db, organisationId, [accountId])
  const abilities = await skills.list(db, organisationId, [accountId])
  const reasons = await catalogue.list(db, organisationId, [accountId])
  const lines = await queues.list(db, organisationId, [accountId])
  const places = await sites.list(db, organisationId, [accountId])
  const calendars = await hours.list(db, organisationId, [accountId])
  const openings = await hours.listOpenings(db, organisationId, [accountId])
  // The roles are the organisation's: they stand at its root.
  const ranks = accountId === organisationId ? await roles.list(db, organisationId) : []
  return [
    ...own.map((row) => ['account', row.id, row] as const),
    ...units.map((row) => ['department', row.id, row] as const),
    ...teams.map((row) => ['group', row.id, row] as const),
    ...abilities.map((row) => ['skill', row.id, row] as const),
    ...reasons.map((row) => ['status', row.id, row] as const),
    ...lines.map((row) => ['queue', row.id, row] as const),
    ...places.map((row) => ['site', row.id, row] as const),
    ...calendars.map((row) => ['hours', row.id, row] as const),
    ...openings.map((row) => ['opening', row.id, row] as const),
    ...ranks.map((row) => ['role', row.id, row] as const),
  ]
}
