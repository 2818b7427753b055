// What a place in the tree may be, and who gains and who loses when an account moves: pure.
import type { AccessChange, AccountKind } from '#contract/accounts.ts'
import type { Permission } from '#contract/permissions.ts'
import type { RefusalCode } from '#contract/refusals.ts'

export interface Move {
  /** The account, and everything above it. */
  path: readonly string[]
  /** The new parent, and everything above that. */
  newPath: readonly string[]
  newParentKind: AccountKind
}

/** Why the account cannot go below the other one; null when it can. */
export function whyNotMove({ path, newPath, newParentKind }: Move): RefusalCode | null {
  const [id, parentId] = path
  if (id === undefined || newPath.includes(id)) return 'account_circle'
  // The organisation itself, or below something that has nothing below it.
  if (parentId === undefined || newParentKind === 'location') return 'invalid'
  return null
}

/** A role that somebody holds at an account on the way up from the one that moves. */
export interface HeldAbove {
  userId: string
  name: string
  key: string
  roleName: string
  at: string
  permissions: readonly Permission[]
}

export interface AccessChanges {
  gains: AccessChange[]
  loses: AccessChange[]
}

/**
 * Who gains and who loses what at an account whose way up changes. What somebody loses through one
 * role and keeps through another is not lost.
 */
export function accessChanges(
  held: readonly HeldAbove[],
  before: readonly string[],
  after: readonly string[],
): AccessChanges {
  const people = Map.groupBy(held, ({ userId }) => userId)
  const changes = [...people.values()].map((roles) => ({
    gain: differenceOf(within(roles, after), within(roles, before)),
    loss: differenceOf(within(roles, before), within(roles, after)),
  }))
  return {
    gains: sorted(changes.flatMap(({ gain }) => gain)),
    loses: sorted(changes.flatMap(({ loss }) => loss)),
  }
}

function within(roles: readonly HeldAbove[], path: readonly string[]): HeldAbove[] {
  return roles.filter(({ at }) => path.includes(at))
}

/** What the first roles give and the others do not; also a mere sight of the account counts. */
function differenceOf(more: readonly HeldAbove[], less: readonly HeldAbove[]): AccessChange[] {
  const [first] = more
  if (first === undefined) return []
  const kept = new Set(less.flatMap(({ permissions }) => permissions))
  const isSightItself = less.length === 0
  const roles = more.flatMap(({ key, roleName: name, at, permissions }) => {
    const only = permissions.filter((permission) => !kept.has(permission))
    return only.length > 0 || isSightItself ? [{ key, name, at, permissions: only }] : []
  })
  if (roles.length === 0) return []
  const permissions = [...new Set(roles.flatMap((role) => role.permissions))]
  return [{ userId: first.userId, name: first.name, permissions, roles }]
}

function sorted(changes: AccessChange[]): AccessChange[] {
  return changes.toSorted(
    (a, b) => a.name.localeCompare(b.name) || a.userId.localeCompare(b.userId),
  )
}
