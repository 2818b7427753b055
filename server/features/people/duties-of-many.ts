// What setting fields of many people asks of each as an operator: queues, limits, the shift, and
// whether they are one at all.
import { Check } from 'typebox/value'
import { isOfOperator, Service } from '#contract/fields.ts'
import type { SoundField } from './field-values.ts'
import type * as many from './many-queries.ts'
import type { ShiftOf } from './operator-queries.ts'
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
  /** Undefined: as it is; null: none. */
  shiftId?: string | null
}

/** Whose limit in units is set. */
export function unitLimitsOf(duties: ReadonlyMap<string, Wanted>): many.UnitLimit[] {
  return [...duties].flatMap(([userId, { units }]) =>
    units === undefined ? [] : [{ userId, unitLimit: units }],
  )
}

/** Whose shift is set. */
export function shiftsOf(duties: ReadonlyMap<string, Wanted>): ShiftOf[] {
  return [...duties].flatMap(([userId, { shiftId }]) =>
    shiftId === undefined ? [] : [{ userId, shiftId }],
  )
}

/** Of those whose roles, queues, limits or shift are set. */
export function dutiesByUser(all: readonly One[]): Map<string, Wanted> {
  const byUser = new Map<string, Wanted>()
  for (const { userId, accountId, fields } of all) {
    const own = fields.filter(({ field }) => field.kind === 'grant' || isOfOperator(field))
    if (own.length === 0) continue
    const none: Wanted = { accountId, put: [], remove: [], live: null, deferred: null }
    const wanted = byUser.get(userId) ?? none
    for (const one of own) addDuty(wanted, one)
    byUser.set(userId, wanted)
  }
  return byUser
}

function addDuty(wanted: Wanted, { key, field, value }: SoundField): void {
  if (field.kind === 'queue') addQueue(wanted, field.id, value)
  const limit = typeof value === 'number' ? value : null
  if (key === 'limit.live') wanted.live = limit
  if (key === 'limit.deferred') wanted.deferred = limit
  if (key === 'limit.units') wanted.units = limit
  if (key === 'shiftId') wanted.shiftId = typeof value === 'string' ? value : null
}

function addQueue({ put, remove }: Wanted, queueId: string, value: SoundField['value']): void {
  if (Check(Service, value)) put.push({ queueId, ...value })
  else remove.push(queueId)
}

/** What `keepOperator` would do of one; undefined for nothing. */
export function placingOf(
  userId: string,
  { put, remove, live, deferred, units, shiftId }: Wanted,
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
  const isPlaced = put.length > 0 || hasLimits
  const isAsked = isPlaced || remove.length > 0 || units !== undefined || shiftId !== undefined
  const isMeant = kinds !== undefined || isPlaced || typeof shiftId === 'string'
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
