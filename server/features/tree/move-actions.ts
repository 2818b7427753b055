// Moving an account below another one: its path is what grants are judged by, so who may what at the
// account, and at all below it, changes with it.
import type { Account, MovePreview } from '#contract/accounts.ts'
import type { PersonRecord } from '#contract/people.ts'
import { mayGive, PERMISSIONS } from '#contract/permissions.ts'
import { scope } from '#contract/scopes.ts'
import { mustHold } from '../../platform/allow.ts'
import type { ActorCtx, Tx } from '../../platform/context.ts'
import { changedFields, markFields } from '../../platform/marks.ts'
import { claimName } from '../../platform/names.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import * as accounts from '../accounts/queries.ts'
import { tellMovedHours } from '../hours/actions.ts'
import * as hours from '../hours/queries.ts'
import * as people from '../people/queries.ts'
import { tellUser } from '../users/actions.ts'
import { markShared } from '../users/record-queries.ts'
import { refuseTree, rowOf, tellAccounts } from './actions.ts'
import * as tree from './queries.ts'
import { type AccessChanges, accessChanges, whyNotMove } from './rules.ts'
import * as shifts from './shift-queries.ts'

const DEPTH_MAX = 9

interface Wanted {
  id: string
  parentId: string
}

interface Route {
  /** The account's parent and everything above that: now, and after the move. */
  before: readonly string[]
  after: readonly string[]
}

/** Who would gain and who would lose what. Refuses as `moveAccount`, but for `stale`. */
export async function previewMove(ctx: ActorCtx, wanted: Wanted): Promise<MovePreview> {
  const route = await routeOf(ctx, ctx, wanted)
  const { db, organisationId } = ctx
  const subtree = await tree.listSubtree(db, organisationId, wanted.id)
  const { left } = turnOf(route)
  const ended = await shifts.listLeft(db, organisationId, { subtree, left })
  return {
    accounts: subtree.length,
    ...(await changesOf(ctx, wanted.id, route)),
    shifts: ended.map(({ userId, name, shift }) => ({ userId, name, shift })),
  }
}

/** What is above the account no longer, and what comes to be. */
function turnOf({ before, after }: Route): { left: string[]; entered: string[] } {
  return {
    left: before.filter((one) => !after.includes(one)),
    entered: after.filter((one) => !before.includes(one)),
  }
}

async function changesOf(
  { db, organisationId }: Pick<Tx, 'db' | 'organisationId'>,
  id: string,
  { before, after }: Route,
): Promise<AccessChanges> {
  const held = await tree.listHeldAt(db, organisationId, [...new Set([id, ...before, ...after])])
  return accessChanges(held, [id, ...before], [id, ...after])
}

// Whoever holds a role above the new place would get it here: that is giving, if by another way.
async function refuseGift(
  { actor }: Pick<ActorCtx, 'actor'>,
  tx: Pick<Tx, 'db' | 'organisationId'>,
  id: string,
  route: Route,
): Promise<void> {
  const { gains } = await changesOf(tx, id, route)
  const gained = PERMISSIONS.filter((one) =>
    gains.some(({ permissions }) => permissions.includes(one)),
  )
  if (!mayGive(actor.grants, gained, [id, ...route.before])) throw new Refusal('forbidden')
}

/**
 * Puts an account below another one. Refuses with `not_found` or `forbidden` (the account, the
 * parent it has or the one it gets; or somebody would get more there than the actor has),
 * `account_circle`, `account_too_deep`, `invalid` (the
 * organisation; below a location), `wrong_status` (one of the parents is closed), `name_taken`, or
 * `stale` when somebody else moved it meanwhile.
 */
export async function moveAccount(
  ctx: ActorCtx,
  wanted: Wanted & { version: number },
): Promise<Account> {
  const { id, parentId, version } = wanted
  mustHold(ctx.actor, 'accounts.manage', id)
  mustHold(ctx.actor, 'accounts.manage', parentId)
  return write(ctx, 'account.move', async (tx) => {
    const { db, organisationId } = tx
    const account = await rowOf(tx, id)
    const names = () => tree.listNamesBelow(db, organisationId, parentId, id)
    await claimName(tx, parentId, account.name, names)
    await tree.lockTree(db, organisationId)
    await tree.lockFields(db, organisationId, id)
    const standing = { parentId: (await rowOf(tx, id)).parentId }
    const base = { parentId: version }
    const changed = await changedFields<{ parentId?: string | null }>(tx, id, standing, {
      set: { parentId },
      base,
    })
    const route = await routeOf(ctx, tx, wanted)
    if (changed.parentId === undefined) return account
    await putBelow(tx, wanted, route)
    tx.note({ subject: 'account', subjectId: id, before: standing, after: { parentId } })
    return rowOf(tx, id)
  }).catch(refuseTree)
}

