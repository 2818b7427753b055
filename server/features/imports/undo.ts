// Taking an import back: fields go back where they still are as the import made them, and invitations
// that nobody has accepted are withdrawn.
import { isDeepStrictEqual } from 'node:util'
import type { Fields } from '#contract/fields.ts'
import type { ImportUndone } from '#contract/imports.ts'
import type { ActorCtx, Tx } from '../../platform/context.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import { revokeImported } from '../invites/many.ts'
import { keepingAnAdministrator, settleAll } from '../people/actions.ts'
import { appendEvents, lockPeople } from '../people/many-queries.ts'
import type { Outcome } from '../routing/queries.ts'
import { tellElsewhere } from '../users/actions.ts'
import { doneOf } from './actions.ts'
import { setMany } from './apply.ts'
import type { Work } from './judge.ts'
import * as kept from './kept-queries.ts'
import { whyNotSet } from './rights.ts'
import { loadWorld, type World } from './world.ts'

/**
 * Takes an import of the actor's back. Taking back twice is taking back once. Refuses with
 * `not_found`, `wrong_status` (it was not applied), `undo_over` or `last_administrator`.
 */
export async function undoImport(ctx: ActorCtx, id: string): Promise<ImportUndone> {
  const { organisationId, actor } = ctx
  const at = { organisationId, id, userId: actor.userId }
  const { undone, outcomes } = await keepingAnAdministrator(() =>
    write(ctx, 'import.undo', async (tx) =>
      undoOnce(tx, ctx, found(await kept.findOwn(tx.db, at, true))),
    ),
  )
  await settleAll(ctx, outcomes)
  // Others' names are set only where they work here alone; one's own are shown wherever one works.
  await tellElsewhere(ctx, actor.userId)
  return undone
}

async function undoOnce(
  tx: Tx,
  ctx: ActorCtx,
  own: kept.Kept,
): Promise<{ undone: ImportUndone; outcomes: Outcome[] }> {
  if (own.undone) return { undone: own.undone, outcomes: [] }
  const done = doneOf(own)
  if (done === null) throw new Refusal('wrong_status')
  if (done.undoUntil <= tx.now().toISOString()) throw new Refusal('undo_over')
  const { organisationId, actorId, browser, requestId } = tx
  const { id } = own
  await kept.takeTime(tx.db)
  const { works, world, keptWorks } = await findBack(tx, ctx, own)
  const { revoked, accepted, lines: withdrawn } = await revokeImported(tx, id)
  const { events, told, outcome, lines } = await setMany(tx, world, works)
  const undone = { revoked, restored: works.length, kept: keptWorks + accepted }
  await kept.markUndone(tx.db, { organisationId, id }, undone)
  // From here on the log is locked.
  await appendEvents(tx.db, { organisationId, actorId }, events, told)
  const by = { organisationId, actorId, ip: browser.ip, requestId }
  await kept.appendAudits(tx.db, { ...by, action: 'import.undo' }, [...withdrawn, ...lines])
  tx.note({ subject: 'import', subjectId: id, after: undone })
  return { undone, outcomes: [outcome] }
}

/** What goes back, and how many rows keep something: set by others since, or not the actor's to set now. */
async function findBack(tx: Tx, { actor }: ActorCtx, own: kept.Kept) {
  const rows = await kept.listToDo(tx.db, tx.organisationId, own.id)
  const changes = rows.map(({ work }) => work).filter(({ member }) => member !== null)
  const members = changes.flatMap(({ member }) => member ?? [])
  await lockPeople(
    tx.db,
    members.map(({ userId }) => userId),
    members.map(({ membershipId }) => membershipId),
  )
  const { accountId, language } = own
  const asked = changes.map(({ email }, line) => ({ line, cells: { email }, isTooLong: false }))
  const about = { accountId, language, columns: own.columns }
  const world = await loadWorld({ db: tx.db, actor, now: tx.now() }, about, asked)
  const backs = changes.map((work) => ({ work, back: backOf(world, work) }))
  const works = backs.flatMap(({ back }) => back ?? [])
  const keptWorks = backs.filter(
    ({ work, back }) => back === null || Object.keys(back.set).length < reversible(work),
  ).length
  return { works, world, keptWorks }
}

/** A limit of somebody who had none cannot be taken away again. */
function reversible({ set, before }: Work): number {
  return Object.keys(set).filter((key) => !isNewLimit(key, before)).length
}

function isNewLimit(key: string, before: Fields): boolean {
  return key.startsWith('limit.') && before[key] === null
}

/** The row turned round, as far as it still stands; null where nothing of it does. */
function backOf(world: World, work: Work): Work | null {
  const stands = world.byUser.get(work.member?.userId ?? '') ?? []
  const stand = stands.find(({ membershipId }) => membershipId === work.member?.membershipId)
  if (stand === undefined || stand.status === 'archived') return null
  const standing = Object.entries(work.set).filter(
    ([key, value]) =>
      !isNewLimit(key, work.before) && isDeepStrictEqual(stand.fields[key] ?? null, value),
  )
  const set = Object.fromEntries(standing.map(([key]) => [key, work.before[key] ?? null]))
  if (standing.length === 0 || whyNotSet(world, stand, set).length > 0) return null
  return { ...work, set, before: Object.fromEntries(standing) }
}
