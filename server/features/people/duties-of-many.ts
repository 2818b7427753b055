// What setting fields of many people asks of each as an operator: queues, limits, and whether they are
// one at all.
import { Check } from 'typebox/value'
import { Service } from '#contract/fields.ts'
import type { SoundField } from './field-values.ts'
import type * as many from './many-queries.ts'
import { meansOf } from './rules.ts'

interface One {
  userId: string
  accountId: string
  fields: readonly SoundField[]
}

interface Wanted {
  accountId: string
  put: { queueId: string; tier: number; participates: boolean }[]
  remove: string[]
  live: number | null
  deferred: number | null
  /** Undefined: as it is; null: none. */
  units?: number | null
}

/** Whose limit in units is set. */
export function unitLimitsOf(duties: ReadonlyMap<string, Wanted>): many.UnitLimit[] {
  return [...duties].flatMap(([userId, { units }]) =>
    units === undefined ? [] : [{ userId, unitLimit: units }],
  )
}

/** Of those whose roles, queues or limits are set. */
export function dutiesByUser(all: readonly One[]): Map<string, Wanted> {
  const byUser = new Map<string, Wanted>()
  for (const { userId, accountId, fields } of all) {
    const own = fields.filter(({ key, field }) => isOfDuty(key, field))
    if (own.length === 0) continue
    const none: Wanted = { accountId, put: [], remove: [], live: null, deferred: null }
    const wanted = byUser.get(userId) ?? none
    for (const one of own) addDuty(wanted, one)
    byUser.set(userId, wanted)
  }
  return byUser
}

function isOfDuty(key: string, field: SoundField['field']): boolean {
  return field.kind === 'grant' || field.kind === 'queue' || key.startsWith('limit.')
}

function addDuty(wanted: Wanted, { key, field, value }: SoundField): void {
  if (field.kind === 'queue') {
    if (Check(Service, value)) wanted.put.push({ queueId: field.id, ...value })
    else wanted.remove.push(field.id)
  }
  const limit = typeof value === 'number' ? value : null
  if (key === 'limit.live') wanted.live = limit
  if (key === 'limit.deferred') wanted.deferred = limit
  if (key === 'limit.units') wanted.units = limit
}

/** What `keepOperator` would do of one; undefined for nothing. */
export function placingOf(
  userId: string,
  { put, remove, live, deferred, units }: Wanted,
  {
    roles,
    kinds,
  }: {
    roles: readonly (readonly Parameters<typeof meansOf>[0][number][number][])[]
    kinds: { takesChats: boolean; takesTests: boolean } | undefined
  },
  limits: { live: number; deferred: number } | undefined,
): many.Placing | undefined {
  const hasLimits = [live, deferred, units].some((limit) => typeof limit === 'number')
  const isAsked = put.length > 0 || remove.length > 0 || hasLimits || units !== undefined
  const isMeant = kinds !== undefined || put.length > 0 || hasLimits
  const { isOperator, takesChats, takesTests } = meansOf(roles, isMeant)
  const item = {
    userId,
    isNew: kinds === undefined,
    isGone: !isOperator,
    put,
    remove,
    live,
    deferred,
  }
  const placing = {
    ...{ ...item, takesChats, takesTests },
    ...{ newLive: limits?.live ?? 0, newDeferred: limits?.deferred ?? 0 },
  }
  if (!isOperator) return kinds && { ...placing, isNew: false }
  const isSame = kinds?.takesChats === takesChats && kinds.takesTests === takesTests
  return isSame && !isAsked ? undefined : placing
}
