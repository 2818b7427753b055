// Making, changing and deleting opening hours.
import type { Hours, HoursChanges, NewHours } from '#contract/hours.ts'
import { mustHold } from '../../platform/allow.ts'
import type { ActorCtx, Tx } from '../../platform/context.ts'
import { refuseLateUse, refuseUse } from '../../platform/in-use.ts'
import { changedFields, markFields, sameKeys } from '../../platform/marks.ts'
import { claimName, soundName } from '../../platform/names.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import * as hours from './queries.ts'
import { soundSettings } from './rules.ts'

type Set = HoursChanges['set']

/**
 * Refuses with `not_found` or `forbidden` (the account), `name_taken`, or `invalid` (the name, the
 * time zone, the week or the exceptions).
 */
export async function createHours(ctx: ActorCtx, given: NewHours): Promise<Hours> {
  const { accountId } = given
  mustHold(ctx.actor, 'setup.manage', accountId)
  const wanted = sound(given)
  return write(ctx, 'hours.create', async (tx) => {
    const { db, organisationId } = tx
    const name = await claimName(tx, accountId, wanted.name, () =>
      hours.listOwn(db, organisationId, accountId),
    )
    const id = await hours.insert(db, organisationId, { ...wanted, name }).catch(refuseZone)
    const made = found(await hours.find(db, organisationId, id))
    tx.tell('hours', made.hours, made.scopes)
    tx.note({ subject: 'hours', subjectId: id, after: made.hours })
    return made.hours
  })
}

function sound<T extends Set>(set: T): T {
  const kept = soundSettings(set)
  if ('wrong' in kept) throw new Refusal('invalid', { field: kept.wrong })
  return kept
}

/** A zone that this server knows and the database does not. */
function refuseZone(error: unknown): never {
  if (error instanceof Error && 'code' in error && error.code === '22023')
    throw new Refusal('invalid', { field: 'timeZone' })
  throw error
}

/** Opening hours and who sees them. Refuses with `not_found` or `forbidden`. */
async function mustSetUp({ db, actor, organisationId }: ActorCtx, id: string): Promise<Hours> {
  const { hours: standing } = found(await hours.find(db, organisationId, id))
  mustHold(actor, 'setup.manage', standing.accountId)
  return standing
}

/** Refuses with `not_found`, `forbidden`, `stale` and what stands now, `invalid` or `name_taken`. */
export async function changeHours(
  ctx: ActorCtx,
  id: string,
  { set, base }: HoursChanges,
): Promise<Hours> {
  const { accountId } = await mustSetUp(ctx, id)
  const kept = sound(set.name === undefined ? set : { ...set, name: soundName(set.name) })
  return write(ctx, 'hours.change', async (tx) => {
    const { db, organisationId } = tx
    const before = inOrder(found(await hours.lock(db, organisationId, id)).hours)
    const wanted = await changedFields<Set>(tx, id, before, { set: kept, base })
    const keys = Object.keys(wanted)
    if (keys.length === 0) return before
    if (wanted.name !== undefined)
      await claimName(tx, accountId, wanted.name, async () =>
        (await hours.listOwn(db, organisationId, accountId)).filter((one) => one.id !== id),
      )
    await hours.update(db, organisationId, id, wanted).catch(refuseZone)
    await markFields(tx, id, keys)
    tx.note({ subject: 'hours', subjectId: id, before: sameKeys(before, wanted), after: wanted })
    return tellHours(tx, id)
  })
}

/** As rules.ts keeps it: the database has an order of keys of its own. */
function inOrder(standing: Hours): Hours {
  const kept = soundSettings(standing)
  return 'wrong' in kept ? standing : kept
}

/** Whether it is open now may be another, for its queues too. */
async function tellHours(tx: Tx, id: string): Promise<Hours> {
  const { db, organisationId } = tx
  const seen = found(await hours.find(db, organisationId, id))
  tx.tell('hours', seen.hours, seen.scopes)
  for (const { opening, scopes } of await hours.listOpeningsBy(db, organisationId, id))
    tx.tell('opening', opening, scopes)
  return seen.hours
}

/** An account has another one above it: what is seen there may be other opening hours. */
export async function tellMovedHours(tx: Tx, before: readonly hours.SeenHours[]): Promise<void> {
  const scopesBefore = new Map(before.map((one) => [one.hours.id, one.scopes]))
  for (const one of await hours.listSeen(tx.db, tx.organisationId)) {
    const were = scopesBefore.get(one.hours.id) ?? []
    if (were.join() !== one.scopes.join()) tx.tell('hours', one.hours, one.scopes, were)
  }
}

/** Refuses with `not_found`, `forbidden`, or `in_use` and where. */
export async function removeHours(ctx: ActorCtx, id: string): Promise<Record<string, never>> {
  await mustSetUp(ctx, id)
  await write(ctx, 'hours.remove', async (tx) => {
    const { db, organisationId } = tx
    const before = found(await hours.lock(db, organisationId, id))
    refuseUse(await hours.listUses(db, organisationId, id))
    await hours.remove(db, organisationId, id)
    tx.untell('hours', id, before.scopes)
    tx.note({ subject: 'hours', subjectId: id, before: before.hours })
  }).catch(refuseLateUse)
  return {}
}

/** Refuses with `invalid` opening hours that the account may not have. */
export async function mustHave(
  { db, organisationId }: Tx,
  accountId: string,
  id: string | null | undefined,
): Promise<void> {
  if (id === null || id === undefined) return
  if (!(await hours.mayHave(db, organisationId, accountId, id)))
    throw new Refusal('invalid', { field: 'hoursId' })
}

/** Tells whether a queue is open, once it has other opening hours, or none. */
export async function tellOpening(
  tx: Tx,
  queueId: string,
  scopes: readonly string[],
): Promise<void> {
  const seen = await hours.findOpening(tx.db, tx.organisationId, queueId)
  if (seen) tx.tell('opening', seen.opening, seen.scopes)
  else tx.untell('opening', queueId, scopes)
}
