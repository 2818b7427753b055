// One login on two devices in different places at the same time: nobody is shut out, but whoever
// administers the account hears of it, once a day.
import { actingIn, type Ctx, type Tx } from '../../platform/context.ts'
import { write } from '../../platform/write.ts'
import { notify } from '../notifications/actions.ts'
import * as places from './place-queries.ts'
import { addSeconds, SAME_TIME_MINUTES } from './rules.ts'

/** Looks at everybody, or at one user; answers how many there was something to tell of. */
export async function noticeTwoPlaces(ctx: Ctx, userId?: string): Promise<number> {
  const now = ctx.now()
  const since = addSeconds(now, -SAME_TIME_MINUTES * 60)
  const day = now.toISOString().slice(0, 10)
  const pairs = await places.listInTwoPlaces(ctx.db, since, day, userId)
  for (const pair of pairs)
    await write(actingIn(ctx, pair.organisationId, null), 'user.in_two_places', (tx) =>
      tellAdministrators(tx, pair, day),
    )
  return pairs.length
}

async function tellAdministrators(tx: Tx, pair: places.InTwoPlaces, day: string): Promise<void> {
  const { userId, ...data } = pair
  // Another server may have told it a moment ago.
  if (!(await places.keepDay(tx.db, tx.organisationId, userId, day))) return
  const { organisationId: _, ...said } = data
  tx.note({ subject: 'user', subjectId: userId, after: { one: said.one, other: said.other } })
  for (const id of await places.listAdministratorsOf(tx.db, tx.organisationId, userId))
    await notify(tx, { userId: id, kind: 'two_places', data: said })
}
