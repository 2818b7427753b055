// Making accounts and changing what is set of them.
import { randomUUID } from 'node:crypto'
import type {
  Account,
  AccountChanges,
  AccountSettings,
  AccountUse,
  NewAccount,
} from '#contract/accounts.ts'
import { isTimeZone } from '#contract/opening.ts'
import { scope } from '#contract/scopes.ts'
import { mustHold } from '../../platform/allow.ts'
import type { ActorCtx, Tx } from '../../platform/context.ts'
import { brokenConstraint } from '../../platform/database.ts'
import { changedFields, findMarks, markFields, sameKeys } from '../../platform/marks.ts'
import { claimName, soundName } from '../../platform/names.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import * as accounts from '../accounts/queries.ts'
import { keepingAnAdministrator } from '../people/actions.ts'
import * as tree from './queries.ts'

/**
 * Makes an account below another. Refuses with `not_found` or `forbidden` (the parent), `invalid`
 * (the name, or a parent that has nothing below it), `name_taken` or `account_too_deep`.
 */
export async function createAccount(ctx: ActorCtx, wanted: NewAccount): Promise<Account> {
  const { parentId, kind, isActive = true } = wanted
  mustHold(ctx.actor, 'accounts.manage', parentId)
  return write(ctx, 'account.create', async (tx) => {
    const { db, organisationId } = tx
    const [parent] = await accounts.list(db, organisationId, [parentId])
    const { kind: parentKind, language, timeZone, colour } = found(parent)
    if (parentKind === 'location') throw new Refusal('invalid', { field: 'parentId' })
    const name = await claimName(tx, parentId, wanted.name, () =>
      tree.listNamesBelow(db, organisationId, parentId),
    )
    const id = randomUUID()
    const place = { organisationId, id, parentId, kind, name, isActive }
    const looks = { language: wanted.language ?? language, timeZone, colour }
    await tree.insert(db, { ...place, ...looks })
    const account = await rowOf(tx, id)
    tx.tell('account', account, [scope.setup(id)])
    await openTo(tx, id)
    tx.note({ subject: 'account', subjectId: id, after: account })
    return account
  }).catch(refuseTree)
}

/** Whoever holds a role above hears that there is one account more. */
async function openTo(tx: Tx, id: string): Promise<void> {
  const { db, organisationId } = tx
  const path = (await accounts.paths(db, organisationId)).get(id) ?? []
  const concerned = await tree.listConcerned(db, organisationId, { heldAt: path, membersOf: [] })
  for (const userId of concerned) tx.signal('grants_changed', userId)
}

/** What the database says no to by itself, as a refusal. */
export function refuseTree(error: unknown): never {
  const constraint = brokenConstraint(error)
  if (constraint === 'accounts_stay_a_tree') throw new Refusal('account_circle')
  if (constraint === 'accounts_are_not_deep') throw new Refusal('account_too_deep')
  throw error
}

export async function rowOf({ db, organisationId }: Tx, id: string): Promise<Account> {
  const [account] = await accounts.list(db, organisationId, [id])
  return found(account)
}

/** Refuses with `not_found` or `forbidden`. */
export async function readSettings(ctx: ActorCtx, id: string): Promise<AccountSettings> {
  mustHold(ctx.actor, 'accounts.manage', id)
  return settingsOf(ctx, id)
}

async function settingsOf(
  { db, organisationId }: Pick<ActorCtx, 'db' | 'organisationId'>,
  id: string,
): Promise<AccountSettings> {
  const fields = found(await tree.findFields(db, organisationId, id))
  const marks = await findMarks(db, id)
  return { id, fields, marks, version: await tree.findVersion(db, organisationId, id) }
}

/** Refuses with `not_found` or `forbidden`. */
export async function readUse(ctx: ActorCtx, id: string): Promise<AccountUse> {
  const { db, organisationId } = ctx
  mustHold(ctx.actor, 'accounts.manage', id)
  return tree.findUse(db, organisationId, await tree.listSubtree(db, organisationId, id))
}

type Settings = AccountSettings['fields']

