// Whether this server keeps its mail itself instead of sending it: asked once, when it matters.
import { mailbox as api } from '#contract/mailbox.ts'
import { call } from '#lib/api.ts'

/** The mailbox's page. */
export const MAILBOX_PATH = '/dev/mail'

class Mailbox {
  isThere = $state(false)
  #isAsked = false

  async look(): Promise<void> {
    if (this.#isAsked) return
    this.#isAsked = true
    try {
      await call(api.list, {})
      this.isThere = true
    } catch {
      // Mail goes out as it should, or nobody can be reached: either way there is no box to show.
      this.isThere = false
    }
  }
}

export const mailbox = new Mailbox()
