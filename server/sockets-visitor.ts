// The visitors' sockets: the widget's token lets one in, to that visitor's own chats and no others.
import type { Server, Socket } from 'socket.io'
import type { Hello, SignSeen } from '#contract/frames.ts'
import { partsOf, scope } from '#contract/scopes.ts'
import { authenticateVisitor } from './features/visitors/actions.ts'
import * as visitors from './features/visitors/queries.ts'
import type { Bus } from './platform/bus.ts'
import type { Visitor } from './platform/context.ts'
import type { Db } from './platform/database.ts'
import { guard } from './platform/live/guard.ts'
import { signDoor } from './platform/live/signs.ts'
import { openNamespace } from './platform/live/sockets.ts'
import { HEARTBEAT_MS, openWatching, type Source, type SourceOf } from './platform/live/watching.ts'
import { Refusal } from './platform/refuse.ts'

export interface VisitorParts {
  io: Server
  db: Db
  bus: Bus
  sourcesOf(organisationId: string): { sources: readonly Source[]; sourceOf: SourceOf }
  now: () => Date
  node: string
  epoch: string
  failed(error: unknown): void
}

const RATE = { perSecond: 5, burst: 20 }

export function openVisitorSockets(parts: VisitorParts): { stop(): void } {
  const letIn = async (socket: Socket): Promise<Visitor> => {
    const { token } = socket.handshake.auth as { token?: unknown }
    const visitor = typeof token === 'string' ? await authenticateVisitor(parts.db, token) : null
    if (visitor === null) throw new Refusal('unauthenticated')
    return visitor
  }
  openNamespace(
    parts.io,
    '/visitor',
    letIn,
    (socket, visitor) => seat(parts, socket, visitor),
    parts.failed,
  )
  return { stop: () => {} }
}

function seat(parts: VisitorParts, socket: Socket, visitor: Visitor): void {
  const { sourceOf, sources } = parts.sourcesOf(visitor.organisationId)
  const may = (wanted: string) => isOwn(parts.db, visitor, wanted)
  const watching = openWatching(socket, sourceOf, sources, may, seenByVisitor)
  // The team learns that it is the visitor who types; never which.
  const by = { id: 'visitor', name: '', photo: null }
  guard(socket, { ...watching.doors, sign: signDoor(parts.bus, by, may) }, RATE, parts.failed)
  socket.on('disconnect', () => watching.stop())
  greet(parts, socket, visitor).catch(parts.failed)
}

/** A visitor learns that somebody types, never who by their own name, nor who else looks on. */
function seenByVisitor(sign: SignSeen): SignSeen | undefined {
  if (sign.kind !== 'typing' && sign.kind !== 'ended') return undefined
  if (sign.by.id === 'visitor') return sign
  return { ...sign, by: { id: 'operator', name: '', photo: null } }
}

async function isOwn(db: Db, visitor: Visitor, wanted: string): Promise<boolean> {
  const { of, id } = partsOf(wanted)
  return (of === 'chat' || of === 'visit') && visitors.isOwnChat(db, visitor, id)
}

async function greet(parts: VisitorParts, socket: Socket, visitor: Visitor): Promise<void> {
  const ids = await visitors.listOpenChatIds(parts.db, visitor)
  const hello: Hello = {
    epoch: parts.epoch,
    node: parts.node,
    now: parts.now().getTime(),
    scopes: ids.flatMap((id) => [scope.visit(id), scope.chat(id)]),
    heartbeat: HEARTBEAT_MS,
  }
  socket.emit('hello', hello)
}
