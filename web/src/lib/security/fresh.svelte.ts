// Work that the server does only for whoever has just entered their password: it is asked for when
// the server says so, and the work is done again.
import { Refused } from '#lib/api.ts'

class Fresh {
  /** Whether the password is being asked for. */
  isAsking = $state(false)
  #settle: (isGiven: boolean) => void = () => {}

  ask(): Promise<boolean> {
    this.isAsking = true
    return new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  /** Ends the asking: the password was right, or it was called off. */
  answer(isGiven: boolean): void {
    this.isAsking = false
    this.#settle(isGiven)
  }
}

export const fresh = new Fresh()

/** Does the work, after asking for the password where the server wants it. Throws what it throws. */
export async function withFresh<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const isWanted = error instanceof Refused && error.code === 'reauth_needed'
    if (!isWanted || !(await fresh.ask())) throw error
    return work()
  }
}
