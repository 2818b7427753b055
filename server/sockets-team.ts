// The team's sockets: a session's cookie lets one in; it says where it is connected, watches what
// its grants allow, and is closed the moment its session ends.
import { randomUUID } from 'node:crypto'
import type { Server, Socket } from 'socket.io'
import type { Hello } from '#contract/frames.ts'
import { Nothing } from '#contract/shapes.ts'
import { maySign, mayWatch, scopesOf } from './access.ts'
import { authenticate } from './features/sign-in/actions.ts'
import * as addresses from './features/sign-in/address-queries.ts'
import * as sessions from './features/sign-in/session-queries.ts'
import type { Bus } from './platform/bus.ts'
import type { Actor } from './platform/context.ts'
import type { Cookies } from './platform/cookies.ts'
import type { Db } from './platform/database.ts'
import { guard } from './platform/live/guard.ts'
import { signDoor } from './platform/live/signs.ts'
import { openNamespace, type SocketGate } from './platform/live/sockets.ts'
import { HEARTBEAT_MS, openWatching, type Source, type SourceOf } from './platform/live/watching.ts'
import { Refusal } from './platform/refuse.ts'

export interface TeamParts {
  io: Server
  db: Db
  bus: Bus
  cookies: Cookies
  gate: Pick<SocketGate, 'clientIp'>
  sourcesOf(organisationId: string): { sources: readonly Source[]; sourceOf: SourceOf }
  now: () => Date
  node: string
  epoch: string
  /** Begins to hear what happens in an organisation, ended sessions among it. */
  follow(organisationId: string): Promise<void>
  /** A connection of a user came and went. */
  arrived(actor: Actor, connectionId: string): Promise<void>
  gone(actor: Actor, connectionId: string): Promise<void>
  failed(error: unknown): void
}

interface Seat {
  actor: Actor
  /** The address it was opened from. */
  ip: string | undefined
  socket: Socket
  recheck(): Promise<void>
}

export interface TeamSockets {
  /** The session has ended or moved: its sockets are cut, and come back if they may. */
  cut(sessionId: string): void
  /** The user's grants or chats have changed: what may no longer be watched is left. */
  recheck(userId: string): void
  /** From where people may work there has changed: who may not any more is cut. */
  recheckAddresses(organisationId: string): void
  /** What the scope shows has moved: whoever watches it may have lost sight of it. */
  recheckWatchers(organisationId: string, scope: string): void
  stop(): void
}

const RATE = { perSecond: 20, burst: 60 }
/** A revocation is told at once; should the telling be lost, this finds it. */
const SWEEP_MS = 10_000

export function openTeamSockets(parts: TeamParts): TeamSockets {
  const seats = new Map<string, Seat>()
  const letIn = async (socket: Socket): Promise<Actor> => {
    const token = parts.cookies.sessionOf(socket.request)
    const actor = await authenticate(
      parts.db,
      token,
      parts.now(),
      parts.gate.clientIp(socket.request),
    )
    if (actor === null) throw new Refusal('unauthenticated')
    if (actor.mustChangePassword) throw new Refusal('password_change_needed')
    return actor
  }
  const welcome = (socket: Socket, actor: Actor) => {
    seatOf(parts, seats, socket, actor)
  }
  openNamespace(parts.io, '/team', letIn, welcome, parts.failed)
  const sweeping = setInterval(() => {
    sweep(parts, seats).catch(parts.failed)
  }, SWEEP_MS)
  return {
    cut: (sessionId) => {
      for (const { actor, socket } of seats.values())
        if (actor.sessionId === sessionId) socket.disconnect(true)
    },
    recheck: (userId) => {
      for (const seat of seats.values())
        if (seat.actor.userId === userId) seat.recheck().catch(parts.failed)
    },
    recheckAddresses: (organisationId) => {
      const there = [...seats.values()].filter(
        ({ actor }) => actor.organisationId === organisationId,
      )
      cutRefused(parts.db, there).catch(parts.failed)
    },
    recheckWatchers: (organisationId, scope) => {
      const watchers = parts.sourcesOf(organisationId).sourceOf(scope).watchersOf(scope)
      const ids = new Set(watchers.map(({ id }) => id))
      for (const seat of seats.values())
        if (ids.has(seat.socket.id)) seat.recheck().catch(parts.failed)
    },
    stop: () => clearInterval(sweeping),
  }
}

