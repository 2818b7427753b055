// Who may do what to a person: by where the person stands.

import type { PersonRecord } from '#contract/people.ts'
import { isWithin as isWithinRights, type Viewer } from '#contract/people-rules.ts'
import { may, type Permission } from '#contract/permissions.ts'
import type { Actor } from '../../platform/context.ts'
import type { Db } from '../../platform/database.ts'
import { Refusal } from '../../platform/refuse.ts'
import * as people from './queries.ts'

/** The path of a person: their departments and group, their account, and every account above it. */
export function pathOf(
  actor: Pick<Actor, 'paths'>,
  { accountId, teamIds }: Pick<people.Standing, 'accountId' | 'teamIds'>,
): readonly string[] {
  return [...teamIds, ...(actor.paths.get(accountId) ?? [])]
}

/** Whether the actor holds the permission where the person stands. */
export function mayReach(
  actor: Pick<Actor, 'paths' | 'grants'>,
  permission: Permission,
  standing: Pick<people.Standing, 'accountId' | 'teamIds'>,
): boolean {
  return may(actor.grants, permission, pathOf(actor, standing))
}

/** Where the person stands. Refuses with `not_found` one whom the actor may not see. */
export async function mustSee(
  db: Db,
  actor: Actor,
  membershipId: string,
): Promise<people.Standing> {
  const standing = await people.findStanding(db, actor.organisationId, membershipId)
  if (standing === undefined || !mayReach(actor, 'users.view', standing))
    throw new Refusal('not_found')
  return standing
}

/** The actor as the rules of a record see whoever looks at it. */
export function viewerOf({
  userId,
  grants,
  paths,
}: Pick<Actor, 'userId' | 'grants' | 'paths'>): Viewer {
  return { userId, grants, pathOf: (accountId) => paths.get(accountId) ?? [] }
}

/** Whether the actor may change the person: nobody touches one who may more than they do. */
export function isWithin(
  actor: Pick<Actor, 'userId' | 'paths' | 'grants'>,
  roles: PersonRecord['roles'],
): boolean {
  return isWithinRights(viewerOf(actor), roles)
}
