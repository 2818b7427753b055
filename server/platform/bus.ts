// What servers say to each other: "there is something new in this organisation's log" and passing
// signs. A message may be lost; then the next look at the log, at most a second later, finds it.
import { EventEmitter } from 'node:events'

/** Wakes within this time of one that was sent are sent together. */
const GATHER_MS = 5
/** PostgreSQL's bound for one notification is 8000 bytes; the same holds whatever carries it. */
const MOST_BYTES = 7_500

interface Events {
  wake: [topics: string[]]
  sign: [sign: unknown]
}

export interface Bus {
  /** Tells every server, this one included, that a topic (organisation or stream) has news. */
  wake(topic: string): void
  /** Passes a sign on to every server, this one included. */
  sign(sign: unknown): void
  onWake(hear: (topics: string[]) => void): void
  onSign(hear: (sign: unknown) => void): void
  close(): Promise<void>
}

/** What carries the messages between servers: it may lose them, and comes back by itself. */
export interface Carrier {
  publish(payload: string): Promise<void>
  close(): Promise<void>
}
export type OpenCarrier = (hear: (payload: string) => void) => Carrier

interface Message {
  wake?: string[]
  sign?: unknown
}

export function openBus(openCarrier: OpenCarrier, failed: (error: unknown) => void): Bus {
  const heard = new EventEmitter<Events>()
  const topics = new Set<string>()
  /** Ends the gathering that is under way. */
  let giveUp: (() => void) | undefined
  let sentAt = 0
  const carrier = openCarrier((payload) => hear(heard, payload))
  const send = (message: Message) => {
    const payload = JSON.stringify(message)
    if (Buffer.byteLength(payload) <= MOST_BYTES) carrier.publish(payload).catch(failed)
  }
  const flush = () => {
    giveUp = undefined
    sentAt = performance.now()
    const wake = [...topics]
    topics.clear()
    // This server need not wait for its own word to come round.
    heard.emit('wake', wake)
    for (let at = 0; at < wake.length; at += 100) send({ wake: wake.slice(at, at + 100) })
  }
  return {
    wake(topic) {
      topics.add(topic)
      giveUp ??= after(sentAt + GATHER_MS - performance.now(), flush)
    },
    sign: (sign) => send({ sign }),
    onWake: (hear) => void heard.on('wake', hear),
    onSign: (hear) => void heard.on('sign', hear),
    async close() {
      giveUp?.()
      await carrier.close()
    },
  }
}

/** Does it after so long, or at the end of this turn, which a timer would make a millisecond. */
function after(ms: number, act: () => void): () => void {
  if (ms > 0) {
    const timer = setTimeout(act, ms)
    return () => clearTimeout(timer)
  }
  const soon = setImmediate(act)
  return () => clearImmediate(soon)
}

function hear(heard: EventEmitter<Events>, payload: string): void {
  const message = JSON.parse(payload) as Message
  if (message.wake) heard.emit('wake', message.wake)
  if (message.sign !== undefined) heard.emit('sign', message.sign)
}
