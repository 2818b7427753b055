// A floor that never was: visitors come, wait, give up or are answered, by the product's own rules of
// who is chosen (routing/decide.ts), as fast as the machine can reckon. Nothing is stored.
import type { Strategy } from '#contract/queues.ts'
import { type Candidate, compareCandidates, whyNot } from '../routing/decide.ts'
import { type Forecast, forecastWait } from '../visits/forecast.ts'
import { Agenda } from './agenda.ts'
import { type Chance, chanceOf, type Law } from './chance.ts'
import { PaceWatch } from './pace-watch.ts'

export interface Plan {
  operators: number
  /** Chats that each of them may hold. */
  limit: number
  strategy: Strategy
  /** Visitors in a second, each whenever they like (Poisson). */
  arrivals: number
  held: Law
  /** How long a visitor waits before they give up; undefined: for ever. */
  patience: Law | undefined
  visitors: number
  seed: number
  /**
   * The part of the visitors who wait for ever, whatever the others do: what they were told is held
   * against what they waited. Those who give up cannot say how long it would have been.
   */
  probes: number
}

/** What became of those who came, in order. */
export interface Seen {
  visitor(outcome: Outcome): void
  probe(told: Forecast, waited: number): void
  /** Who was chosen for somebody who came, before it counts. */
  chosen?(operator: Candidate, among: readonly Candidate[]): void
}

export interface Outcome {
  /** Which of the visitors, from 0. */
  at: number
  /** Seconds until they were answered or gave up. */
  waited: number
  hadToWait: boolean
  gaveUp: boolean
}

/** The average over the whole run. */
export interface Totals {
  seconds: number
  /** Visitors who waited, at any moment. */
  lineLength: number
  /** The part of all slots that was taken. */
  taken: number
}

interface Visitor {
  at: number
  cameAt: number
  takenAt: number
  isWaiting: boolean
  told: Forecast | undefined
}

type Happening =
  | { kind: 'comes' }
  | { kind: 'ends'; visitor: Visitor; operator: Candidate }
  | { kind: 'gives_up'; visitor: Visitor }

const COMES: Happening = { kind: 'comes' }

/** Runs the floor until the last visitor has gone. */
export function simulate(plan: Plan, seen: Seen): Totals {
  return new Floor(plan, seen).run()
}

class Floor {
  readonly #plan: Plan
  readonly #seen: Seen
  readonly #chance: Chance
  readonly #agenda = new Agenda<Happening>()
  readonly #watch = new PaceWatch()
  readonly #operators: Candidate[]
  readonly #order: (one: Candidate, other: Candidate) => number
  #line: Visitor[] = []
  #first = 0
  #waiting = 0
  #held = 0
  #came = 0
  #now = 0
  #waitingSeconds = 0
  #heldSeconds = 0

  constructor(plan: Plan, seen: Seen) {
    this.#plan = plan
    this.#seen = seen
    this.#chance = chanceOf(plan.seed)
    this.#order = compareCandidates(plan.strategy)
    this.#operators = Array.from({ length: plan.operators }, (_, n) => operatorOf(n, plan.limit))
  }

  run(): Totals {
    this.#planNext()
    for (let next = this.#agenda.next(); next; next = this.#agenda.next()) {
      this.#pass(next.at)
      this.#happen(next.what)
    }
    const slots = this.#plan.operators * this.#plan.limit
    return {
      seconds: this.#now,
      lineLength: this.#waitingSeconds / this.#now,
      taken: this.#heldSeconds / this.#now / slots,
    }
  }

