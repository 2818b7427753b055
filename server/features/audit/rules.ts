// What a line of the audit says has changed.
import type { AuditChange } from '#contract/audit.ts'

/** What differs between two states, by field; what has no fields is one change without a name. */
export function changesOf(before: unknown, after: unknown): AuditChange[] {
  const [was, is] = [fieldsOf(before), fieldsOf(after)]
  const fields = new Set([...Object.keys(was), ...Object.keys(is)])
  return [...fields].flatMap((field) => {
    const change = { field, before: was[field] ?? null, after: is[field] ?? null }
    return JSON.stringify(change.before) === JSON.stringify(change.after) ? [] : [change]
  })
}

function fieldsOf(state: unknown): Record<string, unknown> {
  if (state === null || state === undefined) return {}
  return isObject(state) ? state : { '': state }
}

function isObject(state: unknown): state is Record<string, unknown> {
  return typeof state === 'object' && state !== null && !Array.isArray(state)
}
