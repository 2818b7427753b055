// One socket's watching: its doors `watch` and `unwatch`, its heartbeat, and the bound on what may
// pile up for a browser that does not read.
import type { Namespace, Socket } from 'socket.io'
import { Type } from 'typebox'
import type { Frame, SignSeen } from '#contract/frames.ts'
import { Strict } from '#contract/shapes.ts'
import { Refusal } from '../refuse.ts'
import type { EventDoor } from './guard.ts'
import type { Crowd, Watcher } from './hub.ts'

export const HEARTBEAT_MS = 15_000
/** Bytes that may wait for one browser before it is cut; it comes back and asks for what it missed. */
const MOST_WAITING_BYTES = 1_048_576
const MOST_SCOPES = 200

const Scope = Type.String({ pattern: '^[a-z]+:[0-9a-f-]{36}$' })
const Watch = Strict({ s: Scope, since: Type.Integer({ minimum: -1 }) })
const Unwatch = Strict({ s: Scope })

/** A source of frames: the organisation's log, or a stream of its own. */
export interface Source {
  watch(scope: string, since: number, watcher: Watcher): Promise<void>
  leave(scope: string, watcher: Watcher): void
  leaveAll(watcher: Watcher): void
  scopesOf(watcher: Watcher): string[]
  watchersOf(scope: string): Watcher[]
  positions(watcher: Watcher): Record<string, number>
}

/** Which source a scope belongs to; throws for a scope that none owns. */
export type SourceOf = (scope: string) => Source

export interface Watching {
  doors: Record<'watch' | 'unwatch', EventDoor>
  /** Leaves every watched scope that `mayWatch` no longer allows. */
  recheck(): Promise<void>
  stop(): void
}

/**
 * Lets a socket watch the scopes that `mayWatch` allows, from the source that owns each. `seen`:
 * what this socket may know of a sign; undefined for nothing.
 */
export function openWatching(
  socket: Socket,
  sourceOf: SourceOf,
  sources: readonly Source[],
  mayWatch: (scope: string) => Promise<boolean>,
  seen: (sign: SignSeen) => SignSeen | undefined = (sign) => sign,
): Watching {
  const watcher: Watcher = {
    id: socket.id,
    crowd: crowdOf(socket.nsp),
    send: (frame: Frame) => void socket.emit('frame', frame),
    sendSnap: (scope) => void socket.emit('snap', { s: scope }),
    sendSign: (sign) => {
      const known = seen(sign)
      if (known) socket.volatile.emit('sign', known)
    },
  }
  const watched = () => sources.flatMap((source) => source.scopesOf(watcher))
  const beating = setInterval(() => {
    if (waitingBytes(socket) > MOST_WAITING_BYTES) socket.disconnect(true)
    else
      socket.emit('beat', Object.assign({}, ...sources.map((source) => source.positions(watcher))))
  }, HEARTBEAT_MS)
  const stop = () => {
    clearInterval(beating)
    for (const source of sources) source.leaveAll(watcher)
  }
  const watch = async (message: unknown) => {
    const { s, since } = message as { s: string; since: number }
    if (watched().length >= MOST_SCOPES) throw new Refusal('too_many')
    if (!(await mayWatch(s))) throw new Refusal('not_found')
    await sourceOf(s).watch(s, since, watcher)
    // It may have gone while the answer was made: then nobody would take it out of its rooms.
    if (!socket.connected) stop()
  }
  const unwatch = async (message: unknown) => {
    const { s } = message as { s: string }
    sourceOf(s).leave(s, watcher)
  }
  return {
    doors: {
      watch: { schema: Watch, handle: watch },
      unwatch: { schema: Unwatch, handle: unwatch },
    },
    async recheck() {
      for (const scope of watched())
        if (!(await mayWatch(scope))) sourceOf(scope).leave(scope, watcher)
    },
    stop,
  }
}

const crowds = new WeakMap<Namespace, Crowd>()

/** The sockets of a namespace on this server; each is in a room of its own id. */
function crowdOf(namespace: Namespace): Crowd {
  const known = crowds.get(namespace)
  if (known !== undefined) return known
  const crowd: Crowd = {
    send: (ids, frame) => void namespace.local.to([...ids]).emit('frame', frame),
  }
  crowds.set(namespace, crowd)
  return crowd
}

function waitingBytes(socket: Socket): number {
  const transport = socket.conn.transport as { socket?: { bufferedAmount?: number } }
  return transport.socket?.bufferedAmount ?? 0
}
