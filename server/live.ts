// The live layer, put together: the log's tailer, the chats' messages, the sockets of team and
// visitors, and what servers do when the log signals them.
import type { Server as HttpServer } from 'node:http'
import { partsOf, scope } from '#contract/scopes.ts'
import { messagesOf } from './features/chats/live.ts'
import { openVisitBoard } from './features/visits/board.ts'
import type { Bus } from './platform/bus.ts'
import type { Actor } from './platform/context.ts'
import type { Cookies } from './platform/cookies.ts'
import type { Db } from './platform/database.ts'
import { Hub } from './platform/live/hub.ts'
import { type Batch, type LogEvent, LogTailer } from './platform/live/log.ts'
import { passSignsOn } from './platform/live/signs.ts'
import { openSockets, type SocketGate } from './platform/live/sockets.ts'
import { Stream } from './platform/live/stream.ts'
import type { Source } from './platform/live/watching.ts'
import { openTeamSockets, type TeamSockets } from './sockets-team.ts'
import { openVisitorSockets } from './sockets-visitor.ts'

export interface LiveParts {
  http: HttpServer
  db: Db
  /** Over connections of its own: what the logs say, which every page waits for. */
  log: Db
  bus: Bus
  cookies: Cookies
  gate: SocketGate
  now: () => Date
  node: string
  epoch: string
  arrived(actor: Actor, connectionId: string): Promise<void>
  gone(actor: Actor, connectionId: string): Promise<void>
  failed(error: unknown): void
}

export interface LiveLayer {
  /** Cuts the team's sockets: this server may not speak for them just now. They come back. */
  fence(): void
  /** Tells every browser to go elsewhere, then cuts what is left. */
  close(): Promise<void>
}

export function openLive(parts: LiveParts): LiveLayer {
  const { db, bus, failed } = parts
  const log = new LogTailer(parts.log, bus, hear, failed)
  const hub = new Hub(log)
  const messages = new Stream(bus, (wanted) => messagesOf(parts.log, wanted), failed)
  const visits = openVisitBoard({ db, failed, follow: (id) => log.follow(id) })
  const io = openSockets(parts.http, parts.gate)
  // The chats' scopes are of other streams: the hub is told the organisation by each socket.
  const sourcesOf = (organisationId: string) => {
    const ofLog: Source = {
      watch: (scope, since, watcher) => hub.watch(organisationId, scope, since, watcher),
      leave: (scope, watcher) => hub.leave(scope, watcher),
      leaveAll: (watcher) => hub.leaveAll(watcher),
      scopesOf: (watcher) => hub.scopesOf(watcher),
      watchersOf: (scope) => hub.watchersOf(scope),
      positions: (watcher) => hub.positions(watcher),
    }
    const byKind: Readonly<Record<string, Source>> = { chat: messages, visit: visits }
    return {
      sources: [ofLog, messages, visits],
      sourceOf: (scope: string) => byKind[partsOf(scope).of] ?? ofLog,
    }
  }
  const team = openTeamSockets({ ...parts, io, sourcesOf, follow: (id) => log.follow(id) })
  const visitors = openVisitorSockets({ ...parts, io, sourcesOf })
  passSignsOn(bus, sourcesOf('').sourceOf)

  function hear(batch: Batch): void {
    hub.tell(batch)
    visits.hear(batch)
    obey(batch, team)
  }
  return {
    fence: () => void io.of('/team').local.disconnectSockets(true),
    async close() {
      await log.stop()
      await messages.stop()
      visits.stop()
      team.stop()
      visitors.stop()
      io.local.disconnectSockets(true)
      io.engine.close()
    },
  }
}

/** What the log tells servers: sessions that ended, grants, address lists and chats that moved. */
function obey(batch: Batch, team: TeamSockets): void {
  for (const event of batch.events) {
    OBEYED[event.kind]?.(team, event.entityId, batch.organisationId)
    for (const userId of whoLost(event)) team.recheck(userId)
    // Out of a department or a group: whoever manages that one alone sees the person no more.
    if (event.kind === 'person' && event.leftScopes.length > 0)
      team.recheckWatchers(batch.organisationId, scope.record(event.entityId))
  }
}

type Obey = (team: TeamSockets, id: string, organisationId: string) => void

const OBEYED: Readonly<Record<string, Obey>> = {
  'signal.session_changed': (team, id) => team.cut(id),
  'signal.grants_changed': (team, id) => team.recheck(id),
  'signal.addresses_changed': (team, _, organisationId) => team.recheckAddresses(organisationId),
}

/** Whoever held the chat until now, or served the queue, may no longer watch it. */
function whoLost({ kind, leftScopes }: LogEvent): string[] {
  if (kind !== 'chat' && kind !== 'queue_member') return []
  return leftScopes.map(partsOf).flatMap(({ of, id }) => (of === 'user' ? [id] : []))
}
