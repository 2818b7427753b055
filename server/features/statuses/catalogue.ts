// Making, changing and deleting statuses of the catalogue. Whoever has one keeps it as it was when they
// chose it.
import { scope } from '#contract/scopes.ts'
import type { NewStatus, Status, StatusChanges } from '#contract/statuses.ts'
import { mustHold } from '../../platform/allow.ts'
import type { ActorCtx, Tx } from '../../platform/context.ts'
import { changedFields, markFields, sameKeys } from '../../platform/marks.ts'
import { claimName, soundName } from '../../platform/names.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import * as catalogue from './catalogue-queries.ts'
import { fitsTogether } from './rules.ts'

/**
 * Refuses with `not_found` (the account, a department that is not there or below), `forbidden`, `invalid`
 * (the name, or what is accepted without its availability and the other way round) or `name_taken`.
 */
export async function createStatus(ctx: ActorCtx, wanted: NewStatus): Promise<Status> {
  const { accountId } = wanted
  mustHold(ctx.actor, 'setup.manage', accountId)
  mustFitTogether(wanted)
  return write(ctx, 'status.create', async (tx) => {
    const { db, organisationId } = tx
    const name = await claimName(tx, accountId, wanted.name, () =>
      catalogue.list(db, organisationId, [accountId]),
    )
    await mustBeThere(tx, accountId, wanted.departmentIds)
    const id = await catalogue.insert(db, organisationId, { ...wanted, name })
    const status = found(await catalogue.find(db, organisationId, id))
    tx.tell('status', status, [scope.setup(accountId)])
    tx.note({ subject: 'status', subjectId: id, after: status })
    return status
  })
}

/** Refuses as `createStatus`, and with `stale` and what stands now. */
export async function changeStatus(
  ctx: ActorCtx,
  id: string,
  { set, base }: StatusChanges,
): Promise<Status> {
  const { accountId } = await mustSetUp(ctx, id)
  const sound = set.name === undefined ? set : { ...set, name: soundName(set.name) }
  return write(ctx, 'status.change', async (tx) => {
    const { db, organisationId } = tx
    const before = found(await catalogue.lock(db, organisationId, id))
    const wanted = await changedFields<typeof sound>(tx, id, before, { set: sound, base })
    if (Object.keys(wanted).length === 0) return before
    mustFitTogether({ ...before, ...wanted })
    if (wanted.name !== undefined)
      await claimName(tx, accountId, wanted.name, async () =>
        (await catalogue.list(db, organisationId, [accountId])).filter((one) => one.id !== id),
      )
    await mustBeThere(tx, accountId, wanted.departmentIds ?? null)
    await catalogue.update(db, organisationId, id, wanted)
    await markFields(tx, id, Object.keys(wanted))
    const status = found(await catalogue.find(db, organisationId, id))
    tx.tell('status', status, [scope.setup(accountId)])
    tx.note({ subject: 'status', subjectId: id, before: sameKeys(before, wanted), after: wanted })
    return status
  })
}

/** Refuses with `not_found` or `forbidden`. */
export async function removeStatus(ctx: ActorCtx, id: string): Promise<Record<string, never>> {
  const { accountId } = await mustSetUp(ctx, id)
  await write(ctx, 'status.remove', async (tx) => {
    const { db, organisationId } = tx
    const before = found(await catalogue.lock(db, organisationId, id))
    await catalogue.remove(db, organisationId, id)
    tx.untell('status', id, [scope.setup(accountId)])
    tx.note({ subject: 'status', subjectId: id, before })
  })
  return {}
}

async function mustSetUp({ db, actor, organisationId }: ActorCtx, id: string): Promise<Status> {
  const status = found(await catalogue.find(db, organisationId, id))
  mustHold(actor, 'setup.manage', status.accountId)
  return status
}

function mustFitTogether(status: Pick<Status, 'availability' | 'accepts'>): void {
  if (!fitsTogether(status)) throw new Refusal('invalid', { field: 'accepts' })
}

async function mustBeThere(
  { db, organisationId }: Tx,
  accountId: string,
  ids: readonly string[] | null,
): Promise<void> {
  if (ids === null) return
  const there = await catalogue.countDepartments(db, organisationId, accountId, ids)
  if (there < new Set(ids).size) throw new Refusal('not_found')
}
