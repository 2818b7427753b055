// Applying frames to rows: the one reducer, used by pages, by tests and by the simulation.
import type { LiveKind, LiveRow } from './facts.ts'
import type { Frame, FrameRow, Snapshot } from './frames.ts'

interface Held<K extends LiveKind> {
  kind: K
  id: string
  v: number
  row: LiveRow[K]
  /** The scopes through which the row is seen; the last one that goes takes the row with it. */
  scopes: Set<string>
}
type Kept = { [K in LiveKind]?: Map<string, Held<K>> }

/** What to do after a frame: it was applied, it was old, or something before it is missing. */
export type Applied = 'applied' | 'old' | 'gap'

/** Rows by kind and id, kept true by snapshots and frames. Tells `changed` which rows moved. */
export class Replica {
  readonly #kept: Kept = {}
  readonly #positions = new Map<string, number>()
  /** What is seen through each scope: one of thousands of rows is left without asking the others. */
  readonly #seen = new Map<string, Set<Held<LiveKind>>>()
  readonly #changed: (kind: LiveKind, id: string) => void

  constructor(changed: (kind: LiveKind, id: string) => void = () => {}) {
    this.#changed = changed
  }

  /** The position of a scope; -1 when nothing is known of it. */
  position(scope: string): number {
    return this.#positions.get(scope) ?? -1
  }

  get<K extends LiveKind>(kind: K, id: string): LiveRow[K] | undefined {
    return this.#of(kind).get(id)?.row
  }

  all<K extends LiveKind>(kind: K): LiveRow[K][] {
    return [...this.#of(kind).values()].map((held) => held.row)
  }

  /** Replaces everything that is known of a scope. */
  reset(scope: string, snapshot: Snapshot): void {
    const named = new Set(snapshot.r.map(([kind, id]) => `${kind} ${id}`))
    for (const { kind, id } of [...(this.#seen.get(scope) ?? [])])
      if (!named.has(`${kind} ${id}`)) this.#leave(scope, kind, id)
    for (const row of snapshot.r) this.#put(scope, row)
    this.#positions.set(scope, snapshot.t)
  }

  apply(frame: Frame): Applied {
    const at = this.position(frame.s)
    if (frame.t <= at) return 'old'
    if (frame.p > at) return 'gap'
    for (const row of frame.r) this.#put(frame.s, row)
    this.#positions.set(frame.s, frame.t)
    return 'applied'
  }

  /** Forgets a scope and every row that is seen through it alone. */
  forget(scope: string): void {
    for (const { kind, id } of [...(this.#seen.get(scope) ?? [])]) this.#leave(scope, kind, id)
    this.#seen.delete(scope)
    this.#positions.delete(scope)
  }

  #of<K extends LiveKind>(kind: K): Map<string, Held<K>> {
    const known = this.#kept[kind] as Map<string, Held<K>> | undefined
    if (known) return known
    const fresh = new Map<string, Held<K>>()
    ;(this.#kept as Record<string, unknown>)[kind] = fresh
    return fresh
  }

  #put(scope: string, [kind, id, v, row]: FrameRow): void {
    if (row === null) {
      this.#leave(scope, kind, id)
      return
    }
    const rows = this.#of(kind)
    const known = rows.get(id)
    const held = known ?? { kind, id, v, row, scopes: new Set() }
    if (known === undefined) rows.set(id, held)
    this.#see(scope, held)
    if (v < held.v) return
    held.v = v
    held.row = row
    this.#changed(kind, id)
  }

  #see(scope: string, held: Held<LiveKind>): void {
    const seen = this.#seen.get(scope) ?? new Set()
    this.#seen.set(scope, seen.add(held))
    held.scopes.add(scope)
  }

  #leave(scope: string, kind: LiveKind, id: string): void {
    const held = this.#of(kind).get(id)
    if (held === undefined || !held.scopes.delete(scope)) return
    this.#seen.get(scope)?.delete(held)
    if (held.scopes.size > 0) return
    this.#of(kind).delete(id)
    this.#changed(kind, id)
  }
}
