// The open field of a limit: fetched once for the page, in an idle moment or when it is first opened.

import { whenIdle } from '#lib/ui/idle.ts'
import { toast } from '#lib/ui/toasts.svelte.ts'
import { refusalText } from '#lib/words.ts'

type Component = typeof import('./LimitEditor.svelte')['default']

class LimitEditor {
  Component = $state.raw<Component>()
  #asked: Promise<unknown> | undefined
  #isPlanned = false

  /** Fetches it before anybody asks. */
  expect(): void {
    if (this.#isPlanned) return
    this.#isPlanned = true
    whenIdle(() => this.#fetch())
  }

  /** Does what needs it, at once where it is here; says so where it cannot be fetched. */
  with(work: () => void): void {
    if (this.Component) work()
    else this.#fetch().then(work, () => toast.error(refusalText('unreachable')))
  }

  #fetch(): Promise<unknown> {
    this.#asked ??= import('./LimitEditor.svelte').then(
      ({ default: Component }) => {
        this.Component = Component
      },
      (error: unknown) => {
        this.#asked = undefined
        throw error
      },
    )
    return this.#asked
  }
}

export const limitEditor = new LimitEditor()
