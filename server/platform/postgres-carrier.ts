// Carries the bus over PostgreSQL's own notifications, with a connection of its own to listen.
//
// A notification is sent on its own, never inside a business transaction: NOTIFY takes a lock for
// the whole database until the commit is flushed, which would serialise every write.
import pg from 'pg'
import type { OpenCarrier } from './bus.ts'

const CHANNEL = 'switchboard'
const FIRST_PAUSE_MS = 100
const MOST_PAUSE_MS = 5_000

export function postgresCarrier(
  url: string,
  pool: pg.Pool,
  failed: (error: unknown) => void,
): OpenCarrier {
  return (hear) => {
    const listener = new Listener(url, hear, failed)
    listener.connect()
    return {
      async publish(payload) {
        await pool.query('select pg_notify($1, $2)', [CHANNEL, payload])
      },
      close: () => listener.stop(),
    }
  }
}

/** Listens until stopped; when the connection breaks, connects again with growing pauses. */
class Listener {
  readonly #url: string
  readonly #hear: (payload: string) => void
  readonly #failed: (error: unknown) => void
  #client: pg.Client | undefined
  #again: NodeJS.Timeout | undefined
  #pauseMs = FIRST_PAUSE_MS
  #isStopped = false

  constructor(url: string, hear: (payload: string) => void, failed: (error: unknown) => void) {
    this.#url = url
    this.#hear = hear
    this.#failed = failed
  }

  connect(): void {
    this.#open().catch(() => this.#retry())
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#again)
    await this.#client?.end().catch(() => {})
  }

  async #open(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.#url,
      keepAlive: true,
      application_name: 'switchboard-bus',
    })
    client.on('error', (error) => {
      if (!this.#isStopped) this.#failed(error)
    })
    client.on('end', () => this.#retry())
    client.on('notification', ({ payload }) => this.#hear(payload ?? '{}'))
    this.#client = client
    await client.connect()
    await client.query(`listen ${CHANNEL}`)
    this.#pauseMs = FIRST_PAUSE_MS
  }

  #retry(): void {
    if (this.#isStopped || this.#again) return
    this.#again = setTimeout(() => {
      this.#again = undefined
      this.connect()
    }, this.#pauseMs)
    this.#pauseMs = Math.min(this.#pauseMs * 2, MOST_PAUSE_MS)
  }
}
