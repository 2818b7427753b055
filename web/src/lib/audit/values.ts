// What a line of the audit says was changed, ready to be read: parts of a whole one by one, values in
// words.
import type { AuditChange } from '#contract/audit.ts'

/** How the reader says what a value cannot say by itself. */
export interface Saying {
  nothing: string
  yes: string
  no: string
  /** The name of the thing with the id, where it is known. */
  nameOf(id: string): string | undefined
  labelOf(field: string): string
  instant(iso: string): string
  list(items: readonly string[]): string
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/
/** So many characters of a text are worth reading in a line. */
const TEXT_MOST = 500

/** Something that came or went with more parts than this is told part by part. */
const WHOLE_MOST = 3

/** The changes; one whose before and after have parts of their own becomes the parts that differ. */
export function partsOf(changes: readonly AuditChange[]): AuditChange[] {
  return changes.flatMap((change) => {
    const { field } = change
    const [before, after] = [partsIn(change.before), partsIn(change.after)]
    if (!before || !after || isSmall(change)) return [change]
    const keys = new Set([...Object.keys(before), ...Object.keys(after)])
    return [...keys]
      .map((key) => ({
        field: `${field}.${key}`,
        before: before[key] ?? null,
        after: after[key] ?? null,
      }))
      .filter((part) => JSON.stringify(part.before) !== JSON.stringify(part.after))
  })
}

/** The parts of a value; nothing has none, a text or a list cannot have any. */
function partsIn(value: unknown): Record<string, unknown> | undefined {
  if (value === null || value === undefined) return {}
  return isParts(value) ? value : undefined
}

function isSmall({ before, after }: AuditChange): boolean {
  if (isParts(before) && isParts(after)) return false
  const whole = isParts(before) ? before : after
  return !isParts(whole) || Object.keys(whole).length <= WHOLE_MOST
}

function isParts(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A value in words. */
export function sayValue(value: unknown, saying: Saying): string {
  if (value === null || value === undefined || value === '') return saying.nothing
  if (typeof value === 'boolean') return value ? saying.yes : saying.no
  if (typeof value === 'string') return sayText(value, saying)
  if (Array.isArray(value))
    return value.length === 0
      ? saying.nothing
      : saying.list(value.map((one) => sayValue(one, saying)))
  if (isParts(value))
    return saying.list(
      Object.entries(value)
        .filter(([, part]) => part !== null)
        .map(([key, part]) => `${saying.labelOf(key)}: ${sayValue(part, saying)}`),
    )
  return String(value)
}

function sayText(text: string, saying: Saying): string {
  if (INSTANT.test(text)) return saying.instant(text)
  const name = saying.nameOf(text) ?? text
  return name.length > TEXT_MOST ? `${name.slice(0, TEXT_MOST)}…` : name
}
