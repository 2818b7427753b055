// What the cells of a row want somebody's fields to be.
import { splitItems } from '#contract/csv.ts'
import {
  type Fields,
  type FieldValue,
  fieldKey,
  fieldOf,
  SKILL_LEVEL_MAX,
} from '#contract/fields.ts'
import { type ImportColumn, keyOf, LANGUAGE_WORDS } from '#contract/import-columns.ts'
import type { RowProblem } from '#contract/imports.ts'
import { LIMIT_MAX } from '#contract/shapes.ts'
import { cleanName, nameProblem } from '#contract/text.ts'
import { UNITS_MAX } from '#contract/units.ts'
import { type Catalogue, type Found, findThing } from './catalogue.ts'
import type { RoleThing, Thing, ThingKind } from './catalogue-queries.ts'

/** Whose cells they are: the account, and the fields as the actor sees them. */
export interface Now {
  catalogue: Catalogue
  accountId: string
  fields: Fields
}

interface Read {
  /** The values of the column's fields; what is not named stays. */
  values: Fields
  problems: { code: RowProblem['code']; value: string }[]
}

type Reader = (text: string, now: Now) => Read

const nothing: Read = { values: {}, problems: [] }
const one = (key: string, value: FieldValue): Read => ({ values: { [key]: value }, problems: [] })
const wrong = (code: RowProblem['code'], value: string): Read => ({
  values: {},
  problems: [{ code, value }],
})

function nameIn(key: string, whenEmpty: Read): Reader {
  return (text) => {
    if (text === '') return whenEmpty
    return nameProblem(text) === null ? one(key, cleanName(text)) : wrong('invalid', text)
  }
}

function limitIn(key: string): Reader {
  return (text) => {
    if (text === '') return nothing
    const isLimit = /^\d{1,3}$/.test(text) && Number(text) <= LIMIT_MAX
    return isLimit ? one(key, Number(text)) : wrong('invalid', text)
  }
}

/** An empty one is no such limit. */
function readUnits(text: string): Read {
  if (text === '') return one('limit.units', null)
  const isLimit = /^\d{1,4}$/.test(text) && Number(text) <= UNITS_MAX
  return isLimit ? one('limit.units', Number(text)) : wrong('invalid', text)
}

function readLanguage(text: string): Read {
  if (text === '') return nothing
  const language = keyOf(LANGUAGE_WORDS, text)
  return language === undefined ? wrong('invalid', text) : one('language', language)
}

function readGroup(text: string, now: Now): Read {
  if (isUnseen(now, text)) return nothing
  if (text === '') return one('supervisorGroupId', null)
  const isHeld = ({ id }: Thing) => now.fields['supervisorGroupId'] === id
  const group = find(now, 'group', text, isHeld, new Set())
  return typeof group === 'string' ? wrong(group, text) : one('supervisorGroupId', group.id)
}

function readShift(text: string, now: Now): Read {
  if (isUnseen(now, text)) return nothing
  if (text === '') return one('shiftId', null)
  const isHeld = ({ id }: Thing) => now.fields['shiftId'] === id
  const shift = find(now, 'hours', text, isHeld, new Set())
  return typeof shift === 'string' ? wrong(shift, text) : one('shiftId', shift.id)
}

type Family = 'department' | 'queue' | 'skill'

interface Item {
  thing: Found<Thing>
  /** Null when nothing is said in brackets. */
  detail: string | null
}

/** A cell of several things, with what is said of each: whatever is not named is taken away. */
function several(kind: Family, toValue: (detail: string | null, held: FieldValue) => FieldValue) {
  return (text: string, now: Now): Read => {
    const read: Read = { values: withoutAll(now, kind), problems: [] }
    const taken = new Set<string>()
    const items = splitItems(text).filter((item) => !isUnseen(now, item))
    for (const item of items) {
      const { thing, detail } = findItem(now, kind, item, taken)
      const code = typeof thing === 'string' ? thing : take(thing, detail)
      if (code !== undefined) read.problems.push({ code, value: item })
    }
    return read

    function take({ id }: Thing, detail: string | null): 'invalid' | undefined {
      taken.add(id)
      const key = fieldKey[kind](id)
      const value = toValue(detail, now.fields[key] ?? null)
      if (value === null) return 'invalid'
      read.values[key] = value
      return undefined
    }
  }
}

/** An id of what the actor does not see: it stays as it is, like everything that they do not see. */
function isUnseen({ catalogue }: Now, text: string): boolean {
  const [id = ''] = text.split(' (')
  return ID.test(id) && !catalogue.things.has(id)
}

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

function withoutAll({ fields }: Now, kind: Family | 'grant'): Fields {
  const keys = Object.keys(fields).filter((key) => fieldOf(key)?.kind === kind)
  return Object.fromEntries(keys.map((key) => [key, null]))
}

/** The whole of it may be a name, and a name may have brackets of its own. */
function findItem(now: Now, kind: Family, item: string, taken: ReadonlySet<string>): Item {
  const isHeld = ({ id }: Thing) => fieldKey[kind](id) in now.fields
  const whole = find(now, kind, item, isHeld, taken)
  if (whole !== 'not_found' || !item.endsWith(')')) return { thing: whole, detail: null }
  for (let at = item.indexOf('('); at > 0; at = item.indexOf('(', at + 1)) {
    const thing = find(now, kind, item.slice(0, at), isHeld, taken)
    if (thing !== 'not_found') return { thing, detail: item.slice(at + 1, -1).trim() }
  }
  return { thing: whole, detail: null }
}