function seatOf(parts: TeamParts, seats: Map<string, Seat>, socket: Socket, first: Actor): void {
  const { db } = parts
  const connectionId = randomUUID()
  const ip = parts.gate.clientIp(socket.request)
  const seat = { actor: first, socket, ip, recheck: async () => {} }
  const may = (scope: string) => mayWatch(db, seat.actor, scope)
  const { sourceOf, sources } = parts.sourcesOf(first.organisationId)
  const watching = openWatching(socket, sourceOf, sources, may)
  seat.recheck = async () => {
    const actor = await readmit(parts, socket, ip)
    if (actor === null || actor.mustChangePassword) {
      socket.disconnect(true)
      return
    }
    seat.actor = actor
    await watching.recheck()
    socket.emit('scopes', await scopesOf(db, actor))
  }
  seats.set(connectionId, seat)
  const by = { id: first.userId, name: first.name, photo: first.photo }
  const active = async () => {
    await sessions.keepActive(db, first.sessionId, parts.now().toISOString())
  }
  const doors = {
    ...watching.doors,
    sign: signDoor(parts.bus, by, (scope, kind) => maySign(db, seat.actor, scope, kind)),
    active: { schema: Nothing, handle: active },
  }
  guard(socket, doors, RATE, (error) => parts.failed(error))
  const arriving = arrive(parts, first, connectionId).catch((error: unknown) => {
    if (!(error instanceof Refusal)) parts.failed(error)
    socket.disconnect(true)
  })
  socket.on('disconnect', () => {
    watching.stop()
    seats.delete(connectionId)
    arriving.then(() => parts.gone(first, connectionId)).catch(parts.failed)
  })
  arriving.then(() => greet(parts, socket, first)).catch(parts.failed)
}

/** The actor as they are now; null: they may not be here any more. */
async function readmit(
  { db, cookies, now }: TeamParts,
  socket: Socket,
  ip: string | undefined,
): Promise<Actor | null> {
  try {
    return await authenticate(db, cookies.sessionOf(socket.request), now(), ip)
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}

async function cutRefused(db: Db, seats: readonly Seat[]): Promise<void> {
  const visits = seats.map(({ actor: { organisationId, userId }, ip }) => {
    return { organisationId, userId, ip }
  })
  const refused = await addresses.listRefused(db, visits)
  for (const [at, { socket }] of seats.entries()) if (refused.has(at)) socket.disconnect(true)
}

async function arrive(parts: TeamParts, actor: Actor, connectionId: string): Promise<void> {
  await parts.follow(actor.organisationId)
  await parts.arrived(actor, connectionId)
}

async function greet(parts: TeamParts, socket: Socket, actor: Actor): Promise<void> {
  const hello: Hello = {
    epoch: parts.epoch,
    node: parts.node,
    now: parts.now().getTime(),
    scopes: await scopesOf(parts.db, actor),
    heartbeat: HEARTBEAT_MS,
  }
  socket.emit('hello', hello)
}

async function sweep(parts: TeamParts, seats: ReadonlyMap<string, Seat>): Promise<void> {
  const now = parts.now()
  const ids = [...new Set([...seats.values()].map((seat) => seat.actor.sessionId))]
  const alive = await sessions.listAlive(parts.db, ids, now.toISOString())
  for (const { actor, socket } of seats.values())
    if (!alive.has(actor.sessionId)) socket.disconnect(true)
  await cutRefused(parts.db, [...seats.values()])
}
