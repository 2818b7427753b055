// A process of its own that plays operators: their sockets, and what they press. It measures by its own
// clock alone, since it sends the close and hears the offer.
import { Agent } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { io, type Socket } from 'socket.io-client'
import type { ClientEvents, Frame, ServerEvents } from '#contract/frames.ts'
import { routing } from '#contract/routing.ts'
import { scope } from '#contract/scopes.ts'
import { visitors } from '#contract/visitors.ts'
import { type Caller, caller } from '../../server/client/http.ts'
import type { Done, Order, Seat, Turn } from './orders.ts'

const LATE_MS = 10_000
/** So many sockets are opened at a time, and each is tried so often. */
const AT_ONCE = 10
const ATTEMPTS = 10

/** The machine's time of day, in fractions of a millisecond: the database's clock is the same. */
const clock = () => performance.timeOrigin + performance.now()

interface Next {
  chatId: string
  offerId: string
  at: number
}

class Desk {
  readonly seat: Seat
  readonly #socket: Socket<ServerEvents, ClientEvents>
  /** At the server of the socket, and at the other one. */
  readonly #here: Caller
  readonly #there: Caller
  readonly held = new Set<string>()
  #heard: ((next: Next) => void) | undefined

  constructor(seat: Seat, servers: readonly string[]) {
    this.seat = seat
    const url = (number: number) => servers[number % servers.length] ?? ''
    this.#here = caller(() => url(seat.server), { cookie: seat.cookie })
    this.#there = caller(() => url(seat.server + 1), { cookie: seat.cookie })
    // Not known to the types: the HTTP agent is handed on to the websocket.
    const address: object = { agent: new Agent({ localAddress: seat.from }) }
    this.#socket = io(`${url(seat.server)}/team`, {
      transports: ['websocket'],
      ...{ reconnection: false, forceNew: true, ...address },
      extraHeaders: { origin: url(seat.server), cookie: seat.cookie },
    })
    this.#socket.on('frame', (frame) => this.#hear(frame))
  }

  /** Resolves once the socket is let in and hears what it should. */
  async open(): Promise<void> {
    const socket = this.#socket
    await new Promise<void>((resolve, reject) => {
      socket.once('hello', () => resolve())
      socket.once('connect_error', reject)
      socket.once('disconnect', (why) => reject(new Error(why)))
    })
    await this.#watch()
    // One that breaks later comes back, as a page does.
    socket.io.reconnection(true)
    socket.on('hello', () => void this.#watch())
  }

  async #watch(): Promise<void> {
    for (const s of [scope.user(this.seat.userId), scope.queue(this.seat.queueId)])
      await this.#socket.emitWithAck('watch', { s, since: -1 })
  }

  get isFree(): boolean {
    return this.#heard === undefined && this.held.size > 0
  }

  /** Ends a chat at the other server, and takes the one that is offered next. */
  async closeOne(): Promise<Turn | undefined> {
    const [chatId] = this.held
    if (chatId === undefined) return undefined
    this.held.delete(chatId)
    const heard = new Promise<Next | undefined>((resolve) => {
      this.#heard = resolve
      setTimeout(() => resolve(undefined), LATE_MS).unref()
    })
    const askedAt = clock()
    const closing = this.#there.try(routing.close, { params: { id: chatId } })
    const next = await heard
    await closing
    if (next !== undefined) {
      const { status } = await this.#here.try(routing.accept, { params: { id: next.offerId } })
      if (status === 200) this.held.add(next.chatId)
    }
    this.#heard = undefined
    return next && { chatId, askedAt, offeredAt: next.at }
  }

  /** A message whose answer needs nothing but this server. */
  async echo(): Promise<number> {
    const sentAt = performance.now()
    await this.#socket.emitWithAck('unwatch', { s: scope.user(crypto.randomUUID()) })
    return performance.now() - sentAt
  }

  leave(): void {
    this.#socket.disconnect()
  }

  #hear(frame: Frame): void {
    if (frame.s !== scope.user(this.seat.userId)) return
    const at = clock()
    for (const [kind, id, , row] of frame.r) {
      if (kind !== 'chat' || row === null) continue
      if (row.operatorId === this.seat.userId && this.#heard === undefined) this.held.add(id)
      if (row.offer?.operatorId === this.seat.userId)
        this.#heard?.({ chatId: id, offerId: row.offer.id, at })
    }
  }
}

