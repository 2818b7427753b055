// What names in a file mean, for somebody who sees so much of the organisation.
import { fieldOf } from '#contract/fields.ts'
import { folded, ROLE_WORDS } from '#contract/import-columns.ts'
import { BUILT_IN_ROLES } from '#contract/permissions.ts'
import type { Actor } from '../../platform/context.ts'
import type { Db } from '../../platform/database.ts'
import * as accounts from '../accounts/queries.ts'
import { isFor, isPointer, pointOf, type Targets } from '../people/field-targets.ts'
import type { SoundField } from '../people/field-values.ts'
import {
  type AccountRules,
  listAccountRules,
  listRoles,
  listThings,
  type RoleThing,
  type Thing,
  type ThingKind,
} from './catalogue-queries.ts'

export interface Catalogue {
  /** What the actor sees, by id. */
  things: ReadonlyMap<string, Thing>
  byName: ReadonlyMap<string, readonly Thing[]>
  roles: ReadonlyMap<string, RoleThing>
  rolesByName: ReadonlyMap<string, readonly RoleThing[]>
  accounts: ReadonlyMap<string, AccountRules>
  presets: readonly Thing[]
  paths: Actor['paths']
  /** As `folded`; the same few names are asked for again and again. */
  fold: (text: string) => string
  /** Whether the actor sees what a field points at; true for one that points nowhere. */
  shows: (key: string, value: SoundField['value']) => boolean
}

export async function loadCatalogue(db: Db, actor: Actor): Promise<Catalogue> {
  const { organisationId, paths } = actor
  const visible = accounts.visibleIds(actor)
  const above = new Set(visible.flatMap((id) => paths.get(id) ?? []))
  const things = await listThings(db, organisationId, visible, [...above])
  const roles = await listRoles(db, organisationId)
  const rules = await listAccountRules(db, organisationId)
  const known = byId(things)
  return {
    fold: remembering(folded),
    shows: showing(known),
    things: known,
    byName: grouped(things, ({ kind, name }) => [`${kind} ${folded(name)}`]),
    roles: byId(roles),
    rolesByName: grouped(roles, (role) => [...new Set(namesOfRole(role).map(folded))]),
    accounts: byId(rules),
    presets: things.filter(({ isPreset }) => isPreset),
    paths,
  }
}

function remembering<T>(work: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const made = work(text)
    known.set(text, made)
    return made
  }
}

function showing(things: ReadonlyMap<string, Thing>): Catalogue['shows'] {
  const isShown = remembering((key) => {
    const field = fieldOf(key)
    if (field === undefined) return false
    const point = pointOf(field, null)
    return point === undefined || things.has(point.id)
  })
  return (key, value) =>
    isPointer(key) ? typeof value === 'string' && things.has(value) : isShown(key)
}

function byId<T extends { id: string }>(rows: readonly T[]): Map<string, T> {
  return new Map(rows.map((row) => [row.id, row]))
}

export function grouped<T>(rows: readonly T[], keysOf: (row: T) => readonly string[]) {
  const groups = new Map<string, T[]>()
  for (const row of rows)
    for (const key of keysOf(row)) {
      const group = groups.get(key)
      if (group) group.push(row)
      else groups.set(key, [row])
    }
  return groups
}

function namesOfRole({ key, name, isBuiltIn }: RoleThing): string[] {
  const builtIn = isBuiltIn ? BUILT_IN_ROLES.find((role) => role === key) : undefined
  return builtIn === undefined
    ? [name, key]
    : [name, key, ROLE_WORDS.en[builtIn], ROLE_WORDS.nl[builtIn]]
}

export type Found<T> = T | 'not_found' | 'ambiguous'

/**
 * What is meant by a name, for a person of an account: what they have already, else what lies nearest
 * above them, else what lies below.
 */
export function findThing(
  catalogue: Catalogue,
  kinds: readonly ThingKind[],
  name: string,
  at: { accountId: string; isHeld: (thing: Thing) => boolean; isTaken: (thing: Thing) => boolean },
): Found<Thing> {
  const key = catalogue.fold(name)
  const byId = catalogue.things.get(name)
  const known = byId === undefined ? [] : [byId].filter(({ kind }) => kinds.includes(kind))
  const named = kinds
    .flatMap((kind) => catalogue.byName.get(`${kind} ${key}`) ?? [])
    .concat(known)
    .filter((one) => isFor(catalogue.paths, at.accountId, one.kind, one))
    .filter((one) => !at.isTaken(one))
  const held = named.find(at.isHeld)
  if (held) return held
  return nearest(
    catalogue,
    at.accountId,
    named.filter(({ isInUse }) => isInUse),
  )
}

function nearest(catalogue: Catalogue, accountId: string, things: readonly Thing[]): Found<Thing> {
  const path = catalogue.paths.get(accountId) ?? []
  const distance = ({ accountId: at }: Thing) => (path.includes(at) ? path.indexOf(at) : Infinity)
  const least = Math.min(...things.map(distance))
  const [first, second] = things.filter((thing) => distance(thing) === least)
  if (first === undefined) return 'not_found'
  return second === undefined ? first : 'ambiguous'
}

/** What a field points at; undefined for what the actor does not see, and for what points nowhere. */
export function thingOf(
  catalogue: Pick<Catalogue, 'things'>,
  { field, value }: Pick<SoundField, 'field' | 'value'>,
): Thing | undefined {
  const point = pointOf(field, value)
  return point && catalogue.things.get(point.id)
}

export function targetsIn(catalogue: Catalogue, fields: readonly SoundField[]): Targets {
  return new Map(
    fields.flatMap((one) => {
      const thing = thingOf(catalogue, one)
      return thing === undefined ? [] : [[one.key, thing] as const]
    }),
  )
}
