// Thirty days after they were archived people are erased. What they wrote to visitors stays, by
// nobody's name.
import { ARCHIVE_DAYS } from '#contract/people.ts'
import { type ActingCtx, actingIn, type Ctx, type Tx } from '../../platform/context.ts'
import { Refusal } from '../../platform/refuse.ts'
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
      // Another server was there first.
      if (err instanceof Refusal && err.code === 'not_found') continue
      ctx.log.error({ event: 'person.not_erased', membershipId: id, err })
    }
  }
  await batches.forgetBefore(ctx.db, new Date(now.getTime() - DAY_MS).toISOString())
  return count
}

/** False for one whom another server has erased, or somebody has restored, meanwhile. */
async function eraseOne(ctx: ActingCtx, membershipId: string): Promise<boolean> {
  const erased = await write(ctx, 'person.erase', async (tx) => {
    const target = await lockTarget(tx, membershipId)
    if (!isDue(target, tx.now())) return undefined
    const moved = await endMembership(tx, target)
    await forget(tx, target.userId, membershipId)
    return { moved, userId: target.userId }
  })
  if (erased === undefined) return false
  for (const outcome of erased.moved) await settle(ctx.db, outcome)
  if (!(await erase.isMemberAnywhere(ctx.db, erased.userId)))
    await erase.forgetOperatorTold(ctx.db, ctx.organisationId, erased.userId)
  // Each organisation has a log of its own, in which it is told.
  for (const id of await erase.listInvitedIn(ctx.db, erased.userId))
    await write(actingIn(ctx, id, null), 'invitation.forget', (tx) =>
      forgetInvited(tx, erased.userId),
    )
  return true
}

async function forget(tx: Tx, userId: string, membershipId: string): Promise<void> {
  const { db, organisationId } = tx
  await erase.forgetTold(db, organisationId, [membershipId])
  if (await erase.isMemberAnywhere(db, userId)) return
  await forgetInvited(tx, userId)
  await erase.anonymise(db, userId, tx.now().toISOString())
}

async function forgetInvited(tx: Tx, userId: string): Promise<void> {
  const { db, organisationId } = tx
  const invited = await erase.forgetInvited(db, organisationId, userId)
  await erase.forgetTold(
    db,
    organisationId,
    invited.map(({ row }) => row.id),
  )
  for (const { row, scopes } of invited) tx.tell('invitation', row, scopes)
}