const desks: Desk[] = []
let servers: readonly string[] = []
let siteKeys: readonly string[] = []

async function open(order: Extract<Order, { do: 'open' }>): Promise<void> {
  servers = order.servers
  siteKeys = order.siteKeys
  const left = [...order.seats]
  const arrive = async () => {
    for (let seat = left.pop(); seat !== undefined; seat = left.pop())
      desks.push(await insist(seat))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, arrive))
}

/** A server that is busy is asked again, as a browser would. */
async function insist(seat: Seat): Promise<Desk> {
  for (let attempt = 1; ; attempt++) {
    const desk = new Desk(seat, servers)
    try {
      await desk.open()
      return desk
    } catch (error) {
      desk.leave()
      if (attempt === ATTEMPTS) throw error
      await pause(1_000)
    }
  }
}

async function hold(chats: number): Promise<void> {
  const until = performance.now() + 120_000
  while (desks.some(({ held }) => held.size < chats)) {
    if (performance.now() > until) throw new Error('not everybody got their chats')
    await pause(50)
  }
}

const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(Math.random() * list.length)]

let come = 0

/** Somebody comes, so that the line stays as long as it is. */
async function ask(): Promise<void> {
  const at = come++
  const url = () => servers[at % servers.length] ?? ''
  const siteKey = siteKeys[at % siteKeys.length] ?? ''
  const { token } = await caller(url).call(visitors.begin, { body: { siteKey } })
  const body = { id: crypto.randomUUID(), clientId: crypto.randomUUID(), body: 'Hello' }
  await caller(url, { token }).call(visitors.ask, { body })
}

/** One close with the offer that follows, and an echo in the same moment. */
async function turn(done: Done): Promise<void> {
  const desk = pick(desks.filter(({ isFree }) => isFree))
  if (desk === undefined) {
    done.missed++
    return
  }
  const [closed] = await Promise.all([
    desk.closeOne(),
    pick(desks)
      ?.echo()
      .then((ms) => done.echoes.push(ms)),
  ])
  if (closed === undefined) done.missed++
  else done.turns.push(closed)
}

async function rush(hands: number, seconds: number): Promise<Done> {
  const done: Done = { turns: [], echoes: [], missed: 0 }
  const until = performance.now() + seconds * 1_000
  const hand = async () => {
    while (performance.now() < until) await Promise.all([turn(done), ask()])
  }
  await Promise.all(Array.from({ length: hands }, hand))
  return done
}

/** Chats end and visitors come, each as often, as calls come in: independent of one another. */
async function pace(perSecond: number, seconds: number): Promise<Done> {
  const done: Done = { turns: [], echoes: [], missed: 0 }
  const until = performance.now() + seconds * 1_000
  await Promise.all([poisson(perSecond, until, () => turn(done)), poisson(perSecond, until, ask)])
  return done
}

async function poisson(perSecond: number, until: number, act: () => Promise<void>): Promise<void> {
  const acts: Promise<void>[] = []
  let at = performance.now()
  while (at < until) {
    at += (-Math.log(1 - Math.random()) * 1_000) / perSecond
    await pause(Math.max(0, at - performance.now()))
    acts.push(act())
  }
  await Promise.all(acts)
}

const NOTHING: Done = { turns: [], echoes: [], missed: 0 }

async function obey(order: Order): Promise<Done> {
  switch (order.do) {
    case 'open':
      await open(order)
      return NOTHING
    case 'hold':
      await hold(order.chats)
      return NOTHING
    case 'rush':
      return rush(order.hands, order.seconds)
    case 'pace':
      return pace(order.perSecond, order.seconds)
    case 'leave':
      for (const desk of desks) desk.leave()
      process.disconnect()
      return NOTHING
  }
}

process.on('message', (order: Order) => {
  obey(order).then(
    (done) => process.connected && process.send?.(done),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`)
      process.exit(1)
    },
  )
})
// Whoever ordered is gone: so is what was ordered.
process.on('disconnect', () => process.exit())
