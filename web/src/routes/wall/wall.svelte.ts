// What the Wall knows: the rows of every floor that I may see, and what follows from them. However
// much changes between two pictures, it is taken in once before the next.

import { untrack } from 'svelte'
import { SvelteMap } from 'svelte/reactivity'
import type { Operator } from '#contract/presence.ts'
import type { Chat } from '#contract/routing.ts'
import { partsOf } from '#contract/scopes.ts'
import { clock, epochMs } from '#lib/clock.svelte.ts'
import { live } from '#lib/live/live.svelte.ts'
import { session } from '#lib/session.svelte.ts'
import { compareNames, locale } from '#lib/words.ts'
import { type Alarm, CALM, type Level, levelOf, nextAlarm } from './alarm.ts'
import type { Line, Totals } from './floor.ts'
import { freshnessOf } from './freshness.ts'
import { type Group, plain, type View } from './groups.ts'
import { Holding } from './holding.ts'
import { LineUp } from './line-up.ts'
import { type Look, STATUSES } from './look.ts'
import { Roll } from './roll.ts'

export class Wall {
  readonly #look: () => Look
  readonly #alarms = new SvelteMap<string, Alarm>()
  readonly #stops = new Map<string, () => void>()
  readonly #leftFor = (operator: Operator): number =>
    this.#holding.leftFor(operator, (id) => live.get('queue', id))
  #roll = new Roll(compareNames, this.#leftFor)
  #lineUp = new LineUp()
  #holding = new Holding()
  /** How many of its chats a queue lets one hold, as that was taken in. */
  readonly #heldLimits = new Map<string, number | null>()
  readonly #operators = new Set<string>()
  readonly #chats = new Set<string>()
  #isPlanned = false
  /** Moves on when what has changed has been taken in. */
  #turn = $state(0)

  /** One text, so that a reconnection that brings the same scopes changes nothing. */
  readonly #floors = $derived(session.scopesOf('floor').toSorted().join(' '))
  readonly scopes = $derived(this.#floors === '' ? [] : this.#floors.split(' '))
  readonly #accountIds = $derived(new Set(this.scopes.map((scope) => partsOf(scope).id)))
  readonly #myId = $derived(session.me?.id)
  /** Whether some floor that I see is not an account's, but a department's or a group's. */
  readonly #isByTeam = $derived.by(() => {
    const accounts = new Set(session.me?.accounts.map(({ id }) => id))
    return [...this.#accountIds].some((id) => !accounts.has(id))
  })

