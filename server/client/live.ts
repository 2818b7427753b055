// A page without a screen: opens the socket, watches scopes, keeps a replica by the contract's one
// reducer. For tests, the demo floor and the storm.
import { io, type Socket } from 'socket.io-client'
import type {
  ClientEvents,
  Frame,
  Hello,
  ServerEvents,
  SignSeen,
  Snapshot,
} from '#contract/frames.ts'
import { Replica } from '#contract/sync.ts'

export interface Door {
  url: string
  namespace: '/team' | '/visitor'
  cookie?: string
  token?: string
  fetchSnapshot(scope: string): Promise<Snapshot>
}

/** Connects and resolves once greeted. Rejects with the refusal's code as the message. */
export async function openLiveClient(door: Door): Promise<LiveClient> {
  const socket: Socket<ServerEvents, ClientEvents> = io(`${door.url}${door.namespace}`, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    auth: { token: door.token },
    extraHeaders: { origin: door.url, ...(door.cookie && { cookie: door.cookie }) },
  })
  const hello = await new Promise<Hello>((resolve, reject) => {
    socket.on('hello', resolve)
    socket.on('connect_error', reject)
    // Let in, but not taken: the server may not speak for anybody just now.
    socket.once('disconnect', (reason) => reject(new Error(reason)))
  })
  return new LiveClient(socket, hello, door.fetchSnapshot)
}

export class LiveClient {
  readonly replica = new Replica()
  readonly socket: Socket<ServerEvents, ClientEvents>
  readonly hello: Hello
  /** Every sign that was seen, the newest last. */
  readonly signs: SignSeen[] = []
  /** The scopes that may be watched, as last told. */
  scopes: readonly string[]
  readonly #fetchSnapshot: Door['fetchSnapshot']
  readonly #changed = new EventTarget()
  readonly #loading = new Set<string>()

  constructor(
    socket: Socket<ServerEvents, ClientEvents>,
    hello: Hello,
    fetchSnapshot: Door['fetchSnapshot'],
  ) {
    this.socket = socket
    this.hello = hello
    this.scopes = hello.scopes
    this.#fetchSnapshot = fetchSnapshot
    socket.on('frame', (frame) => this.#hear(frame))
    socket.on('snap', ({ s }) => void this.#load(s))
    socket.on('scopes', (scopes) => this.#narrow(scopes))
    socket.on('sign', (sign) => {
      this.signs.push(sign)
      this.#tell()
    })
  }

  /** Watches scopes and resolves once the rows of each are there. Throws when one is refused. */
  async watch(...scopes: string[]): Promise<void> {
    for (const scope of scopes) await this.#ask(scope)
    await this.until(() => scopes.every((scope) => this.replica.position(scope) >= 0))
  }

  /** Resolves with the first truthy answer, asked again after every change; rejects after `ms`. */
  until<T>(what: (replica: Replica) => T | undefined | false | null, ms = 8_000): Promise<T> {
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(late)
        this.#changed.removeEventListener('change', look)
      }
      const late = setTimeout(() => {
        end()
        reject(new Error(`not seen within ${ms} ms: ${what}`))
      }, ms)
      const look = () => {
        const seen = what(this.replica)
        if (!seen) return
        end()
        resolve(seen)
      }
      this.#changed.addEventListener('change', look)
      look()
    })
  }

  close(): void {
    this.socket.disconnect()
  }

  async #ask(scope: string): Promise<void> {
    const since = this.replica.position(scope)
    const answer = await this.socket.emitWithAck('watch', { s: scope, since })
    if (!answer.ok) throw new Error(`watching ${scope} was refused: ${answer.error.code}`)
  }

  #hear(frame: Frame): void {
    if (this.replica.apply(frame) === 'gap') void this.#ask(frame.s).catch(() => {})
    this.#tell()
  }

  async #load(scope: string): Promise<void> {
    if (this.#loading.has(scope)) return
    this.#loading.add(scope)
    try {
      this.replica.reset(scope, await this.#fetchSnapshot(scope))
      await this.#ask(scope)
      this.#tell()
    } catch {
      // The scope was taken from us, or the server went away: who waits for it is told by time.
    } finally {
      this.#loading.delete(scope)
    }
  }

  #narrow(scopes: readonly string[]): void {
    for (const scope of this.scopes) if (!scopes.includes(scope)) this.replica.forget(scope)
    this.scopes = scopes
    this.#tell()
  }

  #tell(): void {
    this.#changed.dispatchEvent(new Event('change'))
  }
}
