// Carries the bus over Redis or Valkey: takes the notifications off PostgreSQL when there are
// several servers. It may be away for a while; then the look at the log's head carries the news.
import { createClient } from '@redis/client'
import type { OpenCarrier } from './bus.ts'

const CHANNEL = 'switchboard'
const MOST_PAUSE_MS = 5_000

export function redisCarrier(url: string, failed: (error: unknown) => void): OpenCarrier {
  return (hear) => {
    const socket = { reconnectStrategy: pauseBefore, connectTimeout: 5_000 }
    // What cannot be sent now is not worth sending later: no queue while away.
    const speaking = createClient({ url, socket, disableOfflineQueue: true })
    const listening = createClient({ url, socket })
    const tellOnce = once(failed)
    for (const client of [speaking, listening]) {
      client.on('error', tellOnce.tell)
      client.on('ready', tellOnce.forget)
      client.connect().catch(tellOnce.tell)
    }
    listening.subscribe(CHANNEL, hear).catch(tellOnce.tell)
    return {
      async publish(payload) {
        if (speaking.isReady) await speaking.publish(CHANNEL, payload)
      },
      async close() {
        speaking.destroy()
        listening.destroy()
      },
    }
  }
}

/** Milliseconds before the attempt, growing, with full jitter. */
function pauseBefore(attempt: number): number {
  return Math.random() * Math.min(MOST_PAUSE_MS, 100 * 2 ** attempt)
}

/** A server that is away is told of once, not at every attempt. */
function once(failed: (error: unknown) => void) {
  let isTold = false
  return {
    tell: (error: unknown) => {
      if (!isTold) failed(error)
      isTold = true
    },
    forget: () => {
      isTold = false
    },
  }
}
