// A field's value in words, for sentences that name it.
import type { FieldValue } from '#contract/fields.ts'
import { t } from '#lib/words.ts'

export function valueText(value: FieldValue): string {
  if (value === null) return t('record.value.none')
  if (typeof value === 'boolean') return value ? t('record.value.yes') : t('record.value.no')
  return typeof value === 'object' ? partsText(value) : String(value)
}

function partsText(value: Exclude<FieldValue, string | number | boolean | null>): string {
  if ('position' in value) return value.position ?? t('record.value.yes')
  if ('level' in value) return t('record.value.level', { level: value.level })
  if ('displayName' in value)
    return (
      [value.displayName, value.description].filter(Boolean).join(', ') || t('record.value.none')
    )
  return value.participates
    ? t('record.value.tier', { tier: value.tier })
    : t('record.value.outside')
}
