// What the Wall knows: the rows of every floor that I may see, and what follows from them.

import { untrack } from 'svelte'
import { SvelteMap } from 'svelte/reactivity'
import { type OperatorStatus, statusOf } from '#contract/presence.ts'
import { partsOf } from '#contract/scopes.ts'
import { clock, epochMs } from '#lib/clock.svelte.ts'
import { live } from '#lib/live/live.svelte.ts'
import { session } from '#lib/session.svelte.ts'
import { compareNames } from '#lib/words.ts'
import { type Alarm, CALM, type Level, levelOf, nextAlarm } from './alarm.ts'
import { type Line, linesOf, totalsOf } from './floor.ts'
import { freshnessOf } from './freshness.ts'
import { type Group, groupsOf, placesIn } from './groups.ts'
import type { Look } from './look.ts'

export class Wall {
  readonly #look: () => Look
  readonly #alarms = new SvelteMap<string, Alarm>()
  readonly #stops = new Map<string, () => void>()

  /** One text, so that a reconnection that brings the same scopes changes nothing. */
  readonly #floors = $derived(session.scopesOf('floor').toSorted().join(' '))
  readonly scopes = $derived(this.#floors === '' ? [] : this.#floors.split(' '))
  readonly #accountIds = $derived(new Set(this.scopes.map((scope) => partsOf(scope).id)))

  readonly operators = $derived(
    live
      .all('operator')
      .filter(
        ({ id, accountIds }) => accountIds.some((at) => this.#isMine(at)) || this.#isOfTeam(id),
      ),
  )
  readonly queues = $derived(
    live
      .all('queue')
      .filter((queue) => queue.isActive && this.#isMine(queue.accountId))
      .toSorted((a, b) => compareNames(a.name, b.name)),
  )
  readonly chats = $derived(live.all('chat').filter((chat) => this.#isMine(chat.accountId)))
  readonly totals = $derived(totalsOf(this.operators, this.chats, live.all('queue')))
  readonly lines = $derived(linesOf(this.queues, this.operators, this.chats))

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
  readonly #places = $derived(placesIn(this.operators, this.queues, this.#by))
  readonly #order = $derived.by((): Group[] => {
    this.#places
    return untrack(() => groupsOf(this.operators, this.queues, this.#by, compareNames))
  })
  /** Who passes the search and the filter, in their places. */
  readonly groups = $derived.by(() => this.#filtered(this.#order, this.#look()))
  readonly counts = $derived(countStatuses(this.operators.map(statusOf)))

  constructor(look: () => Look) {
    this.#look = look
  }

  /** The words for how a queue stands against its target. */
  levelOf(queueId: string): Level {
    return levelOf(this.#alarms.get(queueId) ?? CALM)
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
    this.#alarms.set(queue.id, nextAlarm(before, since, queue.targetSeconds * 1000, now))
  }

  /** Whoever sees a department's or a group's floor is told of its operators alone, and of themselves. */
  #isOfTeam(userId: string): boolean {
    const accounts = new Set(session.me?.accounts.map(({ id }) => id))
    return userId !== session.me?.id && [...this.#accountIds].some((id) => !accounts.has(id))
  }

  #isMine(accountId: string): boolean {
    return this.#accountIds.has(accountId)
  }

  #filtered(groups: readonly Group[], { q, statuses }: Look): Group[] {
    const wanted = plain(q)
    if (wanted === '' && statuses.length === 0) return [...groups]
    const rows = new Map(this.operators.map((operator) => [operator.id, operator]))
    const passes = (id: string) => {
      const operator = rows.get(id)
      if (!operator || !plain(operator.name).includes(wanted)) return false
      return statuses.length === 0 || statuses.includes(statusOf(operator))
    }
    return groups
      .map((group) => ({ ...group, ids: group.ids.filter(passes) }))
      .filter((group) => group.ids.length > 0)
  }
}

/** For comparing what is typed with a name: without case and accents. */
function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase().trim()
}

function countStatuses(statuses: readonly OperatorStatus[]): ReadonlyMap<OperatorStatus, number> {
  const counts = new Map<OperatorStatus, number>()
  for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1)
  return counts
}
