// Work that is dear to the machine passes a gate: so many at once, so many waiting, and no longer
// than so long. Whoever finds the queue full is told at once to come back.
import { Refusal } from './refuse.ts'

export interface GateLimits {
  /** How many run at once. */
  running: number
  /** How many may wait for their turn. */
  queued: number
  /** The longest that one waits for its turn, in milliseconds. */
  waitMs: number
}

export type Gate = <T>(work: () => Promise<T>) => Promise<T>

/** A gate that refuses with `busy` and a retryAfter, in seconds, when it is full or the wait too long. */
export function makeGate({ running, queued, waitMs }: GateLimits): Gate {
  const busy = () => new Refusal('busy', { retryAfter: Math.max(1, Math.ceil(waitMs / 1000)) })
  const waiting = new Set<() => void>()
  let inside = 0

  const enter = () => {
    if (inside < running) {
      inside += 1
      return Promise.resolve()
    }
    if (waiting.size >= queued) return Promise.reject(busy())
    return new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(take)
        reject(busy())
      }, waitMs)
      const take = () => {
        clearTimeout(timer)
        waiting.delete(take)
        resolve()
      }
      waiting.add(take)
    })
  }

  // The place is handed to the one who waits longest, so that nobody slips in between.
  const leave = () => {
    const [next] = waiting
    if (next) next()
    else inside -= 1
  }

  return async (work) => {
    await enter()
    try {
      return await work()
    } finally {
      leave()
    }
  }
}
