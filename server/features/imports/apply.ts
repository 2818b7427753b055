// Applying an import: all of it in one transaction, as it was looked at, or nothing.
import { isDeepStrictEqual } from 'node:util'
import { type Fields, fieldOf } from '#contract/fields.ts'
import { IMPORT_KEPT_MINUTES, type ImportDone } from '#contract/imports.ts'
import type { ActorCtx, Tx } from '../../platform/context.ts'
import { spend } from '../../platform/quota.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import { inviteMany, lockForInviting } from '../invites/many.ts'
import { keepingAnAdministrator, settleAll } from '../people/actions.ts'
import { findTargets, isPointing } from '../people/field-targets.ts'
import type { SoundField } from '../people/field-values.ts'
import { applyMany, type Setting, toldOf, whereManySeen } from '../people/many.ts'
import { appendEvents, lockPeople } from '../people/many-queries.ts'
import { claimAliases } from '../people/target-queries.ts'
import type { Outcome } from '../routing/queries.ts'
import { tellElsewhere } from '../users/actions.ts'
import { doneOf, later } from './actions.ts'
import { type Judged, judgeAll, spoiled, type Work } from './judge.ts'
import * as kept from './kept-queries.ts'
import { loadWorld, type World } from './world.ts'

const APPLIED = { most: 20, seconds: 3_600 }

interface Applied {
  done: ImportDone | null
  /** How many rows have become conflicts; then nothing was written. */
  stale: number
  outcomes: Outcome[]
}

/**
 * Changes and invites everybody whom the preview says. Applying twice is applying once. Refuses with
 * `not_found` (not the actor's, or not kept any more); with `stale` and the `count` when rows come to
 * something else by now: they are conflicts then, and nothing was written; with `last_administrator`
 * or `too_many`.
 */
export async function applyImport(ctx: ActorCtx, id: string): Promise<ImportDone> {
  const { organisationId, actor } = ctx
  const at = { organisationId, id, userId: actor.userId }
  found(await kept.findOwn(ctx.db, at))
  await spend(ctx.db, `import:apply:${actor.userId}`, APPLIED, ctx.now())
  const { done, stale, outcomes } = await keepingAnAdministrator(() =>
    write(ctx, 'import.apply', async (tx) =>
      applyOnce(tx, ctx, found(await kept.findOwn(tx.db, at, true))),
    ),
  )
  await settleAll(ctx, outcomes)
  if (done === null) throw new Refusal('stale', { count: stale })
  // Others' names are set only where they work here alone; one's own are shown wherever one works.
  await tellElsewhere(ctx, actor.userId)
  return done
}

async function applyOnce(tx: Tx, ctx: ActorCtx, own: kept.Kept): Promise<Applied> {
  const before = doneOf(own)
  if (before) return { done: before, stale: 0, outcomes: [] }
  if (later(own.madeAt, IMPORT_KEPT_MINUTES) <= tx.now().toISOString())
    throw new Refusal('not_found')
  await kept.takeTime(tx.db)
  const rows = await kept.listToDo(tx.db, tx.organisationId, own.id)
  const hours = await lockAll(tx, rows)
  const wanted = { accountId: own.accountId, language: own.language, columns: own.columns }
  const asked = rows.map((row) => row.asked)
  const world = await loadWorld({ db: tx.db, actor: ctx.actor, now: tx.now() }, wanted, asked)
  const stale = staleOf(rows, await judgeAll(world, asked))
  if (stale.length > 0) {
    await kept.putRows(tx.db, { organisationId: tx.organisationId, id: own.id }, stale)
    return { done: null, stale: stale.length, outcomes: [] }
  }
  return applyRows(
    tx,
    world,
    own,
    rows.map(({ work }) => work),
    hours,
  )
}

/** Nothing that the rows speak of changes or goes until the transaction ends. */
async function lockAll(tx: Tx, rows: readonly kept.ToDo[]) {
  const works = rows.map(({ work }) => work)
  const members = works.flatMap(({ member }) => member ?? [])
  await lockPeople(
    tx.db,
    members.map(({ userId }) => userId),
    members.map(({ membershipId }) => membershipId),
  )
  const added = works.filter(({ member }) => member === null)
  const hours = await lockForInviting(tx, [...new Set(added.map(({ accountId }) => accountId))])
  const named = works.filter(({ set }) => typeof set['alias'] === 'string')
  for (const accountId of [...new Set(named.map((work) => work.accountId))].toSorted())
    await claimAliases(tx.db, tx.organisationId, accountId)
  await findTargets(tx, givenBy(works))
  return hours
}

