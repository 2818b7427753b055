// Everybody that the page has, as lines in the order of their names. Only lines whose rows have come
// or changed are made anew: ten thousand people are sorted once, not at every change of one.
import { untrack } from 'svelte'
import { live } from '#lib/live/live.svelte.ts'
import { compareNames } from '#lib/words.ts'
import { type Line, lineOfInvitation, lineOfPerson, type Names } from './line.ts'

const byName = (a: Line, b: Line) => compareNames(a.name, b.name) || (a.id < b.id ? -1 : 1)

export class Roster {
  readonly #names: Names
  readonly #lines = new Map<string, Line>()
  readonly #changed = new Set<string>()
  #order: readonly Line[] = []
  #turn = $state(0)

  constructor(names: Names) {
    this.#names = names
  }

  /** All lines, by name. */
  get lines(): readonly Line[] {
    void this.#turn
    return this.#order
  }

  find(id: string | undefined): Line | undefined {
    void this.#turn
    return id === undefined ? undefined : this.#lines.get(id)
  }

  /** Hears what comes and goes from now on; hands back what stops it. */
  follow(): () => void {
    untrack(() => {
      for (const { id } of [...live.all('person'), ...live.all('invitation')]) this.#changed.add(id)
      this.#settle()
    })
    const hear = (id: string) => {
      if (this.#changed.size === 0) queueMicrotask(() => this.#settle())
      this.#changed.add(id)
    }
    const stops = [live.follow('person', hear), live.follow('invitation', hear)]
    return () => {
      for (const stop of stops) stop()
    }
  }

  /** Takes in all that has changed, at once. */
  #settle(): void {
    if (this.#changed.size === 0) return
    const changed = [...this.#changed]
    this.#changed.clear()
    const known = changed.map((id) => this.#lines.get(id)).filter((line) => line !== undefined)
    const fresh = changed.map((id) => this.#lineOf(id)).filter((line) => line !== undefined)
    for (const id of changed) this.#lines.delete(id)
    for (const line of fresh) this.#lines.set(line.id, line)
    const gone = new Set(known)
    const stayed = gone.size === 0 ? this.#order : this.#order.filter((line) => !gone.has(line))
    this.#order = merged(stayed, fresh.sort(byName))
    this.#turn += 1
  }

  #lineOf(id: string): Line | undefined {
    const person = live.get('person', id)
    if (person) return lineOfPerson(person, this.#names)
    const invitation = live.get('invitation', id)
    return invitation && lineOfInvitation(invitation, this.#names)
  }
}

/** Two lists in order as one in order. */
function merged(some: readonly Line[], others: readonly Line[]): Line[] {
  const all: Line[] = []
  let next = 0
  for (const line of some) {
    for (let other = others[next]; other && byName(other, line) < 0; other = others[next]) {
      all.push(other)
      next += 1
    }
    all.push(line)
  }
  return all.concat(others.slice(next))
}
