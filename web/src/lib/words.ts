// Every word a person reads.
//
// Where words live: words/<locale>/<area>.ts, one flat object per area. To add one, write the English
// line, then the Dutch (the type of the Dutch file names what is missing), then use it:
//
//   words/en/people.ts   'invite.sent': 'Invitation sent to {name}',
//                        'count': { one: '{n} person', other: '{n} people' },
//   anywhere             t('people.invite.sent', { name })      t('people.count', { n: 3 })
//
// - `{name}` is filled in; a number is written the locale's way. `{n}` chooses the plural form.
// - A page asks for its areas before it is drawn: `export const load = () => needWords('people')` in
//   its +page.ts. `shell`, `signin` and `refusals` are always here.
// - A refusal is said with refusalText(code): its sentences are keyed by the contract's codes.
// - Call t() in the markup or in a $derived, never once at the top of a module: a change of language
//   then redraws it. words.test.ts holds the locales together.
import type { RefusalBody } from '#contract/refusals.ts'
import { epochMs, type Instant } from './clock.svelte.ts'
import type { Area, Arguments, Key } from './words/catalogue.ts'
import { type Locale, language } from './words/locale.svelte.ts'
import type { Catalogue } from './words/message.ts'

export type { Area, Key } from './words/catalogue.ts'
export { LOCALES, type Locale, localeFor, localeNames } from './words/locale.svelte.ts'

type Fill = Readonly<Record<string, string | number>>

/** Makes a formatter once per locale and options, since making one is slow. */
function remembering<Options extends object, Formatter>(
  make: (locale: string, options: Options) => Formatter,
): (options: Options) => Formatter {
  const made = new Map<string, Formatter>()
  return (options) => {
    const key = `${language.tag} ${JSON.stringify(options)}`
    const formatter = made.get(key) ?? make(language.tag, options)
    made.set(key, formatter)
    return formatter
  }
}

const numbers = remembering(
  (locale, options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options),
)
const plurals = remembering(
  (locale, options: Intl.PluralRulesOptions) => new Intl.PluralRules(locale, options),
)
const dates = remembering(
  (locale, options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options),
)
const relatives = remembering(
  (locale, options: Intl.RelativeTimeFormatOptions) => new Intl.RelativeTimeFormat(locale, options),
)
const lists = remembering(
  (locale, options: Intl.ListFormatOptions) => new Intl.ListFormat(locale, options),
)
const collators = remembering(
  (locale, options: Intl.CollatorOptions) => new Intl.Collator(locale, options),
)

function sentence(message: Catalogue[string], values: Fill): string {
  if (typeof message === 'string') return message
  const category = plurals({}).select(Number(values['n'] ?? 0))
  return message[category] ?? message.other ?? ''
}

function fill(text: string, values: Fill): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name]
    if (value === undefined) return whole
    return typeof value === 'number' ? formatNumber(value) : value
  })
}

/** The message in the language on the screen; a key that is not loaded shows itself. */
export function t<K extends Key>(key: K, ...[values]: Arguments<K>): string {
  return lookUp(key, values ?? {}) ?? key
}

/** The message for a name that others made, such as the audit's of an action; undefined: none. */
export function named(area: Area, name: string): string | undefined {
  return lookUp(`${area}.${name}`, {})
}

function lookUp(key: string, values: Fill): string | undefined {
  const dot = key.indexOf('.')
  const message = language.messages(key.slice(0, dot))?.[key.slice(dot + 1)]
  return message === undefined ? undefined : fill(sentence(message, values), values)
}

/** Fetches the areas a page is about to speak, in the language on the screen. */
export function needWords(...areas: Area[]): Promise<void> {
  return language.need(areas)
}

/** Fetches what every page speaks. */
export function startWords(): Promise<void> {
  return language.need(['shell', 'signin', 'refusals'])
}

/** The locale on the screen; reactive. */
export function locale(): Locale {
  return language.locale
}

/** Changes the language of the whole page without a reload, and keeps the choice on this device. */
export async function useLocale(wanted: Locale): Promise<void> {
  await language.use(wanted)
  language.remember(wanted)
}

/** The sentence for a refusal's code. */
export function refusalText(code: RefusalBody['error']['code'] | 'unreachable'): string {
  return lookUp(`refusals.${code}`, {}) ?? t('refusals.internal')
}

export function formatNumber(value: number, options: Intl.NumberFormatOptions = {}): string {
  return numbers(options).format(value)
}

/** Takes a share of one: 0.86 is 86%. */
export function formatPercent(share: number): string {
  return numbers({ style: 'percent', maximumFractionDigits: 0 }).format(share)
}

/** The clock time, `14:32`; with seconds where asked. */
export function formatTime(instant: Instant, seconds = false): string {
  const timeStyle = seconds ? 'medium' : 'short'
  return dates({ timeStyle }).format(epochMs(instant))
}

/** The clock time in another zone than this browser's. */
export function formatTimeIn(timeZone: string, instant: Instant): string {
  return dates({ timeStyle: 'short', timeZone }).format(epochMs(instant))
}

/** The day, `21 Nov 2026`. */
export function formatDate(instant: Instant): string {
  return dates({ dateStyle: 'medium' }).format(epochMs(instant))
}

/** Day and time, for tooltips and for what is read aloud. */
export function formatDateTime(instant: Instant): string {
  return dates({ dateStyle: 'medium', timeStyle: 'short' }).format(epochMs(instant))
}

const steps = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const

/** `2 minutes ago`, `yesterday`. `now` is epoch milliseconds: pass clock.time to keep it true. */
export function formatRelative(instant: Instant, now: number): string {
  const away = epochMs(instant) - now
  const formatter = relatives({ numeric: 'auto' })
  for (const [unit, ms] of steps) {
    if (Math.abs(away) >= ms) return formatter.format(Math.trunc(away / ms), unit)
  }
  return formatter.format(0, 'second')
}

const parts = [
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const

/** A length of time in words, its two largest parts: `2 min 41 sec`. Takes milliseconds. */
export function formatLength(ms: number): string {
  let left = Math.max(0, Math.round(ms / 1000))
  const said: string[] = []
  for (const [unit, seconds] of parts) {
    const count = Math.floor(left / seconds)
    left -= count * seconds
    if (count > 0) said.push(formatNumber(count, { style: 'unit', unit, unitDisplay: 'short' }))
  }
  const none = formatNumber(0, { style: 'unit', unit: 'second', unitDisplay: 'short' })
  return said.slice(0, 2).join(' ') || none
}

/** `Sales, Service and Billing`. */
export function formatList(items: readonly string[]): string {
  return lists({ type: 'conjunction' }).format(items)
}

/** The order of names in the language on the screen; `10` comes after `9`. */
export function compareNames(a: string, b: string): number {
  return collators({ numeric: true }).compare(a, b)
}