/** Every field that points at something and is given to anybody, once with each thing. */
function givenBy(works: readonly Work[]): SoundField[] {
  const given = new Map<string, SoundField>()
  for (const { set } of works)
    for (const one of fieldsIn(set).filter(isPointing))
      given.set(one.field.kind === 'plain' ? `${one.key} ${one.value}` : one.key, one)
  return [...given.values()]
}

function fieldsIn(set: Fields): SoundField[] {
  return Object.entries(set).flatMap(([key, value]) => {
    const field = fieldOf(key)
    return field === undefined ? [] : [{ key, field, value }]
  })
}

/** Rows that come to something else than when they were looked at. */
function staleOf(rows: readonly kept.ToDo[], judged: readonly Judged[]): Judged[] {
  return judged.flatMap((now, at) => {
    if (isDeepStrictEqual(now.work, rows[at]?.work)) return []
    return [spoiled(now, [{ column: null, code: 'changed', value: '' }])]
  })
}

async function applyRows(
  tx: Tx,
  world: World,
  own: kept.Kept,
  works: readonly Work[],
  hours: ReadonlyMap<string, number>,
): Promise<Applied> {
  const { organisationId, actorId, browser, requestId } = tx
  const invitees = works.filter(({ member }) => member === null)
  const changes = works.filter(({ member }) => member !== null)
  const invited = await inviteMany(
    tx,
    own.id,
    invitees.map((work) => inviteeOf(world, work)),
    hours,
  )
  const { lines, events, told, outcome } = await setMany(tx, world, changes)
  const done = { added: invitees.length, changed: changes.length }
  const appliedAt = tx.now().toISOString()
  await kept.markDone(tx.db, { organisationId, id: own.id }, appliedAt, done)
  // From here on the log is locked.
  await appendEvents(tx.db, { organisationId, actorId }, events, told)
  const by = { organisationId, actorId, ip: browser.ip, requestId }
  await kept.appendAudits(tx.db, { ...by, action: 'import.apply' }, [...invited, ...lines])
  tx.note({ subject: 'import', subjectId: own.id, after: { accountId: own.accountId, ...done } })
  return { done: doneOf({ done, appliedAt }), stale: 0, outcomes: [outcome] }
}

function inviteeOf({ catalogue }: World, work: Work) {
  const { accountId, email, firstName, lastName, language, set } = work
  const names = Object.keys(set).flatMap((key) => {
    const field = fieldOf(key)
    if (field?.kind === 'grant') return [[key, grantName(catalogue, field, accountId)]]
    const id = field?.kind === 'plain' ? String(set[key]) : field?.id
    const name = catalogue.things.get(id ?? '')?.name
    return name === undefined ? [] : [[key, name]]
  })
  const plan = { set, names: Object.fromEntries(names) }
  return { accountId, email, firstName, lastName, language: language ?? 'en', plan }
}

function grantName(
  { roles, things }: World['catalogue'],
  { roleId, scope }: { roleId: string; scope: { kind: string; id: string } },
  accountId: string,
): string {
  const role = roles.get(roleId)?.name ?? ''
  const isOwn = scope.kind === 'account' || scope.id === accountId
  return isOwn ? role : `${role} · ${things.get(scope.id)?.name ?? ''}`
}

/** Sets the fields and tells them; answers what must be written when the log is locked, and after. */
export async function setMany(tx: Tx, { catalogue }: World, changes: readonly Work[]) {
  const settings = changes.flatMap(({ member, accountId, set }): Setting[] =>
    member === null ? [] : [{ ...member, accountId, set }],
  )
  const userIds = [...new Set(settings.map(({ userId }) => userId))]
  const seen = await whereManySeen(tx, userIds)
  const applied = await applyMany(tx, settings, (id) => catalogue.things.get(id)?.accountId)
  const told = await toldOf(tx, userIds, seen)
  const isGrant = (key: string) => fieldOf(key)?.kind === 'grant'
  const regranted = settings.filter(({ set }) => Object.keys(set).some(isGrant))
  for (const userId of new Set(regranted.map((one) => one.userId)))
    tx.signal('grants_changed', userId)
  const lines = changes.flatMap(({ member, accountId, before, set }) =>
    member === null
      ? []
      : [{ subject: 'membership', subjectId: member.membershipId, accountId, before, after: set }],
  )
  return { ...applied, told, lines }
}
