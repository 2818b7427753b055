// Fields as they stand in a file: what changes is shown column by column, in the file's own words.
import { Check } from 'typebox/value'
import { joinItems } from '#contract/csv.ts'
import { type Fields, type FieldValue, fieldOf, Place, SkillHeld } from '#contract/fields.ts'
import {
  type ImportColumn,
  keyOf,
  LANGUAGE_WORDS,
  ROLE_WORDS,
  roleText,
  withDetail,
} from '#contract/import-columns.ts'
import type { Language } from '#contract/shapes.ts'
import { isPointer } from '../people/field-targets.ts'
import type { Catalogue } from './catalogue.ts'

/** Whose fields, for whom. */
export interface Written {
  catalogue: Catalogue
  accountId: string
  language: Language
}

const PLAIN: Readonly<Record<string, ImportColumn>> = {
  firstName: 'firstName',
  lastName: 'lastName',
  displayName: 'displayName',
  alias: 'alias',
  language: 'language',
  supervisorGroupId: 'group',
  shiftId: 'shift',
  'limit.live': 'live',
  'limit.deferred': 'deferred',
  'limit.units': 'units',
}
const KEYED: Readonly<Record<string, ImportColumn>> = {
  department: 'departments',
  queue: 'queues',
  skill: 'skills',
  grant: 'roles',
}

/** The column in which a field stands; undefined for one that no file has. */
export function columnOfKey(key: string): ImportColumn | undefined {
  return PLAIN[key] ?? KEYED[fieldOf(key)?.kind ?? '']
}

/** What stands in the column. */
export function columnText(column: ImportColumn, fields: Fields, of: Written): string {
  const entries = Object.entries(fields).filter(
    ([key, value]) => value !== null && columnOfKey(key) === column,
  )
  const texts = entries.map(([key, value]) => itemText(key, value, of))
  return Object.values(KEYED).includes(column)
    ? joinItems(texts.toSorted((a, b) => a.localeCompare(b)))
    : (texts[0] ?? '')
}

function itemText(key: string, value: FieldValue, of: Written): string {
  const field = fieldOf(key)
  if (field?.kind === 'plain') return plainText(field.name, value, of)
  if (field?.kind === 'grant') return grantText(field, of)
  const name = field === undefined ? '' : nameOf(of.catalogue, field.id)
  if (Check(Place, value)) return withDetail(name, value.position)
  return Check(SkillHeld, value) ? withDetail(name, value.level) : name
}

function plainText(name: string, value: FieldValue, { catalogue, language }: Written): string {
  if (isPointer(name)) return nameOf(catalogue, String(value))
  const spoken = name === 'language' ? keyOf(LANGUAGE_WORDS, String(value)) : undefined
  return spoken === undefined ? String(value) : LANGUAGE_WORDS[language][spoken]
}

function nameOf({ things }: Catalogue, id: string): string {
  return things.get(id)?.name ?? ''
}

function grantText(
  { roleId, scope }: { roleId: string; scope: { id: string } },
  { catalogue, accountId, language }: Written,
): string {
  const role = catalogue.roles.get(roleId)
  const builtIn = role?.isBuiltIn ? keyOf(ROLE_WORDS, role.key) : undefined
  const name = builtIn === undefined ? (role?.name ?? '') : ROLE_WORDS[language][builtIn]
  return roleText(name, scope.id === accountId ? null : nameOf(catalogue, scope.id))
}
