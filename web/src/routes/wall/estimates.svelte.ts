// How many of the waits that visitors were told today came true, by queue. It is counted by the
// server now and then, and asked for as seldom.
import { estimates as api, type Estimates } from '#contract/estimates.ts'
import { call } from '#lib/api.ts'
import { troubleOf } from '#lib/trouble.ts'

const EVERY_MS = 30_000

export class EstimatesToday {
  #queues = $state.raw<ReadonlyMap<string, Estimates>>(new Map())

  /** Undefined: nobody has been told anything today. */
  of(queueId: string): Estimates | undefined {
    return this.#queues.get(queueId)
  }

  /** Reads them now and then until the function that comes back is called. */
  keep(): () => void {
    const look = () => void this.#look()
    look()
    const timer = setInterval(look, EVERY_MS)
    document.addEventListener('visibilitychange', look)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', look)
    }
  }

  async #look(): Promise<void> {
    if (document.hidden) return
    try {
      const today = await call(api.today, {})
      this.#queues = new Map(today.map((one) => [one.queueId, one]))
    } catch (error) {
      // What was read last stays: it is of the whole day.
      troubleOf(error)
    }
  }
}
