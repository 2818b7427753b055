// From log lines to the rows of a frame: the last state of each row, only the keys that the
// contract names.
import { type LiveKind, liveRows } from '#contract/facts.ts'
import type { FrameRow } from '#contract/frames.ts'
import { cleanerOf } from './clean.ts'
import type { LogEvent } from './log.ts'

const cleaners = new Map(
  Object.entries(liveRows).map(([kind, schema]) => [kind, cleanerOf(schema)]),
)

function isLiveKind(kind: string): kind is LiveKind {
  return Object.hasOwn(liveRows, kind)
}

/** A row as it may leave the server: keys that its schema does not name are dropped. */
export function frameRow(kind: LiveKind, id: string, v: number, row: unknown): FrameRow {
  const clean = row === null ? null : cleaners.get(kind)?.(row)
  return [kind, id, v, clean] as FrameRow
}

/** What a scope is told of the events: the last word about each row, in the order of the log. */
export function rowsOf(scope: string, events: readonly LogEvent[]): FrameRow[] {
  const rows = new Map<string, FrameRow>()
  for (const { kind, entityId, seq, scopes, leftScopes, row } of events) {
    if (!isLiveKind(kind)) continue
    const isSeen = scopes.includes(scope)
    if (!isSeen && !leftScopes.includes(scope)) continue
    const key = `${kind} ${entityId}`
    rows.delete(key)
    rows.set(key, frameRow(kind, entityId, seq, isSeen ? row : null))
  }
  return [...rows.values()]
}

/** Every scope that a batch touches. */
export function scopesOf(events: readonly LogEvent[]): Set<string> {
  return new Set(events.flatMap(({ scopes, leftScopes }) => [...scopes, ...leftScopes]))
}