  readonly queues = $derived(
    live
      .all('queue')
      .filter((queue) => queue.isActive && this.#accountIds.has(queue.accountId))
      .toSorted((a, b) => compareNames(a.name, b.name)),
  )
  readonly #tests = $derived(
    new Set(
      live
        .all('queue')
        .filter(({ isTest }) => isTest)
        .map(({ id }) => id),
    ),
  )
  /** How many operators there are, whoever is drawn. */
  readonly size = $derived(this.#taken().roll.size)
  readonly operators = $derived(this.#taken().roll.byName())
  readonly chats = $derived(this.#taken().lineUp.all())
  readonly totals = $derived.by((): Totals => {
    const { roll, lineUp } = this.#taken()
    return { ...lineUp.total(this.#tests), ...roll.figures }
  })
  readonly lines = $derived.by((): ReadonlyMap<string, Line> => {
    const { roll, lineUp } = this.#taken()
    return new Map(
      this.queues.map((queue) => [
        queue.id,
        { queue, ...lineUp.of(queue.id), ...roll.servingOf(queue.id) },
      ]),
    )
  })

  readonly isLoaded = $derived(
    this.scopes.length > 0 && this.scopes.every((scope) => live.loaded.has(scope)),
  )
  readonly freshness = $derived(
    freshnessOf({
      connection: live.connection,
      isLoaded: this.isLoaded,
      lostAt: live.lostAt,
      now: clock.time,
      heardAt: live.heardAt,
    }),
  )

  /** The moment that is shown, epoch milliseconds: what is stale does not go on counting. */
  readonly now = $derived(this.freshness.kind === 'stale' ? this.freshness.asOf : clock.time)

  readonly #by = $derived.by(() => this.#look().by)
  readonly #wanted = $derived.by(() => plain(this.#look().q))
  readonly #statuses = $derived.by(() => this.#look().statuses.join())
  readonly #names = $derived(
    this.#by === 'queue' ? this.queues.map(({ id, name }) => `${id}\t${name}`).join('\n') : '',
  )
  readonly #view = $derived.by((): View => {
    const statuses = this.#statuses.split(',')
    const lines = this.#names.split('\n').map((line) => line.split('\t', 2))
    return {
      by: this.#by,
      wanted: this.#wanted,
      statuses: STATUSES.filter((status) => statuses.includes(status)),
      queues: new Map(lines.map(([id = '', name = '']) => [id, name])),
    }
  })
  /** Who passes the search and the filter, in their places. */
  readonly groups = $derived.by((): readonly Group[] => {
    const { roll } = this.#taken()
    roll.show(this.#view)
    return roll.groups
  })
  readonly counts = $derived(this.#taken().roll.counts)

  constructor(look: () => Look) {
    this.#look = look
  }

  /** The words for how a queue stands against its target. */
  levelOf(queueId: string): Level {
    return levelOf(this.#alarms.get(queueId) ?? CALM)
  }

  /** An operator whom I see. */
  find(id: string): Operator | undefined {
    return this.#taken().roll.find(id)
  }

  /** How many more chats somebody would be given now. */
  freeSlotsOf(id: string): number {
    return this.#taken().roll.freeSlotsOf(id)
  }

  /** How many more live chats the queues that somebody serves leave them. */
  leftByQueues(operator: Operator): number {
    this.#taken()
    return this.#leftFor(operator)
  }

  /** Whether an operator is drawn in a group. */
  isIn(key: string, id: string): boolean {
    void this.groups
    return this.#roll.isIn(key, id)
  }

  /** Watches each floor, and stops with those that are no longer mine to see. */
  watch(): void {
    for (const [scope, stop] of this.#stops) {
      if (this.scopes.includes(scope)) continue
      stop()
      this.#stops.delete(scope)
    }
    for (const scope of this.scopes)
      if (!this.#stops.has(scope)) this.#stops.set(scope, live.watch(scope))
  }

  stop(): void {
    for (const stop of this.#stops.values()) stop()
    this.#stops.clear()
  }

  /** Hears what comes, changes and goes; begins anew where other people are mine to see. */
  follow(): () => void {
    void [this.#floors, this.#myId, this.#isByTeam, locale()]
    untrack(() => this.#begin())
    const stops = [
      live.follow('operator', (id) => this.#hear(this.#operators, id)),
      live.follow('chat', (id) => this.#hear(this.#chats, id)),
      live.follow('queue', (id) => this.#hearQueue(id)),
      live.follow('queue_member', () => this.#plan()),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }

  /** Moves every queue's alarm on; what is not live raises and clears nothing. */
  tick(): void {
    const now = clock.time
    const lines = [...this.lines.values()]
    if (this.freshness.kind !== 'live') return
    untrack(() => {
      for (const line of lines) this.#advance(line, now)
    })
  }

  #advance({ queue, oldest }: Line, now: number): void {
    const before = this.#alarms.get(queue.id) ?? CALM
    const since = oldest === undefined ? undefined : epochMs(oldest)
    const alarm = nextAlarm(before, since, queue.targetSeconds * 1000, now)
    if (alarm !== before) this.#alarms.set(queue.id, alarm)
  }

  #taken(): { roll: Roll; lineUp: LineUp } {
    void this.#turn
    return { roll: this.#roll, lineUp: this.#lineUp }
  }

  #begin(): void {
    this.#roll = new Roll(compareNames, this.#leftFor)
    this.#roll.show(this.#view)
    this.#lineUp = new LineUp()
    this.#holding = new Holding()
    for (const { id, heldLimit } of live.all('queue')) this.#heldLimits.set(id, heldLimit)
    for (const { id } of live.all('operator')) this.#operators.add(id)
    for (const { id } of live.all('chat')) this.#chats.add(id)
    this.#settle()
  }

  #hear(changed: Set<string>, id: string): void {
    changed.add(id)
    this.#plan()
  }

  // What a queue lets one hold changes what is free with everybody who serves it.
  #hearQueue(id: string): void {
    const limit = live.get('queue', id)?.heldLimit ?? null
    if (limit === (this.#heldLimits.get(id) ?? null)) return
    this.#heldLimits.set(id, limit)
    for (const one of this.#roll.byName()) if (one.joined.includes(id)) this.#operators.add(one.id)
    this.#plan()
  }

  // Before the first picture everything is ready as soon as it is here; then once for each picture.
  #plan(): void {
    if (this.#isPlanned) return
    this.#isPlanned = true
    if (untrack(() => this.isLoaded)) requestAnimationFrame(() => this.#settle())
    else queueMicrotask(() => this.#settle())
  }

  #settle(): void {
    this.#isPlanned = false
    const chats = new Map([...this.#chats].map((id) => [id, this.#chatOf(id)]))
    for (const id of this.#holding.take(chats)) this.#operators.add(id)
    const operators = new Map([...this.#operators].map((id) => [id, this.#operatorOf(id)]))
    this.#operators.clear()
    this.#chats.clear()
    this.#roll.take(operators)
    this.#lineUp.take(chats)
    this.#turn += 1
  }

  #operatorOf(id: string): Operator | undefined {
    const operator = live.get('operator', id)
    if (operator?.accountIds.some((at) => this.#accountIds.has(at))) return operator
    // Whoever sees a department's or a group's floor is told of its operators, and of themselves.
    return this.#isByTeam && id !== this.#myId ? operator : undefined
  }

  #chatOf(id: string): Chat | undefined {
    const chat = live.get('chat', id)
    return chat && this.#accountIds.has(chat.accountId) ? chat : undefined
  }
}
