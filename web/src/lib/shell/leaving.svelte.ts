// Signing out on purpose, from wherever the button is; with chats it is asked what becomes of them.
import { presence } from '#contract/presence.ts'
import { call, Refused } from '#lib/api.ts'
import { session } from '#lib/session.svelte.ts'
import { troubleOf } from '#lib/trouble.ts'
import { toast } from '#lib/ui/toasts.svelte.ts'

/** What stands in the way of signing out. */
interface Asked {
  chats: number
  /** They may go back to their queues. */
  mayHandOver: boolean
}

class Leaving {
  asked = $state<Asked>()
  isBusy = $state(false)

  /** The frame shows the way to the sign-in page; when it cannot be done, that is said. */
  async go(chats?: 'hand_over'): Promise<void> {
    this.isBusy = true
    try {
      await session.signOut(chats)
      this.asked = undefined
    } catch (error) {
      this.asked = askedOf(error)
      if (this.asked === undefined) toast.error(troubleOf(error).text)
    } finally {
      this.isBusy = false
    }
  }

  /** No new chats, and offline with the end of the last; whether that could be done. */
  async finish(): Promise<boolean> {
    this.isBusy = true
    try {
      await call(presence.choose, { body: { availability: 'finishing', finishAs: 'offline' } })
      this.asked = undefined
      return true
    } catch (error) {
      toast.error(troubleOf(error).text)
      return false
    } finally {
      this.isBusy = false
    }
  }
}

function askedOf(error: unknown): Asked | undefined {
  if (!(error instanceof Refused)) return undefined
  const { code, details } = error
  if (code !== 'chats_open' && code !== 'chats_must_end') return undefined
  return { chats: details.count ?? 0, mayHandOver: code === 'chats_open' }
}

export const leaving = new Leaving()

export const leave = (): Promise<void> => leaving.go()
