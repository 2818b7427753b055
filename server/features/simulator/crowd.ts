// The people of a sandbox, who do not exist: visitors come, wait and give up; operators accept, hold
// and end chats, miss some, lose their connections and come back. What becomes of any of them is the
// engine's to say: the crowd calls its functions and reads its log, like the pages of real people.
import { randomUUID } from 'node:crypto'
import type { LineFigures, NewFault, SimulatedLine } from '#contract/simulator.ts'
import type { Db } from '../../platform/database.ts'
import { run } from '../routing/actions.ts'
import * as routing from '../routing/queries.ts'
import { type Chance, chanceOf } from './chance.ts'
import type { Crew } from './crew.ts'
import { Pace } from './pace.ts'
import * as sandbox from './sandbox-queries.ts'
import { LineTally } from './tally.ts'

export interface CrowdLine extends sandbox.SandboxQueue {
  settings: SimulatedLine
}

export interface CrowdParts {
  db: Db
  sandboxId: string
  speed: number
  lines: readonly CrowdLine[]
  crew: Crew
}

interface Guest {
  chatId: string
  line: Line
  cameAt: number
  state: 'waiting' | 'active' | 'gone'
  /** The offer that stands, or that was accepted. */
  offerId: string | undefined
  wasAnswered: boolean
  /** Who holds the chat, how often somebody has begun to: what was planned before is void. */
  turn: number
}

interface Line extends CrowdLine {
  tally: LineTally
}

type Happening =
  | { kind: 'comes'; line: Line }
  | { kind: 'gives_up'; guest: Guest; turn: number }
  | { kind: 'rings_out' | 'is_taken'; guest: Guest; offerId: string; userId: string }
  | { kind: 'ends'; guest: Guest; userId: string; turn: number }
  | { kind: 'is_finished'; offerId: string; userId: string }
  | { kind: 'is_back' | 'answers_again'; userId: string }
  | { kind: 'server_is_back' }

const NEWS_MS = 30
/** An operator who does not answer notices it. */
const NOTICES_SECONDS = 60
/** Browsers find another server within so many seconds. */
const FINDS_SERVER = { least: 2, most: 20 }
const SERVER_RESTARTS_SECONDS = 30
/** Whoever is not connected cannot end their chat: they try again. */
const TRIES_AGAIN_SECONDS = 5

export class Crowd {
  readonly #parts: CrowdParts
  readonly #chance: Chance = chanceOf(Math.floor(Math.random() * 2 ** 32))
  readonly #lines: Line[]
  readonly #guests = new Map<string, Guest>()
  readonly #pace: Pace<Happening>
  #seq = 0

