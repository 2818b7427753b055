// From where people may work: the list of an account, and that of a person.
import type { AddressList, AddressRange, NewAddressList } from '#contract/addresses.ts'
import { RANGE_NOTE_MAX } from '#contract/addresses.ts'
import { scope } from '#contract/scopes.ts'
import { mustBeFresh, mustHold } from '../../platform/allow.ts'
import { canonicalRange, isWithin, rangeProblem } from '../../platform/client-ip.ts'
import type { ActorCtx, Tx } from '../../platform/context.ts'
import { changedFields, findMarks, markFields } from '../../platform/marks.ts'
import { soundName } from '../../platform/names.ts'
import { Refusal } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import * as accounts from '../accounts/queries.ts'
import { tellPerson } from '../people/tell.ts'
import { mustManage } from '../security/person-actions.ts'
import { lockAccount } from '../security/policy-queries.ts'
import { lockLogin } from '../sign-in/queries.ts'
import * as rows from './queries.ts'
import { faultOf, inOrder, merged } from './rules.ts'

type Reading = Pick<ActorCtx, 'db' | 'actor' | 'organisationId' | 'browser'>

/** A list, by whom it is held, and what holds beside it. */
interface List {
  owner: rows.Owner
  /** What carries the version: the account, or a membership. */
  entityId: string
  /** Accounts whose lists hold as well, from the top down. */
  above: readonly string[]
  isBound: boolean
}

const FIELD = 'addresses'

/** Refuses with `not_found` or `forbidden`. */
export async function addressesOfAccount(ctx: Reading, accountId: string): Promise<AddressList> {
  mustHold(ctx.actor, 'accounts.manage', accountId)
  return describe(ctx, await listOfAccount(ctx, accountId))
}

/**
 * Refuses with `not_found`, `forbidden`, `reauth_needed`, `invalid` (what is no range), `too_wide`,
 * `would_lock_out` or `stale`.
 */
export async function setAddressesOfAccount(
  ctx: ActorCtx,
  accountId: string,
  wanted: NewAddressList,
): Promise<AddressList> {
  mustHold(ctx.actor, 'accounts.manage', accountId)
  mustBeFresh(ctx)
  const list = await listOfAccount(ctx, accountId)
  const ranges = soundRanges(ctx, list, wanted)
  await write(ctx, 'account.set_addresses', async (tx) => {
    const { db, organisationId } = tx
    await lockAccount(db, organisationId, accountId)
    const change = await replace(tx, list, ranges, wanted.version)
    if (!change) return
    await markFields(tx, accountId, [FIELD])
    tx.note({ subject: 'account', subjectId: accountId, ...change })
    for (const account of await accounts.list(db, organisationId, [accountId]))
      tx.tell('account', account, [scope.setup(accountId)])
    tx.signal('addresses_changed', accountId)
  })
  return describe(ctx, list)
}

/** Refuses with `not_found`, `forbidden` or `stronger_person`. */
export async function addressesOfPerson(ctx: ActorCtx, id: string): Promise<AddressList> {
  return describe(ctx, await listOfPerson(ctx, id))
}

/**
 * The person's own list, in this organisation. Refuses with `not_found`, `forbidden`,
 * `stronger_person`, `reauth_needed`, `invalid` (what is no range), `too_wide`, `would_lock_out` or
 * `stale`.
 */
export async function setAddressesOfPerson(
  ctx: ActorCtx,
  id: string,
  wanted: NewAddressList,
): Promise<AddressList> {
  const list = await listOfPerson(ctx, id)
  mustBeFresh(ctx)
  const ranges = soundRanges(ctx, list, wanted)
  const userId = list.owner.userId ?? ''
  await write(ctx, 'user.set_addresses', async (tx) => {
    await lockLogin(tx.db, userId)
    const change = await replace(tx, list, ranges, wanted.version)
    if (!change) return
    // The list is one for all that the person is in the organisation.
    for (const one of await rows.listMembershipIds(tx.db, tx.organisationId, userId))
      await markFields(tx, one, [FIELD])
    tx.note({ subject: 'membership', subjectId: id, ...change })
    await tellPerson(tx, userId)
    tx.signal('addresses_changed', userId)
  })
  return describe(ctx, list)
}

async function listOfAccount(ctx: Reading, accountId: string): Promise<List> {
  const { db, organisationId, actor } = ctx
  const [, ...above] = actor.paths.get(accountId) ?? []
  const places = await rows.listPlaces(db, organisationId, actor.userId)
  return {
    owner: { organisationId, accountId, userId: null },
    entityId: accountId,
    above: above.toReversed(),
    isBound: places.some((place) => actor.paths.get(place)?.includes(accountId)),
  }
}

async function listOfPerson(ctx: ActorCtx, id: string): Promise<List> {
  const { db, organisationId, actor } = ctx
  const { userId } = await mustManage(ctx, id)
  const places = await rows.listPlaces(db, organisationId, userId)
  const above = places.flatMap((place) => actor.paths.get(place)?.toReversed() ?? [])
  return {
    owner: { organisationId, accountId: null, userId },
    entityId: id,
    above: [...new Set(above)],
    isBound: userId === actor.userId,
  }
}

async function describe(ctx: Reading, list: List): Promise<AddressList> {
  const { db, actor, browser } = ctx
  const [ranges, others, marks] = await Promise.all([
    rows.listRanges(db, list.owner),
    rows.listOthers(db, ctx.organisationId, list.above),
    findMarks(db, list.entityId),
  ])
  const seen = accounts.visibleIds(actor)
  return {
    ranges: inOrder(ranges),
    also: others.map((other) => ({
      name: seen.includes(other.accountId) ? other.name : null,
      ranges: other.ranges,
    })),
    you: { address: browser.ip, isAllowed: letsIn(ranges, browser.ip), isBound: list.isBound },
    version: marks[FIELD]?.version ?? 0,
  }
}

function letsIn(ranges: readonly AddressRange[], ip: string): boolean {
  return (
    ranges.length === 0 ||
    isWithin(
      ip,
      ranges.map(({ range }) => range),
    )
  )
}

function soundRanges(
  { browser }: Reading,
  { isBound }: List,
  { ranges, confirm = false, confirmWide = false }: NewAddressList,
): AddressRange[] {
  const entries = ranges.map(({ range, note }, at) => ({
    range: canonicalRange(range),
    problem: rangeProblem(range),
    note: note === null ? null : soundName(note, `ranges.${at}.note`, RANGE_NOTE_MAX),
  }))
  const fault = faultOf(entries, confirmWide)
  if (fault) {
    const { code, at, problem } = fault
    throw new Refusal(code, { field: `ranges.${at}`, problems: [problem] })
  }
  const sound = merged(entries)
  if (isBound && !confirm && !letsIn(sound, browser.ip))
    throw new Refusal('would_lock_out', { field: 'ranges' })
  return sound
}

/** The list before and after; undefined: it is that already. Refuses with `stale`. */
async function replace(tx: Tx, list: List, ranges: AddressRange[], version: number) {
  const standing = inOrder(await rows.listRanges(tx.db, list.owner))
  const wanted = { set: { [FIELD]: ranges }, base: { [FIELD]: version } }
  const changed = await changedFields(tx, list.entityId, { [FIELD]: standing }, wanted)
  if (!(FIELD in changed)) return undefined
  await rows.replaceRanges(tx.db, list.owner, ranges)
  return { before: { [FIELD]: standing }, after: { [FIELD]: ranges } }
}
