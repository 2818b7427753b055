// What of a role somebody may set, and what it may then do.
import { type Grant, mayGive, PERMISSIONS, type Permission } from '#contract/permissions.ts'
import type { RefusalCode } from '#contract/refusals.ts'
import { permissionField, permissionOfField } from '#contract/roles.ts'

/** A role as its fields: its name, and for every permission whether it gives it. */
export type Values = Record<string, string | boolean>

export function valuesOf(name: string, permissions: readonly Permission[]): Values {
  const each = PERMISSIONS.map((one) => [permissionField(one), permissions.includes(one)] as const)
  return { name, ...Object.fromEntries(each) }
}

/** The first key that is no field of a role, or whose value does not fit it. */
export function unsoundField(set: Values): string | undefined {
  return Object.keys(set).find((key) => {
    const kind = key === 'name' ? 'string' : permissionOfField(key) ? 'boolean' : undefined
    return kind === undefined || typeof set[key] !== kind
  })
}

/** What a role with these values may. */
export function permissionsIn(values: Values): Permission[] {
  return PERMISSIONS.filter((permission) => values[permissionField(permission)] === true)
}

export interface Change {
  key: string
  before: readonly Permission[]
  after: readonly Permission[]
}

/**
 * Why somebody may not make of the role what it would be. A role is the organisation's, so what
 * counts is what they hold at its root: they touch no role that may more than they do, and make none.
 * What they hold themselves they do not raise.
 */
export function whyNotChange(
  grants: readonly Grant[],
  root: string,
  { key, before, after }: Change,
): RefusalCode | undefined {
  if (!mayGive(grants, before, [root]) || !mayGive(grants, after, [root])) return 'forbidden'
  const raises = after.some((permission) => !before.includes(permission))
  return raises && grants.some((grant) => grant.role === key) ? 'own_rights' : undefined
}