  constructor(parts: CrowdParts) {
    this.#parts = parts
    this.#lines = parts.lines.map((line) => ({
      ...line,
      tally: new LineTally(line.targetSeconds),
    }))
    this.#pace = new Pace(parts.speed, (what, at) => this.#happen(what, at))
    for (const line of this.#lines) this.#planNext(line, 0)
    this.#pace.every(NEWS_MS, () => this.#readNews())
  }

  /** Its time and its lateness; `error`: the machinery broke. */
  get pace(): Pick<Pace<Happening>, 'now' | 'error' | 'takeLagMs' | 'stop'> {
    return this.#pace
  }

  figures(passedSeconds: number): LineFigures[] {
    const waiting = new Map<Line, number>()
    const inChat = new Map<Line, number>()
    for (const { line, state } of this.#guests.values()) {
      const counts = state === 'active' ? inChat : waiting
      counts.set(line, (counts.get(line) ?? 0) + 1)
    }
    return this.#lines.map((line) => {
      const { taken, places, free } = this.#parts.crew.placesOf(line.queueId)
      line.tally.passed(passedSeconds, taken, places)
      return {
        queueId: line.realId,
        waiting: waiting.get(line) ?? 0,
        inChat: inChat.get(line) ?? 0,
        free,
        ...line.tally.figures(),
      }
    })
  }

  /** Lets something go wrong; answers how many it struck or brought. */
  async disturb(fault: NewFault): Promise<number> {
    if (fault.kind === 'burst') return this.#burst(fault.visitors)
    if (fault.kind === 'wifi') {
      const struck = this.#parts.crew.pick(fault.percent / 100, () => this.#chance.part())
      for (const userId of struck) {
        this.#pace.do(() => this.#parts.crew.disconnect(userId))
        this.#pace.plan(fault.backAfterSeconds * (1 + 0.1 * this.#chance.part()), {
          kind: 'is_back',
          userId,
        })
      }
      return struck.length
    }
    const struck = await this.#parts.crew.endServer()
    const { least, most } = FINDS_SERVER
    for (const userId of struck)
      this.#pace.plan(least + (most - least) * this.#chance.part(), { kind: 'is_back', userId })
    this.#pace.plan(SERVER_RESTARTS_SECONDS, { kind: 'server_is_back' })
    return struck.length
  }

  #burst(visitors: number): number {
    const all = this.#lines.reduce((sum, { settings }) => sum + settings.arrivalsPerHour, 0)
    for (let n = 0; n < visitors; n++) {
      let at = this.#chance.part() * all
      const line = this.#lines.find(({ settings }) => {
        at -= settings.arrivalsPerHour
        return at < 0
      })
      const chosen = line ?? this.#lines[n % this.#lines.length]
      if (chosen) this.#pace.do(() => this.#come(chosen))
    }
    return visitors
  }

  #planNext(line: Line, from: number): void {
    const { arrivalsPerHour } = line.settings
    if (arrivalsPerHour === 0) return
    const wait = this.#chance.draw({ kind: 'exponential', mean: 3600 / arrivalsPerHour })
    this.#pace.planAt(from + wait, { kind: 'comes', line })
  }

  async #happen(what: Happening, at: number): Promise<unknown> {
    switch (what.kind) {
      case 'comes':
        this.#planNext(what.line, at)
        return this.#come(what.line)
      case 'gives_up':
        return this.#giveUp(what.guest, what.turn)
      case 'is_taken':
        return this.#take(what.guest, what.offerId, what.userId)
      case 'rings_out':
        return what.guest.offerId === what.offerId && this.#hasten(what.offerId, what.userId)
      case 'ends':
        return this.#end(what.guest, what.userId, what.turn)
      case 'is_finished':
        return this.#hasten(what.offerId, what.userId)
      case 'is_back':
        return this.#parts.crew.connect(what.userId)
      case 'answers_again':
        return this.#parts.crew.answerAgain(what.userId)
      case 'server_is_back':
        return this.#parts.crew.startServer()
    }
  }

  async #come(line: Line): Promise<void> {
    const { db, sandboxId } = this.#parts
    const chatId = randomUUID()
    const guest: Guest = {
      ...{ chatId, line, cameAt: this.#pace.now, state: 'waiting', offerId: undefined },
      ...{ wasAnswered: false, turn: 0 },
    }
    this.#guests.set(chatId, guest)
    line.tally.arrived()
    const { status } = await run(db, (at) =>
      sandbox.arrive(at, { sandboxId, queueId: line.queueId, chatId }),
    )
    if (status === 'queue_full' || status === 'not_found' || status === 'closed') {
      line.tally.turnedAway()
      this.#forget(guest)
    } else this.#wait(guest)
  }

  #wait(guest: Guest): void {
    const mean = guest.line.settings.patienceSeconds
    const patience = this.#chance.draw({ kind: 'exponential', mean })
    this.#pace.plan(patience, { kind: 'gives_up', guest, turn: guest.turn })
  }

  async #giveUp(guest: Guest, turn: number): Promise<void> {
    if (guest.state !== 'waiting' || guest.turn !== turn) return
    const { db, sandboxId } = this.#parts
    const { chatId } = guest
    await run(db, (at) => routing.abandonChat(at, { organisationId: sandboxId, chatId }))
    if (guest.state !== 'waiting') return
    guest.line.tally.abandoned(this.#pace.now - guest.cameAt)
    this.#forget(guest)
  }

  async #take(guest: Guest, offerId: string, userId: string): Promise<void> {
    if (guest.offerId !== offerId || !this.#parts.crew.isConnected(userId)) return
    const { db, sandboxId } = this.#parts
    const { status } = await run(db, (at) =>
      routing.acceptOffer(at, { organisationId: sandboxId, offerId, userId }),
    )
    if (status === 'accepted') this.#answered(guest, userId)
  }

  #answered(guest: Guest, userId: string): void {
    if (guest.state !== 'waiting') return
    const { tally, settings } = guest.line
    guest.state = 'active'
    guest.turn += 1
    if (!guest.wasAnswered) tally.answered(this.#pace.now - guest.cameAt)
    guest.wasAnswered = true
    const held = this.#chance.draw({ kind: 'exponential', mean: settings.heldSeconds })
    this.#pace.plan(held, { kind: 'ends', guest, userId, turn: guest.turn })
  }

  async #end(guest: Guest, userId: string, turn: number): Promise<void> {
    if (guest.state !== 'active' || guest.turn !== turn) return
    if (!this.#parts.crew.isConnected(userId)) {
      this.#pace.plan(TRIES_AGAIN_SECONDS, { kind: 'ends', guest, userId, turn })
      return
    }
    const { db, sandboxId } = this.#parts
    const { chatId, line, offerId } = guest
    const wanted = { organisationId: sandboxId, chatId, holderId: userId, actorId: userId }
    const { status } = await run(db, (at) =>
      routing.closeChat(at, { ...wanted, because: 'operator' }),
    )
    if (status !== 'closed') return
    this.#forget(guest)
    if (line.wrapUpSeconds > 0 && offerId)
      this.#pace.plan(line.wrapUpSeconds, { kind: 'is_finished', offerId, userId })
  }

  #forget(guest: Guest): void {
    guest.state = 'gone'
    this.#guests.delete(guest.chatId)
  }

  async #hasten(offerId: string, userId: string): Promise<void> {
    const { db, sandboxId } = this.#parts
    await sandbox.hasten(db, { sandboxId, offerId, userId })
  }

  async #readNews(): Promise<void> {
    const { db, sandboxId, crew } = this.#parts
    for (const news of await sandbox.listNews(db, sandboxId, this.#seq)) {
      this.#seq = news.seq
      if (news.kind === 'operator') {
        if (crew.hear(news))
          this.#pace.plan(NOTICES_SECONDS, { kind: 'answers_again', userId: news.id })
      } else {
        const guest = this.#guests.get(news.id)
        if (guest) this.#hear(guest, news)
      }
    }
  }

  #hear(guest: Guest, { state, holderId, offerId, offeredTo }: sandbox.News): void {
    if (state === 'offered' && offerId && offeredTo && guest.offerId !== offerId)
      this.#ring(guest, offerId, offeredTo)
    else if (state === 'active' && holderId) this.#answered(guest, holderId)
    else if (state === 'waiting' && guest.state === 'active') {
      // Their operator did not come back in time: they stand where they stood, and wait again.
      guest.state = 'waiting'
      guest.turn += 1
      this.#wait(guest)
    } else if (state === null) this.#forget(guest)
  }

  #ring(guest: Guest, offerId: string, userId: string): void {
    guest.offerId = offerId
    const { settings, offerSeconds } = guest.line
    const takes = this.#chance.draw({ kind: 'exponential', mean: settings.acceptSeconds })
    const isMissed = this.#chance.part() * 100 < settings.missedPercent || takes >= offerSeconds
    const kind = isMissed ? 'rings_out' : 'is_taken'
    this.#pace.plan(isMissed ? offerSeconds : takes, { kind, guest, offerId, userId })
  }
}
