// One clock for every duration on the page: the server's time, told to all once a second.
import { createSubscriber } from 'svelte/reactivity'

/** Epoch milliseconds, or the wire's ISO string. */
export type Instant = number | string

const kept = 5

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

/** Epoch milliseconds of an instant. */
export function epochMs(instant: Instant): number {
  return typeof instant === 'number' ? instant : Date.parse(instant)
}

class Clock {
  #samples: number[] = []
  #offsetMs = $state(0)
  #listen: () => void

  constructor() {
    this.#listen = createSubscriber((tell) => {
      let timer = 0
      // Aimed at the next whole server second, so all durations turn over together.
      const next = () => {
        timer = window.setTimeout(beat, 1000 - (this.now() % 1000) + 5)
      }
      const beat = () => {
        if (!document.hidden) tell()
        next()
      }
      const shown = () => {
        if (!document.hidden) tell()
      }
      document.addEventListener('visibilitychange', shown)
      next()
      return () => {
        clearTimeout(timer)
        document.removeEventListener('visibilitychange', shown)
      }
    })
  }

  /** How far the server's clock is ahead of this device's, in milliseconds. */
  get offsetMs(): number {
    return this.#offsetMs
  }

  /** Learns from one exchange: what the server's clock said between sending and receiving. */
  learn(serverNow: Instant, sentAt: number, receivedAt: number): void {
    const middle = sentAt + (receivedAt - sentAt) / 2
    this.#samples = [...this.#samples, epochMs(serverNow) - middle].slice(-kept)
    this.#offsetMs = median(this.#samples)
  }

  /** The server's time now, epoch milliseconds. Does not tick: for handlers and timers. */
  now(): number {
    return Date.now() + this.#offsetMs
  }

  /** The server's time, epoch milliseconds, read again every second wherever it is drawn. */
  get time(): number {
    this.#listen()
    return this.now()
  }

  /** Milliseconds since an instant, never below zero; ticks. */
  since(instant: Instant): number {
    return Math.max(0, this.time - epochMs(instant))
  }

  /** Milliseconds until an instant, never below zero; ticks. */
  until(instant: Instant): number {
    return Math.max(0, epochMs(instant) - this.time)
  }
}

export const clock = new Clock()

/** `mm:ss`, and from one hour `h:mm:ss`. Takes milliseconds. */
export function duration(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000))
  const hours = Math.floor(total / 3600)
  const minutes = String(Math.floor(total / 60) % 60).padStart(2, '0')
  const seconds = String(total % 60).padStart(2, '0')
  return hours > 0 ? `${hours}:${minutes}:${seconds}` : `${minutes}:${seconds}`
}
