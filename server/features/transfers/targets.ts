// Where a chat may go: the people, queues and departments that the one who asks may see, as they
// stand at this moment.
import { type Operator, statusOf } from '#contract/presence.ts'
import type { ChatKind } from '#contract/shapes.ts'
import type { TargetKind, TargetPerson, Targets } from '#contract/transfers.ts'
import { effectiveLimit } from '#contract/units.ts'
import type { Actor, ActorCtx } from '../../platform/context.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import * as accounts from '../accounts/queries.ts'
import * as presence from '../presence/queries.ts'
import * as transfers from './queries.ts'

/** A chat that somebody wants to hand on, and whether they hold it or stand above it. */
export interface Handled {
  standing: transfers.Standing
  isHolder: boolean
  isAbove: boolean
}

/**
 * The chat, for whoever holds it or may move it. Refuses with `not_found`, or with `forbidden` whoever
 * only sees it.
 */
export async function mustHandle(ctx: ActorCtx, chatId: string): Promise<Handled> {
  const { db, actor, organisationId } = ctx
  const standing = found(await transfers.findStanding(db, organisationId, chatId))
  const isHolder = standing.holderId === actor.userId
  const isAbove = mayMove(actor, standing.accountId)
  if (isHolder || isAbove) return { standing, isHolder, isAbove }
  throw new Refusal(
    accounts.mayAt(actor, 'wall.view', standing.accountId) ? 'forbidden' : 'not_found',
  )
}

/** Whether the actor may give and move what belongs to the account, whoever holds it. */
export function mayMove(actor: Actor, accountId: string): boolean {
  return accounts.mayAt(actor, 'operators.manage', accountId)
}

/** Refuses as `mustHandle`. */
export async function listTargets(ctx: ActorCtx, chatId: string): Promise<Targets> {
  const { db, organisationId } = ctx
  const { standing, isHolder, isAbove } = await mustHandle(ctx, chatId)
  const sight = sightOf(ctx, standing)
  return {
    people: await listPeople(ctx, sight),
    queues: await transfers.listQueues(db, organisationId, sight),
    departments: await transfers.listDepartments(db, organisationId, sight),
    left: isHolder ? await transfers.countLeft(db, organisationId, chatId) : null,
    mayAssign: isAbove,
  }
}

/** A target by its kind and id, if the one who asks may see it; its name. Refuses with `not_found`. */
export async function mustSeeTarget(
  ctx: ActorCtx,
  standing: transfers.Standing,
  { kind, id }: { kind: TargetKind; id: string },
): Promise<string> {
  const { db, organisationId } = ctx
  const sight = sightOf(ctx, standing)
  const among = {
    operator: () => listPeople(ctx, sight),
    queue: () => transfers.listQueues(db, organisationId, sight),
    department: () => transfers.listDepartments(db, organisationId, sight),
  }
  const seen: readonly { id: string; name: string }[] = await among[kind]()
  return found(seen.find((one) => one.id === id)).name
}

function sightOf({ actor }: ActorCtx, standing: transfers.Standing): transfers.Sight {
  return { accountIds: accounts.visibleIds(actor), userId: actor.userId, standing }
}

async function listPeople(
  { db, organisationId }: ActorCtx,
  { accountIds, standing }: transfers.Sight,
): Promise<TargetPerson[]> {
  const operators = await presence.listOperators(db, organisationId, accountIds)
  return operators
    .filter(({ id, takesChats, takesTests }) => {
      return id !== standing.holderId && (standing.isTest ? takesTests : takesChats)
    })
    .map((operator) => personOf(operator, standing))
}

function personOf(
  operator: Operator,
  {
    kind,
    chatUnits,
    fullIds,
    allowance,
  }: Pick<transfers.Standing, 'kind' | 'chatUnits' | 'fullIds' | 'allowance'>,
): TargetPerson {
  const { id, name, photo, department } = operator
  const { used } = operator[kind]
  // What their units leave for such a chat, where that is less.
  const { limit } = effectiveLimit(operator, kind, chatUnits)
  const handed = effectiveLimit(whenHanded(operator, kind, allowance), kind, chatUnits)
  const word = statusOf(operator)
  const isThere = word === 'available' || word === 'at_limit'
  const isFull = used >= limit || fullIds.includes(id)
  const takesHanded = isFull && used < handed.limit && !fullIds.includes(id)
  const status = isThere ? (isFull ? 'at_limit' : 'available') : word
  return { id, name, photo, department, status, used, limit, takesHanded }
}

/** With the limit of the kind that counts for what is handed to them by name; a limit of 0 is none. */
function whenHanded(operator: Operator, kind: ChatKind, allowance: number): Operator {
  const { limit, ...load } = operator[kind]
  return { ...operator, [kind]: { ...load, limit: limit === 0 ? 0 : limit + allowance } }
}
