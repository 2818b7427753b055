// Thirty days after they were archived people are erased. What they wrote to visitors stays, by
// nobody's name.
import { ARCHIVE_DAYS } from '#contract/people.ts'
import { scope } from '#contract/scopes.ts'
import { type ActingCtx, actingIn, type Ctx, type Tx } from '../../platform/context.ts'
import { write } from '../../platform/write.ts'
import { settle } from '../routing/actions.ts'
import * as batches from './batch-queries.ts'
import * as erase from './erase-queries.ts'
import { endMembership, lockTarget } from './lifecycle-moves.ts'
import { isDue } from './lifecycle-rules.ts'

const DAY_MS = 86_400_000

/** Erases everybody whose days are over; answers how many. One who cannot be erased is logged. */
export async function eraseDue(ctx: Ctx, now: Date): Promise<number> {
  const moment = new Date(now.getTime() - ARCHIVE_DAYS * DAY_MS).toISOString()
  let count = 0
  for (const { organisationId, id } of await erase.listDue(ctx.db, moment)) {
    try {
      if (await eraseOne(actingIn(ctx, organisationId, null), id)) count += 1
    } catch (err) {
      ctx.log.error({ event: 'person.not_erased', membershipId: id, err })
    }
  }
  await batches.forgetBefore(ctx.db, new Date(now.getTime() - DAY_MS).toISOString())
  return count
}

/** False for one whom another server has erased, or somebody has restored, meanwhile. */
async function eraseOne(ctx: ActingCtx, membershipId: string): Promise<boolean> {
  const moved = await write(ctx, 'person.erase', async (tx) => {
    const target = await lockTarget(tx, membershipId)
    if (!isDue(target, tx.now())) return []
    const outcome = await endMembership(tx, target)
    await forget(tx, target.userId, membershipId)
    return outcome
  })
  for (const outcome of moved) await settle(ctx.db, outcome)
  return moved.length > 0
}

async function forget(tx: Tx, userId: string, membershipId: string): Promise<void> {
  const { db, organisationId } = tx
  if (await erase.isMemberAnywhere(db, userId))
    return erase.forgetTold(db, organisationId, [membershipId])
  const invited = await erase.forgetInvited(db, organisationId, userId)
  await erase.anonymise(db, userId, tx.now().toISOString())
  await erase.forgetTold(db, organisationId, [membershipId, ...invited.map(({ id }) => id)])
  for (const row of invited) tx.tell('invitation', row, [scope.people(row.accountId)])
}
