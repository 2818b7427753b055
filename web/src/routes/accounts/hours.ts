// How long an invitation holds, in words.
import { formatNumber, t } from '#lib/words.ts'

export const HOURS_MAX = 720

/** The hint under the field: whole days are said as days. */
export function hoursInWords(hours: number): string {
  const days = Math.round((hours / 24) * 10) / 10
  const length =
    days >= 1 && Number.isInteger(days)
      ? t('accounts.hours.days', { n: days })
      : formatNumber(days, { style: 'unit', unit: 'day', unitDisplay: 'long' })
  return t('accounts.hours.hint', { n: hours, length })
}
