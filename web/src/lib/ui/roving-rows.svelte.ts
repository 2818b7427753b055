// One stop on the way through the page for a whole table: the row last visited, or the first.
import { createContext } from 'svelte'
import { SvelteSet } from 'svelte/reactivity'

const [get, set] = createContext<RovingRows>()

class RovingRows {
  #present = new SvelteSet<string>()
  #last = $state<string>()

  join(key: string): () => void {
    this.#present.add(key)
    return () => this.#present.delete(key)
  }

  visit(key: string): void {
    this.#last = key
  }

  /** Whether Tab stops at this row. */
  isStop(key: string): boolean {
    const isLastHere = this.#last !== undefined && this.#present.has(this.#last)
    return isLastHere ? this.#last === key : this.#present.values().next().value === key
  }

  /** Moves the focus between rows for the arrow keys, Home and End, when a row itself has it. */
  readonly walker = (body: HTMLElement): (() => void) => {
    const walk = (event: KeyboardEvent) => {
      const target = rowFor(event, [...body.querySelectorAll<HTMLElement>('tr[tabindex]')])
      if (!target) return
      event.preventDefault()
      target.focus()
    }
    body.addEventListener('keydown', walk)
    return () => body.removeEventListener('keydown', walk)
  }
}

function rowFor({ key, target }: KeyboardEvent, rows: HTMLElement[]): HTMLElement | undefined {
  const at = target instanceof HTMLElement ? rows.indexOf(target) : -1
  if (at === -1) return undefined
  if (key === 'ArrowDown') return rows[at + 1]
  if (key === 'ArrowUp') return rows[at - 1]
  if (key === 'Home') return rows[0]
  return key === 'End' ? rows.at(-1) : undefined
}

export const rovingRows = {
  provide: (): RovingRows => set(new RovingRows()),
  join: get,
}
