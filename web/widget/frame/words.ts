// The words of the one language that is loaded. `{name}` is filled in; `{n}` also picks the plural.
import type { Words } from './words/en.ts'

export type Language = 'en' | 'nl'
export type Key = keyof Words
type Fill = Readonly<Record<string, string | number>>

let words: Words | undefined
let language: Language = 'en'
let plurals = new Intl.PluralRules('en')
let numbers = new Intl.NumberFormat('en')
/** A time of day is written the way the visitor's own browser does, whatever the site's language. */
const times = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' })

/** Loads a language's words and sets the document's language to it. */
export async function speak(wanted: Language): Promise<void> {
  words = wanted === 'nl' ? (await import('./words/nl.ts')).nl : (await import('./words/en.ts')).en
  language = wanted
  plurals = new Intl.PluralRules(wanted)
  numbers = new Intl.NumberFormat(wanted)
  document.documentElement.lang = wanted
}

export const spoken = (): Language => language

/** The message in the loaded language. */
export function t(key: Key, values: Fill = {}): string {
  const message = words?.[key] ?? ''
  const text =
    typeof message === 'string'
      ? message
      : message[plurals.select(Number(values['n'])) === 'one' ? 'one' : 'other']
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name]
    return typeof value === 'number' ? numbers.format(value) : (value ?? whole)
  })
}

/** An instant as the day and the time, as near as it is, in the visitor's own zone. */
export function momentOf(instant: string, now = Date.now()): string {
  const at = new Date(instant)
  if (at.toDateString() === new Date(now).toDateString()) return timeOf(instant)
  const isNear = at.getTime() - now < 6 * 86_400_000
  const day = isNear ? ({ weekday: 'long' } as const) : ({ day: 'numeric', month: 'long' } as const)
  return `${new Intl.DateTimeFormat(language, day).format(at)} ${timeOf(instant)}`
}

/** An instant (ISO 8601) as a time of day, in the visitor's own zone. */
export const timeOf = (instant: string): string => times.format(new Date(instant))
