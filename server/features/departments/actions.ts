// Making departments.
import type { Department, NewDepartment } from '#contract/departments.ts'
import { scope } from '#contract/scopes.ts'
import { mustHold } from '../../platform/allow.ts'
import type { ActorCtx } from '../../platform/context.ts'
import { claimName } from '../../platform/names.ts'
import { write } from '../../platform/write.ts'
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
