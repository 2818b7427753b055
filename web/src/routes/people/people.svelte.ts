// The people of the accounts that are looked at: their lines, what is filtered, what has just come.
import { createContext, untrack } from 'svelte'
import { SvelteSet } from 'svelte/reactivity'
import type { Account } from '#contract/accounts.ts'
import { partsOf, scope } from '#contract/scopes.ts'
import { live } from '#lib/live/live.svelte.ts'
import { branchOf, treeOf } from '#lib/people/account-tree.ts'
import { type Line, lineOfInvitation, lineOfPerson, type Names } from '#lib/people/line.ts'
import {
  cleared,
  isNarrowed,
  type PeopleFilter,
  presentOf,
  readFilter,
  shownOf,
  writeFilter,
} from '#lib/people/people-filter.ts'
import { session } from '#lib/session.svelte.ts'
import { goto } from '$app/navigation'
import { page } from '$app/state'

/** How long a line that has just come is told apart. */
const FRESH_MS = 4000
/** How long typing must rest before the address of the page follows it. */
const REST_MS = 250

export class People {
  /** What stands in the search field while the address has not followed yet. */
  #typed = $state<string>()
  #resting: number | undefined
  #known: Set<string> | undefined
  /** Ids of lines that have just come. */
  readonly fresh = new SvelteSet<string>()

  readonly filter = $derived.by<PeopleFilter>(() => {
    const filter = readFilter(page.url.searchParams)
    return this.#typed === undefined ? filter : { ...filter, q: this.#typed }
  })

  /** The accounts whose people this person may see. */
  readonly accounts = $derived.by<Account[]>(() => {
    const ids = new Set(session.scopesOf('people').map((one) => partsOf(one).id))
    return session.me?.accounts.filter(({ id }) => ids.has(id)) ?? []
  })
  readonly tree = $derived(treeOf(this.accounts))

  readonly #looked = $derived.by(() => {
    const { account } = this.filter
    const all = new Set(this.accounts.map(({ id }) => id))
    return account !== undefined && all.has(account) ? branchOf(this.accounts, account) : all
  })

  /** What must be watched: the people looked at, the names they carry, and their status. */
  readonly scopes = $derived.by(() => {
    const wanted = [...this.#looked].flatMap((id) => [scope.people(id), scope.floor(id)])
    const names = session.scopesOf('setup')
    return [...wanted.filter((one) => live.scopes.includes(one)), ...names]
  })

  readonly isLoaded = $derived(
    this.#looked.size > 0 &&
      this.scopes.every((one) => partsOf(one).of === 'floor' || live.loaded.has(one)),
  )

  readonly names: Names = {
    account: (id) => session.me?.accounts.find((one) => one.id === id)?.name,
    department: (id) => live.get('department', id)?.name,
    queue: (id) => live.get('queue', id)?.name,
  }

  readonly lines = $derived.by<Line[]>(() =>
    [
      ...live.all('person').map((row) => lineOfPerson(row, this.names)),
      ...live.all('invitation').map((row) => lineOfInvitation(row, this.names)),
    ].filter(({ accountId }) => this.#looked.has(accountId)),
  )
  readonly present = $derived(presentOf(this.lines))
  readonly shown = $derived(shownOf(this.lines, this.filter))
  readonly isNarrowed = $derived(isNarrowed(this.filter))

  /** The end of an address that keeps what is filtered: `/people/<id>` + this. */
  readonly search = $derived(writeFilter(this.filter))

  narrow(change: Partial<PeopleFilter>): void {
    this.#write({ ...this.filter, ...change })
  }

  showAll(): void {
    this.#write(cleared(this.filter))
  }

  /** Filters at once, and lets the address follow when the typing rests. */
  type(text: string): void {
    this.#typed = text
    window.clearTimeout(this.#resting)
    this.#resting = window.setTimeout(() => this.#write(this.filter), REST_MS)
  }

  open(line: Pick<Line, 'id'>): void {
    void goto(`/people/${line.id}${this.search}`, { reset: false })
  }

  invite(): void {
    void goto(`/people/invite${this.search}`, { reset: false })
  }

  /** Back to the list alone; the line that was open keeps the focus. */
  async close(id?: string): Promise<void> {
    await goto(`/people${this.search}`, { reset: false })
    if (id !== undefined) document.getElementById(`line-${id}`)?.focus()
  }

  /** Tells lines that have come since the last call from those that were there. */
  noteArrivals(): void {
    const ids = this.lines.map(({ id }) => id)
    const known = this.#known
    this.#known = this.isLoaded ? new Set(ids) : undefined
    if (!known || !this.isLoaded) return
    untrack(() => {
      for (const id of ids.filter((one) => !known.has(one))) this.#freshen(id)
    })
  }

  #freshen(id: string): void {
    this.fresh.add(id)
    window.setTimeout(() => this.fresh.delete(id), FRESH_MS)
  }

  #write(filter: PeopleFilter): void {
    window.clearTimeout(this.#resting)
    const to = `${page.url.pathname}${writeFilter(filter)}`
    this.#typed = filter.q
    void goto(to, { replace: true, reset: false }).then(() => {
      if (this.#typed === filter.q) this.#typed = undefined
    })
  }
}

export const [people, providePeople] = createContext<People>()
