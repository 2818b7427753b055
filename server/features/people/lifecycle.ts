// Blocking, archiving, coming back and leaving: what it would come to, and doing it, each person in
// a transaction of their own.
import type { Act, ActDone, ActOnPeople, Preview } from '#contract/people.ts'
import type { RefusalCode } from '#contract/refusals.ts'
import type { Actor, ActorCtx } from '../../platform/context.ts'
import { brokenConstraint, type Db } from '../../platform/database.ts'
import { Refusal } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import type { Outcome } from '../routing/queries.ts'
import { settleAll } from './actions.ts'
import { type Batch, keepLine, newBatch, untilWhen } from './batch-kept.ts'
import { endMembership, lockTarget, type Moved, moveTo } from './lifecycle-moves.ts'
import * as lifecycle from './lifecycle-queries.ts'
import {
  type Asked,
  foresee,
  isDone,
  isWrongStatus,
  stateAfter,
  stateOf,
} from './lifecycle-rules.ts'
import { isWithin, mayReach } from './reach.ts'

type Result = ActDone['results'][number]

/** So many people are put out of the way before what they held is given on. */
const AT_ONCE = 25

/**
 * Does the act to each of the people, or not at all: the results say, by a refusal's code. Refuses
 * with `not_found` when the actor may see none of them.
 */
export async function actOnPeople(ctx: ActorCtx, asked: ActOnPeople): Promise<ActDone> {
  await mustSeeAny(ctx, asked.ids)
  const batch = newBatch(ctx, 'act')
  const results = await oneByOne(ctx, asked.ids, (id) => actOnOne(ctx, id, asked, batch))
  return { ...(await untilWhen(ctx, batch)), results }
}

function actOnOne(
  ctx: ActorCtx,
  id: string,
  { act, accountId }: ActOnPeople,
  batch: Batch,
): Promise<Moved> {
  return write(ctx, `person.${act}`, async (tx) => {
    const target = await lockTarget(tx, id)
    const code = whyNot(ctx.actor, act, target, tx.now(), accountId)
    if (code) throw new Refusal(code)
    if (isDone(act, target)) return []
    if (act === 'remove') return endMembership(tx, target)
    const after = stateAfter(act, target, tx.now().toISOString())
    await keepLine(tx, batch, { membershipId: id, before: stateOf(target), after })
    return moveTo(tx, target, after)
  })
}

/** Refuses with `not_found` when the actor may see none of the people. */
export async function mustSeeAny({ db, actor }: ActorCtx, ids: readonly string[]): Promise<void> {
  const targets = await lifecycle.listTargets(db, actor.organisationId, ids)
  if (!targets.some((one) => mayReach(actor, 'users.view', one))) throw new Refusal('not_found')
}

/**
 * Does the work for each person, one after the other. What they held is given on when several are
 * out of the way, so that it does not go from one of them to the next.
 */
export async function oneByOne(
  ctx: ActorCtx,
  ids: readonly string[],
  work: (id: string) => Promise<Moved>,
): Promise<Result[]> {
  const results: Result[] = []
  const moved: Outcome[] = []
  for (const id of ids) {
    try {
      moved.push(...(await work(id)))
      results.push({ id, refusal: null })
    } catch (error) {
      results.push({ id, ...refusalOf(error) })
    }
    if (results.length % AT_ONCE === 0) await settleAll(ctx, moved.splice(0))
  }
  await settleAll(ctx, moved)
  return results
}

function refusalOf(error: unknown): Omit<Result, 'id'> {
  if (brokenConstraint(error) === 'last_administrator') return { refusal: 'last_administrator' }
  if (!(error instanceof Refusal)) throw error
  const { field } = error.details
  return { refusal: error.code, ...(field === undefined ? {} : { field }) }
}

/** Why the actor may not do that to the person now; undefined when they may. */
function whyNot(
  actor: Actor,
  act: Act,
  target: lifecycle.Target,
  now: Date,
  accountId?: string,
): RefusalCode | undefined {
  const code = whyNotTouch(actor, target)
  if (code) return code
  if (act === 'remove' && accountId !== undefined && accountId !== target.accountId)
    return 'inherited'
  return isWrongStatus(act, target, now) ? 'wrong_status' : undefined
}

/** Why the actor may do nothing of the kind to the person, whatever their status. */
export function whyNotTouch(actor: Actor, target: lifecycle.Target): RefusalCode | undefined {
  if (!mayReach(actor, 'users.view', target)) return 'not_found'
  if (!mayReach(actor, 'users.manage', target)) return 'forbidden'
  if (target.userId === actor.userId) return 'own_rights'
  return isWithin(actor, target.roles) ? undefined : 'stronger_person'
}

/**
 * What the act would come to, read as one moment of the database; changes nothing. Refuses with
 * `not_found` when the actor may see none of the people.
 */
export async function previewAct(ctx: ActorCtx, asked: ActOnPeople): Promise<Preview> {
  await mustSeeAny(ctx, asked.ids)
  return ctx.database.db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute((db) => previewAt(db, ctx, asked))
}

async function previewAt(
  db: Db,
  { actor, now }: ActorCtx,
  { act, ids, accountId }: ActOnPeople,
): Promise<Preview> {
  const { organisationId, paths } = actor
  const targets = await lifecycle.listTargets(db, organisationId, ids)
  const asked = ids.map((id): Asked => {
    const target = targets.find(({ membershipId }) => membershipId === id)
    const isSeen = target !== undefined && mayReach(actor, 'users.view', target)
    if (!isSeen) return { id, name: '', refusal: 'not_found' }
    const refusal = whyNot(actor, act, target, now(), accountId) ?? null
    return { id, name: target.name, refusal }
  })
  const userIds = [...new Set(targets.map(({ userId }) => userId))]
  const pathOf = (id: string) => paths.get(id) ?? []
  return foresee(act, asked, {
    memberships: await lifecycle.listMemberships(db, organisationId, userIds),
    places: await lifecycle.listPlaces(db, organisationId, userIds),
    chats: await lifecycle.listChats(db, organisationId, userIds),
    sessions: await lifecycle.countSessions(db, organisationId, userIds, now().toISOString()),
    administrators: await lifecycle.listAdministrators(db, organisationId),
    isSameBranch: (one, other) => pathOf(one).includes(other) || pathOf(other).includes(one),
  })
}
