// What servers say to each other: "there is something new in this organisation's log" and passing
// signs. A message may be lost; then the next look at the log, at most a second later, finds it.
//
// The notification is sent on its own, never inside a business transaction: NOTIFY takes a lock
// for the whole database until the commit is flushed, which would serialise every write.
import { EventEmitter } from 'node:events'
import pg from 'pg'

const CHANNEL = 'switchboard'
const PUBLISH = `select pg_notify('${CHANNEL}', $1)`
/** Wakes within this time are sent together. */
const GATHER_MS = 5
/** PostgreSQL's bound for one notification is 8000 bytes. */
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

interface Message {
  wake?: string[]
  sign?: unknown
}

/** Speaks over PostgreSQL's own notifications, through a connection of its own. */
export function openBus(url: string, pool: pg.Pool, log: (error: unknown) => void): Bus {
  const heard = new EventEmitter<Events>()
  const topics = new Set<string>()
  let gathering: NodeJS.Timeout | undefined
  let isClosed = false
  const send = (message: Message) => {
    const payload = JSON.stringify(message)
    if (Buffer.byteLength(payload) <= MOST_BYTES) pool.query(PUBLISH, [payload]).catch(log)
  }
  const flush = () => {
    gathering = undefined
    const wake = [...topics]
    topics.clear()
    heard.emit('wake', wake)
    for (let at = 0; at < wake.length; at += 100) send({ wake: wake.slice(at, at + 100) })
  }
  const listener = keepListening(
    url,
    (payload) => hear(heard, payload),
    log,
    () => isClosed,
  )
  return {
    wake(topic) {
      topics.add(topic)
      gathering ??= setTimeout(flush, GATHER_MS)
    },
    sign(sign) {
      if (!isClosed) send({ sign })
    },
    onWake: (hear) => void heard.on('wake', hear),
    onSign: (hear) => void heard.on('sign', hear),
    async close() {
      isClosed = true
      clearTimeout(gathering)
      await listener.stop()
    },
  }
}

function hear(heard: EventEmitter<Events>, payload: string): void {
  const message = JSON.parse(payload) as Message
  if (message.wake) heard.emit('wake', message.wake)
  if (message.sign !== undefined) heard.emit('sign', message.sign)
}

/** Listens until stopped; when the connection breaks, connects again with growing pauses. */
function keepListening(
  url: string,
  hearPayload: (payload: string) => void,
  log: (error: unknown) => void,
  isClosed: () => boolean,
) {
  let client: pg.Client | undefined
  let again: NodeJS.Timeout | undefined
  let pauseMs = 100
  const connect = async () => {
    const fresh = new pg.Client({
      connectionString: url,
      keepAlive: true,
      application_name: 'switchboard-bus',
    })
    fresh.on('error', log)
    fresh.on('end', retry)
    fresh.on('notification', ({ payload }) => hearPayload(payload ?? '{}'))
    client = fresh
    await fresh.connect()
    await fresh.query(`listen ${CHANNEL}`)
    pauseMs = 100
  }
  const retry = () => {
    if (isClosed() || again) return
    again = setTimeout(() => {
      again = undefined
      connect().catch(() => retry())
    }, pauseMs)
    pauseMs = Math.min(pauseMs * 2, 5_000)
  }
  connect().catch(() => retry())
  return {
    async stop() {
      clearTimeout(again)
      await client?.end().catch(() => {})
    },
  }
}
