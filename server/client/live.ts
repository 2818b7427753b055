// A page without a screen: opens the socket, watches scopes, keeps a replica by the contract's one
// reducer, and can prove that the replica is what a fresh load would give.
import { io, type Socket } from 'socket.io-client'
import type { LiveKind, LiveRow } from '#contract/facts.ts'
import type { ClientEvents, Hello, ServerEvents, SignSeen, Snapshot } from '#contract/frames.ts'
import { Replica } from '#contract/sync.ts'

export interface LiveClient {
  readonly hello: Hello
  readonly replica: Replica
  readonly socket: Socket<ServerEvents, ClientEvents>
  readonly signs: SignSeen[]
  /** Scopes as last told. */
  readonly scopes: string[]
  watch(...scopes: string[]): Promise<void>
  /** Resolves with the first truthy answer, asked after every frame; rejects after `ms`. */
  until<T>(what: (replica: Replica) => T | undefined | false | null, ms?: number): Promise<T>
  row<K extends LiveKind>(kind: K, id: string): LiveRow[K] | undefined
  close(): void
}

export interface Door {
  url: string
  namespace: '/team' | '/visitor'
  cookie?: string
  token?: string
  fetchSnapshot(scope: string): Promise<Snapshot>
}

export async function openLiveClient(door: Door): Promise<LiveClient> {
  const socket: Socket<ServerEvents, ClientEvents> = io(`${door.url}${door.namespace}`, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    auth: { token: door.token },
    extraHeaders: { origin: door.url, ...(door.cookie && { cookie: door.cookie }) },
  })
  const changed = new EventTarget()
  const replica = new Replica()
  const signs: SignSeen[] = []
  const scopes: string[] = []
  const tell = () => changed.dispatchEvent(new Event('change'))
  const greeted = new Promise<Hello>((resolve, reject) => {
    socket.on('hello', resolve)
    socket.on('connect_error', reject)
  })
  const load = async (scope: string) => {
    replica.reset(scope, await door.fetchSnapshot(scope))
    await watchOne(scope)
    tell()
  }
  const watchOne = async (scope: string) => {
    const answer = await socket.emitWithAck('watch', { s: scope, since: replica.position(scope) })
    if (!answer.ok) throw new Error(`watching ${scope} was refused: ${answer.error.code}`)
  }
  socket.on('frame', (frame) => {
    if (replica.apply(frame) === 'gap') void watchOne(frame.s)
    tell()
  })
  const loading = new Set<string>()
  socket.on('snap', ({ s }) => {
    if (loading.has(s)) return
    loading.add(s)
    void load(s).finally(() => loading.delete(s))
  })
  socket.on('scopes', (now) => {
    for (const scope of scopes) if (!now.includes(scope)) replica.forget(scope)
    scopes.splice(0, scopes.length, ...now)
    tell()
  })
  socket.on('sign', (sign) => {
    signs.push(sign)
    tell()
  })
  const hello = await greeted
  scopes.push(...hello.scopes)
  const until: LiveClient['until'] = (what, ms = 8_000) =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        changed.removeEventListener('change', look)
        reject(new Error(`not seen within ${ms} ms: ${what}`))
      }, ms)
      function look() {
        const seen = what(replica)
        if (!seen) return
        clearTimeout(late)
        changed.removeEventListener('change', look)
        resolve(seen)
      }
      changed.addEventListener('change', look)
      look()
    })
  return {
    hello,
    replica,
    socket,
    signs,
    scopes,
    async watch(...wanted) {
      for (const scope of wanted) await watchOne(scope)
      await until(() => wanted.every((scope) => replica.position(scope) >= 0))
    },
    until,
    row: (kind, id) => replica.get(kind, id),
    close: () => void socket.disconnect(),
  }
}
