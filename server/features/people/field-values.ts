// Whether values fit their fields, and their stored form. Knows nothing of what is there.
import type { Static } from 'typebox'
import { Check } from 'typebox/value'
import {
  Appearance,
  DESCRIPTION_MAX,
  type FieldName,
  type Fields,
  type FieldValue,
  fieldOf,
  Place,
  schemaOf,
} from '#contract/fields.ts'
import { cleanMessage, messageProblem } from '#contract/text.ts'
import { soundName } from '../../platform/names.ts'
import { Refusal } from '../../platform/refuse.ts'

export interface SoundField {
  key: string
  field: FieldName
  value: FieldValue
}

const NAMES: ReadonlySet<string> = new Set(['firstName', 'lastName', 'displayName', 'alias'])

/** The fields as they are stored. Refuses with `invalid` a key or a value that is none. */
export function soundValues(set: Fields): SoundField[] {
  return Object.entries(set).map(([key, value]) => {
    const field = fieldOf(key)
    if (field === undefined || !Check(schemaOf(field), value))
      throw new Refusal('invalid', { field: key })
    return { key, field, value: soundValue(key, field, value) }
  })
}

function soundValue(key: string, field: FieldName, value: FieldValue): FieldValue {
  if (value === null) return null
  if (field.kind === 'department' && Check(Place, value)) return soundPlace(key, value)
  if (field.kind === 'site' && Check(Appearance, value)) return soundAppearance(key, value)
  if (typeof value !== 'string') return value
  if (NAMES.has(key)) return soundName(value, key)
  return key === 'description' ? soundText(value, key) : value
}

function soundPlace(key: string, { position }: Static<typeof Place>) {
  return { position: position === null ? null : soundName(position, key) }
}

function soundAppearance(key: string, look: Static<typeof Appearance>) {
  const { displayName, description, showsPhoto } = look
  return {
    displayName: displayName === null ? null : soundName(displayName, key),
    description: description === null ? null : soundText(description, key),
    showsPhoto,
  }
}

function soundText(given: string, field: string): string {
  const problem = messageProblem(given, DESCRIPTION_MAX)
  if (problem !== null) throw new Refusal('invalid', { field, message: problem })
  return cleanMessage(given)
}