function find(
  { catalogue, accountId }: Now,
  kind: ThingKind,
  name: string,
  isHeld: (thing: Thing) => boolean,
  taken: ReadonlySet<string>,
): Found<Thing> {
  const isTaken = ({ id }: Thing) => taken.has(id)
  return findThing(catalogue, [kind], name, { accountId, isHeld, isTaken })
}

function positionOf(detail: string | null): FieldValue {
  if (detail === null) return { position: null }
  return nameProblem(detail) === null ? { position: cleanName(detail) } : null
}

function serviceOf(detail: string | null, held: FieldValue): FieldValue {
  if (detail !== null) return null
  return held ?? { participates: true, tier: 1 }
}

/** One without a level has the one that is held, or the first. */
function levelOf(detail: string | null, held: FieldValue): FieldValue {
  if (detail === null) return held ?? { level: 1 }
  const isLevel = /^\d$/.test(detail) && Number(detail) >= 1 && Number(detail) <= SKILL_LEVEL_MAX
  return isLevel ? { level: Number(detail) } : null
}

/** A person keeps their roles where none is named: nobody is left with none by an empty cell. */
function readRoles(text: string, now: Now): Read {
  const items = splitItems(text)
  if (items.length === 0) return nothing
  const read: Read = { values: withoutAll(now, 'grant'), problems: [] }
  for (const item of items) {
    if (isUnseen(now, /@\s*(\S+)$/.exec(item)?.[1] ?? '')) continue
    const key = grantOf(now, item, read.values)
    if (key === 'not_found' || key === 'ambiguous') read.problems.push({ code: key, value: item })
    else read.values[key] = true
  }
  return read
}

function grantOf(now: Now, item: string, given: Fields): Found<string> {
  const whole = roleNamed(now, item)
  if (whole !== 'not_found') return typeof whole === 'string' ? whole : ownGrant(now, whole)
  const [, roleName, place] = /^(.*\S)\s*@\s*(\S.*)$/.exec(item) ?? []
  if (roleName === undefined || place === undefined) return 'not_found'
  const role = roleNamed(now, roleName)
  if (typeof role === 'string') return role
  const keyAt = ({ kind, id }: Thing) => grantKey(role, kind, id)
  const thing = findThing(now.catalogue, ['account', 'department', 'group', 'site'], place, {
    accountId: now.accountId,
    isHeld: (one) => keyAt(one) in now.fields,
    isTaken: (one) => given[keyAt(one)] === true,
  })
  return typeof thing === 'string' ? thing : keyAt(thing)
}

function grantKey({ id: roleId }: RoleThing, kind: ThingKind, id: string): string {
  const isScope = kind === 'account' || kind === 'department' || kind === 'group' || kind === 'site'
  if (!isScope) throw new Error(`no role is held at a ${kind}`)
  return fieldKey.grant(roleId, { kind, id })
}

function ownGrant({ accountId }: Now, role: RoleThing): string {
  return grantKey(role, 'account', accountId)
}

function roleNamed({ catalogue, fields }: Now, name: string): Found<RoleThing> {
  const named = catalogue.rolesByName.get(catalogue.fold(name)) ?? []
  const held = named.find(({ id }) =>
    Object.keys(fields).some((key) => key.startsWith(`grant:${id}@`)),
  )
  const [first, second] = named
  if (held) return held
  if (first === undefined) return 'not_found'
  return second === undefined ? first : 'ambiguous'
}

const READERS: Partial<Record<ImportColumn, Reader>> = {
  firstName: nameIn('firstName', nothing),
  lastName: nameIn('lastName', nothing),
  displayName: nameIn('displayName', one('displayName', null)),
  alias: nameIn('alias', one('alias', null)),
  language: readLanguage,
  roles: readRoles,
  departments: several('department', positionOf),
  group: readGroup,
  queues: several('queue', serviceOf),
  shift: readShift,
  skills: several('skill', levelOf),
  live: limitIn('limit.live'),
  deferred: limitIn('limit.deferred'),
  units: readUnits,
}

/** The values that the cells want, and what is wrong with them. */
export function readCells(
  cells: Partial<Record<ImportColumn, string>>,
  now: Now,
): { values: Fields; problems: RowProblem[] } {
  const values: Fields = {}
  const problems: RowProblem[] = []
  for (const column of COLUMNS_READ) {
    const text = cells[column]
    const read = text === undefined ? undefined : READERS[column]?.(text, now)
    if (read === undefined) continue
    Object.assign(values, read.values)
    problems.push(...read.problems.map((problem) => ({ column, ...problem })))
  }
  return { values, problems }
}

const COLUMNS_READ: readonly ImportColumn[] = [
  'firstName',
  'lastName',
  'displayName',
  'alias',
  'language',
  'roles',
  'departments',
  'group',
  'queues',
  'shift',
  'skills',
  'live',
  'deferred',
  'units',
]