/**
 * Sets fields of an account. Refuses with `not_found` or `forbidden`; with `stale` and what stands
 * now; with the field's key and `invalid`, `name_taken` or `alias_taken`; and when it is to be closed
 * with `would_lock_out` (the organisation; or whoever asks could not open it again) or
 * `last_administrator`.
 */
export async function changeAccount(
  ctx: ActorCtx,
  id: string,
  { set, base }: AccountChanges,
): Promise<AccountSettings> {
  mustHold(ctx.actor, 'accounts.manage', id)
  const sound = set.name === undefined ? set : { ...set, name: soundName(set.name) }
  refuseUnsound(sound, id === ctx.organisationId)
  return write(ctx, 'account.change', async (tx) => {
    const { db, organisationId } = tx
    const before = found(await tree.lockFields(db, organisationId, id))
    const wanted = await changedFields<Partial<Settings>>(tx, id, before, { set: sound, base })
    const keys = Object.keys(wanted)
    if (keys.length === 0) return settingsOf(tx, id)
    await refuseDoubles(tx, id, wanted)
    const subtree = await tree.listSubtree(db, organisationId, id)
    const rowsBefore = await tree.listRows(db, organisationId, subtree)
    await keepingAnAdministrator(() => tree.update(db, organisationId, id, wanted), {
      field: 'isActive',
    })
    await markFields(tx, id, keys)
    if (wanted.isActive !== undefined) await openOrClose(tx, ctx, id, wanted.isActive, subtree)
    await tellAccounts(tx, rowsBefore)
    tx.note({ subject: 'account', subjectId: id, before: sameKeys(before, wanted), after: wanted })
    return settingsOf(tx, id)
  })
}

function refuseUnsound(set: Partial<Settings>, isOrganisation: boolean): void {
  const { timeZone } = set
  if (timeZone !== undefined && !isTimeZone(timeZone))
    throw new Refusal('invalid', { field: 'timeZone' })
  if (!isOrganisation) return
  if (set.liveLimit === null) throw new Refusal('invalid', { field: 'liveLimit' })
  if (set.deferredLimit === null) throw new Refusal('invalid', { field: 'deferredLimit' })
  if (set.isActive === false) throw new Refusal('would_lock_out', { field: 'isActive' })
}

async function refuseDoubles(tx: Tx, id: string, wanted: Partial<Settings>): Promise<void> {
  const { db, organisationId } = tx
  const { parentId } = await rowOf(tx, id)
  if (wanted.name !== undefined && parentId !== null)
    await claimName(tx, parentId, wanted.name, () =>
      tree.listNamesBelow(db, organisationId, parentId, id),
    )
  if (wanted.uniqueAliases && (await tree.hasDoubleAliases(db, organisationId, id)))
    throw new Refusal('alias_taken', { field: 'uniqueAliases' })
}

/** Whoever belongs to the accounts has access again, or no more. */
async function openOrClose(
  tx: Tx,
  { actor }: ActorCtx,
  id: string,
  isActive: boolean,
  subtree: readonly string[],
): Promise<void> {
  const { db, organisationId } = tx
  const concerned = await tree.listConcerned(db, organisationId, { heldAt: [], membersOf: subtree })
  for (const userId of concerned) tx.signal('grants_changed', userId)
  if (isActive) return
  const held = await tree.listHeldAt(db, organisationId, actor.paths.get(id) ?? [])
  const mayOpenAgain = held.some(
    ({ userId, permissions }) => userId === actor.userId && permissions.includes('accounts.manage'),
  )
  if (!mayOpenAgain) throw new Refusal('would_lock_out', { field: 'isActive' })
}

/** Tells how the accounts look now, where that is not how they looked. */
export async function tellAccounts(tx: Tx, before: ReadonlyMap<string, Account>): Promise<void> {
  const now = await tree.listRows(tx.db, tx.organisationId, [...before.keys()])
  for (const [id, account] of now)
    if (JSON.stringify(account) !== JSON.stringify(before.get(id)))
      tx.tell('account', account, [scope.setup(id)])
}
