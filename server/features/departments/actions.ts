// Making, renaming and deleting departments.
import type {
  Department,
  DepartmentChanges,
  DepartmentUse,
  NewDepartment,
} from '#contract/departments.ts'
import { scope } from '#contract/scopes.ts'
import { mustHold } from '../../platform/allow.ts'
import type { ActorCtx } from '../../platform/context.ts'
import { refuseLateUse, refuseUse } from '../../platform/in-use.ts'
import { changedFields, markFields, sameKeys } from '../../platform/marks.ts'
import { claimName, soundName } from '../../platform/names.ts'
import { found } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import { tellUser } from '../users/actions.ts'
import * as departments from './queries.ts'

/** Refuses with `not_found` or `forbidden` (the account), `invalid` or `name_taken` (the name). */
export async function createDepartment(ctx: ActorCtx, wanted: NewDepartment): Promise<Department> {
  const { accountId } = wanted
  mustHold(ctx.actor, 'setup.manage', accountId)
  return write(ctx, 'department.create', async (tx) => {
    const { db, organisationId } = tx
    const name = await claimName(tx, accountId, wanted.name, () =>
      departments.list(db, organisationId, [accountId]),
    )
    const department = await departments.insert(db, organisationId, { accountId, name })
    tx.tell('department', department, [scope.setup(accountId)])
    tx.note({ subject: 'department', subjectId: department.id, after: department })
    return department
  })
}

/** The department. Refuses with `not_found` or `forbidden`. */
async function mustSetUp({ db, actor, organisationId }: ActorCtx, id: string): Promise<Department> {
  const department = found(await departments.find(db, organisationId, id))
  mustHold(actor, 'setup.manage', department.accountId, [id])
  return department
}

/** Refuses with `not_found`, `forbidden`, `stale` and what stands now, `invalid` or `name_taken`. */
export async function changeDepartment(
  ctx: ActorCtx,
  id: string,
  { set, base }: DepartmentChanges,
): Promise<Department> {
  const { accountId } = await mustSetUp(ctx, id)
  const sound = set.name === undefined ? set : { name: soundName(set.name) }
  return write(ctx, 'department.change', async (tx) => {
    const { db, organisationId } = tx
    const before = found(await departments.lock(db, organisationId, id))
    const wanted = await changedFields<typeof sound>(tx, id, before, { set: sound, base })
    if (wanted.name === undefined) return before
    await claimName(tx, accountId, wanted.name, async () =>
      (await departments.list(db, organisationId, [accountId])).filter((one) => one.id !== id),
    )
    await departments.update(db, organisationId, id, wanted)
    await markFields(tx, id, Object.keys(wanted))
    const department = found(await departments.find(db, organisationId, id))
    tx.tell('department', department, [scope.setup(accountId)])
    for (const userId of await departments.listOperatorIds(db, organisationId, id))
      await tellUser(tx, userId)
    const after = wanted
    tx.note({ subject: 'department', subjectId: id, before: sameKeys(before, after), after })
    return department
  })
}

/** Refuses with `not_found` or `forbidden`. */
export async function readDepartmentUse(ctx: ActorCtx, id: string): Promise<DepartmentUse> {
  await mustSetUp(ctx, id)
  const { db, organisationId } = ctx
  const uses = await departments.listUses(db, organisationId, id)
  return { uses, queues: await departments.listQueues(db, organisationId, id) }
}

/** Refuses with `not_found`, `forbidden`, or `in_use` and where. */
export async function removeDepartment(ctx: ActorCtx, id: string): Promise<Record<string, never>> {
  const { accountId } = await mustSetUp(ctx, id)
  await write(ctx, 'department.remove', async (tx) => {
    const { db, organisationId } = tx
    const before = found(await departments.lock(db, organisationId, id))
    refuseUse(await departments.listUses(db, organisationId, id))
    await departments.remove(db, organisationId, id)
    tx.untell('department', id, [scope.setup(accountId)])
    tx.note({ subject: 'department', subjectId: id, before })
  }).catch(refuseLateUse)
  return {}
}
