// What of a role somebody may set, and what it may then do.
import { type Grant, mayGive, PERMISSIONS, type Permission } from '#contract/permissions.ts'
import type { RefusalCode } from '#contract/refusals.ts'
import {
  LIMITED,
  limitOfField,
  permissionField,
  permissionOfField,
  ROLE_LIMITS_MAX,
} from '#contract/roles.ts'
import type { RoleLimits } from '#contract/users.ts'

/** A role as its fields: its name, for every permission whether it gives it, and its limits. */
export type Values = Record<string, string | boolean | number | null>

export interface RoleShape {
  name: string
  permissions: readonly Permission[]
  limits: RoleLimits
}

export function valuesOf({ name, permissions, limits }: RoleShape): Values {
  const each = PERMISSIONS.map((one) => [permissionField(one), permissions.includes(one)] as const)
  const limited = LIMITED.map((one) => [`limit.${one}`, limits[one]] as const)
  return { name, ...Object.fromEntries(each), ...Object.fromEntries(limited) }
}

/** The role that has these values. */
export function shapeOf(values: Values): RoleShape {
  const limit = (of: keyof RoleLimits) => {
    const value = values[`limit.${of}`]
    return typeof value === 'number' ? value : null
  }
  return {
    name: String(values['name']),
    permissions: permissionsIn(values),
    limits: { live: limit('live'), deferred: limit('deferred'), units: limit('units') },
  }
}

/** The first key that is no field of a role, or whose value does not fit it. */
export function unsoundField(set: Values): string | undefined {
  return Object.keys(set).find((key) => !isSound(key, set[key] ?? null))
}

function isSound(key: string, value: string | boolean | number | null): boolean {
  const limited = limitOfField(key)
  if (limited !== undefined)
    return (
      value === null ||
      (typeof value === 'number' && value >= 0 && value <= ROLE_LIMITS_MAX[limited])
    )
  if (permissionOfField(key)) return typeof value === 'boolean'
  return key === 'name' && typeof value === 'string'
}

function permissionsIn(values: Values): Permission[] {
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
