// What can be set of a person: one flat record of fields, each with a key, a value and a version of
// its own. Editing, inviting, creating, changing many and importing all speak of the same fields.
//
//   firstName                        a name of the user
//   department:<department>          { position } of a member, or null
//   grant:<role>@<kind>:<scope>      true, or null: the role held there
//   limit.live                       how many chats
import { type Static, type TSchema, Type } from 'typebox'
import type { Permission, ScopeKind } from './permissions.ts'
import { Id, Language, Limit, Name, orNull, Strict } from './shapes.ts'
import { UnitLimit } from './units.ts'

export const Gender = Type.Union([
  Type.Literal('female'),
  Type.Literal('male'),
  Type.Literal('other'),
  Type.Literal('not_stated'),
])
export type Gender = Static<typeof Gender>

export const SKILL_LEVEL_MAX = 5
export const TIER_MAX = 9
export const DESCRIPTION_MAX = 500

const Description = Type.String({ minLength: 1, maxLength: DESCRIPTION_MAX })
/** E.164: +31612345678. */
export const Mobile = Type.String({ pattern: '^\\+[1-9][0-9]{6,14}$' })

/** A member of a department, with what they are there. */
export const Place = Strict({ position: orNull(Name) })
/**
 * Assigned to a queue. One who does not participate is rung only when nobody who participates is
 * online, together with all who do not. A lower tier is asked first.
 */
export const Service = Strict({
  participates: Type.Boolean(),
  tier: Type.Integer({ minimum: 1, maximum: TIER_MAX }),
})
export const SkillHeld = Strict({ level: Type.Integer({ minimum: 1, maximum: SKILL_LEVEL_MAX }) })
/** How a person appears on one site; null comes from the membership. */
export const Appearance = Strict({
  displayName: orNull(Name),
  description: orNull(Description),
  showsPhoto: orNull(Type.Boolean()),
})

/** The fields that have one name. `of`: whether the user or the membership has it. */
export const PLAIN_FIELDS = {
  firstName: { of: 'user', schema: Name },
  lastName: { of: 'user', schema: Name },
  gender: { of: 'user', schema: Gender },
  mobile: { of: 'user', schema: orNull(Mobile) },
  language: { of: 'user', schema: Language },
  /** The name shown to visitors, unless there is an alias. */
  displayName: { of: 'membership', schema: orNull(Name) },
  /** A nickname; when set, visitors see it and nothing else of the names. */
  alias: { of: 'membership', schema: orNull(Name) },
  description: { of: 'membership', schema: orNull(Description) },
  showsPhoto: { of: 'membership', schema: Type.Boolean() },
  /** The supervisor's group; it fixes the primary department. */
  supervisorGroupId: { of: 'membership', schema: orNull(Id) },
  /** The calendar they work by; null: at any time. The operator's, whatever the membership. */
  shiftId: { of: 'membership', schema: orNull(Id) },
  'limit.live': { of: 'membership', schema: Limit },
  'limit.deferred': { of: 'membership', schema: Limit },
  /** Over both kinds together; null: there is no such limit. */
  'limit.units': { of: 'membership', schema: orNull(UnitLimit) },
} as const satisfies Record<string, { of: 'user' | 'membership'; schema: TSchema }>

export type PlainField = keyof typeof PLAIN_FIELDS

/** The fields that there is one of for every department, queue, skill or site: null is none. */
export const KEYED_FIELDS = {
  department: orNull(Place),
  queue: orNull(Service),
  skill: orNull(SkillHeld),
  site: orNull(Appearance),
  grant: orNull(Type.Literal(true)),
} as const satisfies Record<string, TSchema>

export type FieldValue =
  | string
  | number
  | boolean
  | null
  | Static<typeof Place>
  | Static<typeof Service>
  | Static<typeof SkillHeld>
  | Static<typeof Appearance>

