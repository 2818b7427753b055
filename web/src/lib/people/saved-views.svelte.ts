// Lists that somebody has given a name: what is filtered, sorted and shown, kept on this device.
import { kept, keptAs } from '#lib/kept.ts'

export interface SavedView {
  name: string
  /** The end of the address, `?…`. */
  search: string
}

const MOST = 30

function areViews(value: unknown): value is SavedView[] {
  return (
    Array.isArray(value) &&
    value.every(
      (one: Partial<SavedView> | null) =>
        typeof one?.name === 'string' && typeof one.search === 'string',
    )
  )
}

export class SavedViews {
  readonly #name: string
  all = $state.raw<readonly SavedView[]>([])

  constructor(whose: string) {
    this.#name = `people.views ${whose}`
    this.all = keptAs(this.#name, areViews) ?? []
  }

  /** Keeps the list under the name, in place of another of that name; false when it cannot be kept. */
  save(name: string, search: string): boolean {
    const others = this.all.filter((view) => view.name !== name)
    return this.#keep([...others, { name, search }].slice(-MOST))
  }

  remove(name: string): void {
    this.#keep(this.all.filter((view) => view.name !== name))
  }

  #keep(views: readonly SavedView[]): boolean {
    this.all = views
    return kept.set(this.#name, JSON.stringify(views))
  }
}