/** The way up before and after. */
async function routeOf(
  { actor }: ActorCtx,
  { db, organisationId }: Pick<Tx, 'db' | 'organisationId'>,
  { id, parentId }: Wanted,
): Promise<Route> {
  const paths = await accounts.paths(db, organisationId)
  const now = { ...actor, paths }
  mustHold(now, 'accounts.manage', id)
  mustHold(now, 'accounts.manage', parentId)
  const [path, newPath] = [paths.get(id) ?? [], paths.get(parentId) ?? []]
  const [newParent] = await accounts.list(db, organisationId, [parentId])
  const no = whyNotMove({ path, newPath, newParentKind: found(newParent).kind })
  if (no !== null) throw new Refusal(no, { field: 'parentId' })
  const [, ...before] = path
  // They know of it: whose it is stands in the account's own line.
  if (!accounts.mayAt(now, 'accounts.manage', before[0] ?? id)) throw new Refusal('forbidden')
  const height = await tree.findHeight(db, organisationId, id)
  if (newPath.length + 1 + height > DEPTH_MAX)
    throw new Refusal('account_too_deep', { field: 'parentId' })
  for (const one of [before[0] ?? id, parentId])
    if (!(await tree.isOpen(db, organisationId, one)))
      throw new Refusal('wrong_status', { field: 'parentId' })
  const route = { before, after: newPath }
  await refuseGift({ actor }, { db, organisationId }, id, route)
  return route
}

async function putBelow(tx: Tx, { id, parentId }: Wanted, route: Route): Promise<void> {
  const { db, organisationId } = tx
  const { left, entered } = turnOf(route)
  const subtree = await tree.listSubtree(db, organisationId, id)
  // What a person's line shows of another branch of the tree goes by whether it is of the same one.
  const near = [...subtree, ...left, ...entered]
  const rows = await tree.listRows(db, organisationId, subtree)
  const seen = await lookAtPeople(tx, near)
  const calendars = await hours.listSeen(db, organisationId)
  await tree.update(db, organisationId, id, { parentId })
  await markFields(tx, id, ['parentId'])
  const ended = await endShifts(tx, subtree, left)
  await tellAccounts(tx, rows)
  await tellPeople(tx, near, seen)
  for (const { userId } of ended) await tellUser(tx, userId)
  await tellMovedHours(tx, calendars)
  const heldAt = [...left, ...entered]
  for (const userId of await tree.listConcerned(db, organisationId, { heldAt, membersOf: subtree }))
    tx.signal('grants_changed', userId)
}

/** A calendar is for its account and those below it: whoever has left it works at any time. */
async function endShifts(
  tx: Tx,
  subtree: readonly string[],
  left: readonly string[],
): Promise<shifts.ShiftLeft[]> {
  const { db, organisationId } = tx
  const ended = await shifts.listLeft(db, organisationId, { subtree, left }, true)
  await shifts.drop(
    db,
    organisationId,
    ended.map(({ userId }) => userId),
  )
  const field = [{ key: 'shiftId', accountId: organisationId }]
  const now = tx.now().toISOString()
  for (const { userId, shiftId, membershipIds } of ended) {
    await markShared(db, { organisationId, userId }, field, tx.actorId, now)
    for (const subjectId of membershipIds)
      tx.note({ subject: 'membership', subjectId, before: { shiftId }, after: { shiftId: null } })
  }
  return ended
}

interface Seen {
  lines: Awaited<ReturnType<typeof tree.listPeople>>
  records: Map<string, PersonRecord>
}

async function lookAtPeople({ db, organisationId }: Tx, near: readonly string[]): Promise<Seen> {
  const lines = await tree.listPeople(db, organisationId, near)
  const records = await people.listRecords(db, organisationId, [...lines.keys()])
  return { lines, records: new Map(records.map((record) => [record.id, record])) }
}

async function tellPeople(tx: Tx, near: readonly string[], before: Seen): Promise<void> {
  const now = await lookAtPeople(tx, near)
  for (const [id, { person, scopes }] of now.lines)
    if (isOther(person, before.lines.get(id)?.person)) tx.tell('person', person, scopes)
  for (const [id, record] of now.records)
    if (isOther(record, before.records.get(id))) tx.tell('record', record, [scope.record(id)])
}

function isOther(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) !== JSON.stringify(other)
}