  #pass(at: number): void {
    const seconds = at - this.#now
    this.#waitingSeconds += this.#waiting * seconds
    this.#heldSeconds += this.#held * seconds
    this.#now = at
  }

  #happen(what: Happening): void {
    if (what.kind === 'comes') this.#come()
    else if (what.kind === 'ends') this.#end(what.visitor, what.operator)
    else if (what.visitor.isWaiting) this.#giveUp(what.visitor)
  }

  #planNext(): void {
    if (this.#came >= this.#plan.visitors) return
    const mean = 1 / this.#plan.arrivals
    this.#agenda.plan(this.#now + this.#chance.draw({ kind: 'exponential', mean }), COMES)
  }

  #come(): void {
    const visitor: Visitor = {
      at: this.#came,
      cameAt: this.#now,
      takenAt: 0,
      isWaiting: true,
      told: undefined,
    }
    this.#came += 1
    this.#planNext()
    this.#watch.came(this.#now)
    const operator = this.#choose()
    this.#waiting += 1
    if (operator) {
      this.#seen.chosen?.(operator, this.#operators)
      this.#take(visitor, operator, false)
    } else this.#queue(visitor)
  }

  #queue(visitor: Visitor): void {
    this.#line.push(visitor)
    if (this.#chance.part() < this.#plan.probes) {
      const { operators, limit } = this.#plan
      const floor = { online: operators, slots: operators * limit, free: 0, offerSeconds: 0 }
      const pace = this.#watch.pace(this.#now, this.#peek()?.cameAt, floor)
      visitor.told = forecastWait(pace, this.#waiting - 1)
    } else if (this.#plan.patience) {
      const at = this.#now + this.#chance.draw(this.#plan.patience)
      this.#agenda.plan(at, { kind: 'gives_up', visitor })
    }
  }

  /** Whom the queue's strategy asks first; undefined when everybody is ruled out. */
  #choose(): Candidate | undefined {
    if (this.#held >= this.#plan.operators * this.#plan.limit) return undefined
    let first: Candidate | undefined
    for (const operator of this.#operators) {
      if (whyNot(operator) !== undefined) continue
      if (first === undefined || this.#order(operator, first) < 0) first = operator
    }
    return first
  }

  #take(visitor: Visitor, operator: Candidate, hadToWait: boolean): void {
    visitor.isWaiting = false
    visitor.takenAt = this.#now
    this.#waiting -= 1
    this.#held += 1
    operator.used += 1
    operator.lastOfferedAt = this.#now
    operator.turnAt = this.#now
    operator.takenToday += 1
    this.#watch.taken(this.#now, visitor.cameAt)
    const waited = this.#now - visitor.cameAt
    if (visitor.told) this.#seen.probe(visitor.told, waited)
    this.#seen.visitor({ at: visitor.at, waited, hadToWait, gaveUp: false })
    const at = this.#now + this.#chance.draw(this.#plan.held)
    this.#agenda.plan(at, { kind: 'ends', visitor, operator })
  }

  #end(visitor: Visitor, operator: Candidate): void {
    operator.used -= 1
    this.#held -= 1
    this.#watch.ended(this.#now, visitor.takenAt, visitor.cameAt)
    const next = this.#peek()
    if (next) this.#take(next, operator, true)
  }

  #giveUp(visitor: Visitor): void {
    visitor.isWaiting = false
    this.#waiting -= 1
    this.#watch.gaveUp(this.#now, visitor.cameAt)
    const waited = this.#now - visitor.cameAt
    this.#seen.visitor({ at: visitor.at, waited, hadToWait: true, gaveUp: true })
  }

  /** The first who still waits. */
  #peek(): Visitor | undefined {
    while (this.#line[this.#first]?.isWaiting === false) this.#first += 1
    if (this.#first > 4096) {
      this.#line = this.#line.slice(this.#first)
      this.#first = 0
    }
    return this.#line[this.#first]
  }
}

function operatorOf(n: number, limit: number): Candidate {
  return {
    userId: String(n).padStart(6, '0'),
    tier: 1,
    isJoined: true,
    isOnShift: true,
    acceptsKind: true,
    participates: true,
    isFor: 'everybody',
    hasSkills: true,
    availability: 'available',
    isPresent: true,
    isNotAnswering: false,
    used: 0,
    limit,
    units: undefined,
    ofQueue: undefined,
    lastOfferedAt: undefined,
    turnAt: undefined,
    takenToday: 0,
    isWrappingUp: false,
    isCoolingDown: false,
    isByHand: false,
    isHeldForAnother: false,
    isExcluded: false,
  }
}
