// Who may do something to an operator: by any of the places where they work.
import { may, type Permission } from '#contract/permissions.ts'
import type { ActorCtx } from '../../platform/context.ts'

export interface Place {
  accountId: string
  teamIds: string[]
}

export function mayAtOneOf(
  { actor }: ActorCtx,
  permission: Permission,
  places: readonly Place[],
): boolean {
  return places.some(({ accountId, teamIds }) =>
    may(actor.grants, permission, [...teamIds, ...(actor.paths.get(accountId) ?? [])]),
  )
}
