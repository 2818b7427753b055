// Who may do what where, and why: answered from the very grants, and by the very rule, by which every
// door is kept. An asker hears of people and places that they may see, and of nothing else.
import type { Grant, Permission } from '#contract/permissions.ts'
import { may } from '#contract/permissions.ts'
import type { Because, Explained, Holder, PlaceKind } from '#contract/roles.ts'
import type { Actor, ActorCtx } from '../../platform/context.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import * as accounts from '../accounts/queries.ts'
import { mayReach } from '../people/reach.ts'
import * as logins from '../sign-in/queries.ts'
import * as explain from './explain-queries.ts'
import * as roles from './queries.ts'

interface Question {
  permission: Permission
  kind: PlaceKind
  at: string
}

/** Whether somebody may, and why. Refuses with `not_found` a person or a place that is not seen. */
export async function explainCan(
  ctx: ActorCtx,
  { userId, ...question }: Question & { userId: string },
): Promise<Explained> {
  const { db, organisationId } = ctx
  const { permission } = question
  const path = await pathOf(ctx, question)
  const members = await explain.listMembers(db, organisationId, [userId])
  if (!members.some((member) => isSeen(ctx.actor, member))) throw new Refusal('not_found')
  const grants = await logins.listGrants(db, organisationId, userId)
  const all = await roles.list(db, organisationId)
  const known = await knowing(ctx, all, path, question.at)
  if (may(grants, permission, path))
    return { may: true, because: giving(grants, permission, path).map(known), whyNot: null }
  const resting = members.filter((member) => !member.counts)
  const asleep = await restingGrants(ctx, all, resting)
  return {
    may: false,
    because: [],
    whyNot: {
      resting: resting
        .filter((member) => isSeen(ctx.actor, member))
        .map(({ accountId, status }) => ({ accountId, status })),
      wouldCount: giving(asleep, permission, path).map(known),
      wouldGive: all
        .filter((role) => role.permissions.includes(permission))
        .map(({ id, key, name }) => ({ id, key, name })),
    },
  }
}

/** Everybody who may, by name. Refuses with `not_found` a place that is not seen. */
export async function explainWho(ctx: ActorCtx, question: Question): Promise<Holder[]> {
  const { db, organisationId } = ctx
  const { permission } = question
  const path = await pathOf(ctx, question)
  const grants = await logins.listGrantsAt(db, organisationId, path)
  const able = [...grants].filter(([, held]) => may(held, permission, path))
  const known = await knowing(ctx, await roles.list(db, organisationId), path, question.at)
  const ids = able.map(([userId]) => userId)
  const seen = (await explain.listMembers(db, organisationId, ids)).filter((member) =>
    isSeen(ctx.actor, member),
  )
  return [...Map.groupBy(seen, ({ userId }) => userId)].flatMap(([userId, [member]]) => {
    if (member === undefined) return []
    const { membershipId, firstName, lastName, photo } = member
    const because = giving(grants.get(userId) ?? [], permission, path).map(known)
    return [{ userId, membershipId, firstName, lastName, photo, because }]
  })
}

/** The path of the place, which the asker must be able to view the people of. */
async function pathOf(
  { db, actor, organisationId }: ActorCtx,
  { kind, at }: Question,
): Promise<readonly string[]> {
  const place = found(await explain.findPlace(db, organisationId, kind, at))
  const path = [...place.inside, ...(actor.paths.get(place.accountId) ?? [])]
  if (!may(actor.grants, 'users.view', path)) throw new Refusal('not_found')
  return path
}

function isSeen(actor: Actor, member: explain.Member): boolean {
  return mayReach(actor, 'users.view', member)
}

function giving(
  grants: readonly Grant[],
  permission: Permission,
  path: readonly string[],
): Grant[] {
  return grants.filter((grant) => may([grant], permission, path))
}

async function restingGrants(
  { db, organisationId }: ActorCtx,
  all: readonly roles.KnownRole[],
  resting: readonly explain.Member[],
): Promise<Grant[]> {
  const ids = resting.map(({ membershipId }) => membershipId)
  const held = await explain.listHeldThrough(db, organisationId, ids)
  const permissions = new Map(all.map((role) => [role.key, role.permissions]))
  return held.map(({ key, kind, at, accountId }) => ({
    ...{ role: key, kind, at, accountId },
    permissions: permissions.get(key) ?? [],
  }))
}

/** Puts a grant into words: where it is held, as far as the asker may know of that. */
async function knowing(
  { db, actor, organisationId }: ActorCtx,
  all: readonly roles.KnownRole[],
  path: readonly string[],
  asked: string,
): Promise<(grant: Grant) => Because> {
  const roleNames = new Map(all.map(({ key, name }) => [key, name]))
  const names = await explain.namesOf(db, organisationId, path)
  const visible = new Set(accounts.visibleIds(actor))
  return ({ role, kind, at, accountId }) => {
    const place = visible.has(accountId) ? (names.get(at) ?? null) : null
    const isInherited = at !== asked
    return {
      roleKey: role,
      roleName: roleNames.get(role) ?? role,
      kind,
      at: place === null ? null : at,
      place,
      inheritedFrom: isInherited ? place : null,
      isInherited,
    }
  }
}
