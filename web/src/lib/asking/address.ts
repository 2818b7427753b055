// What a list is asked for, as the address of its page has it: one can send it, and come back to it.

/** A part of the question: its name in the address, and what it can look like. */
export interface Part {
  name: string
  sound: RegExp
}

export const AN_ID = /^[0-9a-f-]{36}$/
/** A day, such as 2026-11-21. */
export const A_DAY = /^\d{4}-\d\d-\d\d$/

export interface Addressed<K extends string> {
  /** What the address asks for; what nobody could have meant is left out. */
  read(search: Pick<URLSearchParams, 'get'>): Record<K, string>
  write(asked: Readonly<Record<K, string>>): string
  isNarrowed(asked: Readonly<Record<K, string>>): boolean
}

export function addressed<K extends string>(
  nothing: Readonly<Record<K, string>>,
  keys: readonly K[],
  parts: Readonly<Record<K, Part>>,
): Addressed<K> {
  return {
    read(search) {
      const asked: Record<K, string> = { ...nothing }
      for (const key of keys) {
        const value = search.get(parts[key].name) ?? ''
        if (parts[key].sound.test(value)) asked[key] = value
      }
      return asked
    },
    write(asked) {
      const search = new URLSearchParams()
      for (const key of keys) if (asked[key] !== '') search.set(parts[key].name, asked[key])
      const text = search.toString()
      return text === '' ? '' : `?${text}`
    },
    isNarrowed: (asked) => keys.some((key) => asked[key].trim() !== ''),
  }
}

/** Those parts of a question that say something. */
export function said<T extends Record<string, string | undefined>>(
  parts: T,
): { [K in keyof T]?: string } {
  const found: { [K in keyof T]?: string } = {}
  for (const key in parts) if (parts[key]?.trim()) found[key] = parts[key].trim()
  return found
}

/** The first moment of the reader's own day, or of one so many days later; undefined where there is no such day. */
export function startOf(day: string, later = 0): string | undefined {
  if (day === '') return undefined
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  const start = new Date(year, month - 1, date + later)
  return Number.isNaN(start.getTime()) ? undefined : start.toISOString()
}