/** Values by field key. */
export type Fields = Record<string, FieldValue>

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const KEYED = new RegExp(`^(department|queue|skill|site):(${UUID})$`)
const GRANT = new RegExp(`^grant:(${UUID})@(account|department|group|site):(${UUID})$`)

export type FieldName =
  | { kind: 'plain'; name: PlainField }
  | { kind: 'department' | 'queue' | 'skill' | 'site'; id: string }
  | { kind: 'grant'; roleId: string; scope: { kind: ScopeKind; id: string } }

/** The parts of a field's key; undefined for what is no field. */
export function fieldOf(key: string): FieldName | undefined {
  if (isPlain(key)) return { kind: 'plain', name: key }
  const [, kind, id = ''] = KEYED.exec(key) ?? []
  if (kind === 'department' || kind === 'queue' || kind === 'skill' || kind === 'site')
    return { kind, id }
  const [, roleId = '', at, scopeId = ''] = GRANT.exec(key) ?? []
  if (at === 'account' || at === 'department' || at === 'group' || at === 'site')
    return { kind: 'grant', roleId, scope: { kind: at, id: scopeId } }
  return undefined
}

function isPlain(key: string): key is PlainField {
  return Object.hasOwn(PLAIN_FIELDS, key)
}

/** What a field's value must be. */
export function schemaOf(field: FieldName): TSchema {
  return field.kind === 'plain' ? PLAIN_FIELDS[field.name].schema : KEYED_FIELDS[field.kind]
}

export const fieldKey = {
  department: (id: string) => `department:${id}`,
  queue: (id: string) => `queue:${id}`,
  skill: (id: string) => `skill:${id}`,
  site: (id: string) => `site:${id}`,
  grant: (roleId: string, scope: { kind: ScopeKind; id: string }) =>
    `grant:${roleId}@${scope.kind}:${scope.id}`,
}

/** The sections of the editor: each saves alone. */
export const SECTIONS = [
  'profile',
  'rights',
  'departments',
  'sites',
  'skills',
  'queues',
  'limits',
] as const
export type SectionName = (typeof SECTIONS)[number]

const SECTION_OF: Record<Exclude<FieldName['kind'], 'plain'>, SectionName> = {
  department: 'departments',
  queue: 'queues',
  skill: 'skills',
  site: 'sites',
  grant: 'rights',
}

/** What somebody may on a site stands with how they appear there. */
export function sectionOf(field: FieldName): SectionName {
  if (field.kind === 'grant' && field.scope.kind === 'site') return 'sites'
  if (field.kind !== 'plain') return SECTION_OF[field.kind]
  if (field.name.startsWith('limit.')) return 'limits'
  if (field.name === 'shiftId') return 'queues'
  return field.name === 'supervisorGroupId' ? 'departments' : 'profile'
}

/** What only somebody who answers chats has: queues, limits and a shift. */
export function isOfOperator(field: FieldName): boolean {
  if (field.kind !== 'plain') return field.kind === 'queue'
  return field.name === 'shiftId' || field.name.startsWith('limit.')
}

/** The permission that changing a field of somebody else needs at that person's place. */
export function neededFor(field: FieldName): Permission {
  return sectionOf(field) === 'limits' ? 'limits.manage' : 'users.manage'
}

/** Values by key, as a request carries them; the server checks each by its own schema. */
export const FieldsShape = Type.Record(
  Type.String({ minLength: 1, maxLength: 160 }),
  Type.Union([
    Type.String({ maxLength: 2000 }),
    Type.Number(),
    Type.Boolean(),
    Type.Null(),
    Place,
    Service,
    SkillHeld,
    Appearance,
  ]),
  { maxProperties: 300 },
)

/** Who set a field last, when, and its version: 0 for one that was never changed. */
export const Mark = Type.Object({
  version: Type.Integer(),
  by: orNull(Type.String()),
  at: orNull(Type.String()),
})
export type Mark = Static<typeof Mark>
