// The lines of the audit that are shown: the newest first, a page at a time.
import { type AuditLine, type AuditPage, type AuditQuery, audit as api } from '#contract/audit.ts'
import { call } from '#lib/api.ts'
import { type Trouble, troubleOf } from '#lib/trouble.ts'

export class Audit {
  /** Undefined until the first answer. */
  lines = $state.raw<readonly AuditLine[]>()
  /** The end of the chain, for whoever sees all of it. */
  head = $state.raw<AuditPage['head']>(null)
  trouble = $state.raw<Trouble>()
  isBusy = $state(false)
  /** Everybody who was seen to have changed something, by id. */
  actors = $state.raw<ReadonlyMap<string, string>>(new Map())
  #next = $state<number | null>(null)
  #query: AuditQuery = {}
  #control: AbortController | undefined

  get hasEarlier(): boolean {
    return this.#next !== null
  }

  /** Asks another question; what is there stays until the answer has come. */
  look(query: AuditQuery): void {
    this.#query = query
    void this.#fetch(query, () => [])
  }

  again(): void {
    this.look(this.#query)
  }

  earlier(): void {
    if (this.#next === null) return
    const before = String(this.#next)
    void this.#fetch({ ...this.#query, before }, () => this.lines ?? [])
  }

  stop(): void {
    this.#control?.abort()
  }

  async #fetch(query: AuditQuery, standing: () => readonly AuditLine[]): Promise<void> {
    this.#control?.abort()
    const control = new AbortController()
    this.#control = control
    this.isBusy = true
    this.trouble = undefined
    try {
      const page = await call(api.list, { query }, { signal: control.signal })
      if (control.signal.aborted) return
      this.lines = [...standing(), ...page.lines]
      this.#next = page.next
      this.head = page.head
      this.actors = new Map([...this.actors, ...page.lines.flatMap(actorOf)])
    } catch (error) {
      if (!control.signal.aborted) this.trouble = troubleOf(error)
    } finally {
      if (this.#control === control) this.isBusy = false
    }
  }
}

function actorOf({ actorId, actor }: AuditLine): [string, string][] {
  return actorId !== null && actor !== null ? [[actorId, actor]] : []
}
