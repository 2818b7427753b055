// What is asked of the audit, as the address of the page has it: one can send it, and come back to it.
import type { AuditQuery } from '#contract/audit.ts'

export interface Asked {
  text: string
  actorId: string
  /** An action, or with a dot at its end all that begin so. */
  action: string
  subjectId: string
  /** Days, such as 2026-11-21; the last one is asked for as well. */
  from: string
  until: string
}

export const NOTHING: Asked = {
  text: '',
  actorId: '',
  action: '',
  subjectId: '',
  from: '',
  until: '',
}

const NAMES = {
  text: 'q',
  actorId: 'who',
  action: 'kind',
  subjectId: 'record',
  from: 'from',
  until: 'until',
} as const satisfies Record<keyof Asked, string>
const KEYS: readonly (keyof Asked)[] = ['text', 'actorId', 'action', 'subjectId', 'from', 'until']

const DAY = /^\d{4}-\d\d-\d\d$/
const SOUND: Record<keyof Asked, RegExp> = {
  text: /^.{0,120}$/s,
  actorId: /^[0-9a-f-]{36}$/,
  action: /^[a-z_.]{1,120}$/,
  subjectId: /^[\w:.-]{1,120}$/,
  from: DAY,
  until: DAY,
}

/** What the address asks for; what nobody could have meant is left out. */
export function readAsked(search: Pick<URLSearchParams, 'get'>): Asked {
  const asked = { ...NOTHING }
  for (const key of KEYS) {
    const value = search.get(NAMES[key]) ?? ''
    if (SOUND[key].test(value)) asked[key] = value
  }
  return asked
}

export function writeAsked(asked: Asked): string {
  const search = new URLSearchParams()
  for (const key of KEYS) if (asked[key] !== '') search.set(NAMES[key], asked[key])
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}

export function isNarrowed(asked: Asked): boolean {
  return KEYS.some((key) => asked[key].trim() !== '')
}

/** The question for the server; days are the reader's own. */
export function queryOf({ text, from, until, ...asked }: Asked): AuditQuery {
  const begin = startOf(from)
  const end = startOf(until, 1)
  const { actorId, action, subjectId } = asked
  return {
    ...(text.trim() !== '' && { q: text.trim() }),
    ...(actorId !== '' && { actorId }),
    ...(action !== '' && { action }),
    ...(subjectId !== '' && { subjectId }),
    ...(begin && { from: begin }),
    ...(end && { to: end }),
  }
}

/** The first moment of a day, or of one so many days later; undefined where there is no such day. */
function startOf(day: string, later = 0): string | undefined {
  if (day === '') return undefined
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  const start = new Date(year, month - 1, date + later)
  return Number.isNaN(start.getTime()) ? undefined : start.toISOString()
}
