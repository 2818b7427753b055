// The people of the accounts that are looked at: their lines, what is filtered, what has just come.
import { createContext, untrack } from 'svelte'
import { SvelteSet } from 'svelte/reactivity'
import type { Account } from '#contract/accounts.ts'
import { partsOf } from '#contract/scopes.ts'
import { knownAccounts } from '#lib/accounts/known.svelte.ts'
import { kept } from '#lib/kept.ts'
import { live } from '#lib/live/live.svelte.ts'
import { branchOf, pathOf, treeOf } from '#lib/people/account-tree.ts'
import { countsOf, isListedAt, type Place, reachesFrom } from '#lib/people/at-account.ts'
import { columnsOf, type MoreNames } from '#lib/people/columns.ts'
import type { Line, Names } from '#lib/people/line.ts'
import {
  cleared,
  isNarrowed,
  type PeopleFilter,
  presentOf,
  readFilter,
  shownOf,
  writeFilter,
} from '#lib/people/people-filter.ts'
import { Roster } from '#lib/people/roster.svelte.ts'
import { Selection } from '#lib/people/selection.svelte.ts'
import { roleName } from '#lib/people/wording.ts'
import { session } from '#lib/session.svelte.ts'
import { goto } from '$app/navigation'
import { page } from '$app/state'
import { FirstPage } from './first-page.svelte.ts'

/** How long a line that has just come is told apart. */
const FRESH_MS = 4000
/** How long typing must rest before the address of the page follows it. */
const REST_MS = 250

export type Tab = 'users' | 'invitations' | 'groups' | 'roles'

export class People {
  /** What stands in the search field while the address has not followed yet. */
  #typed = $state<string>()
  #resting: number | undefined
  #openedFrom = $state<Tab>('users')
  #known: Set<string> | undefined
  /** Ids of lines that have just come. */
  readonly fresh = new SvelteSet<string>()
  readonly selection = new Selection()

  readonly names: Names & MoreNames = {
    account: (id) => session.me?.accounts.find((one) => one.id === id)?.name,
    department: (id) => live.get('department', id)?.name,
    queue: (id) => live.get('queue', id)?.name,
    group: (id) => live.get('group', id)?.name,
  }
  readonly roster = new Roster(this.names)
  readonly first = new FirstPage(this.names)

  readonly filter = $derived.by<PeopleFilter>(() => {
    const filter = readFilter(page.url.searchParams)
    return this.#typed === undefined ? filter : { ...filter, q: this.#typed }
  })
  readonly tab = $derived.by<Tab>(() => {
    const [, , part] = page.url.pathname.split('/')
    if (part === 'invitations' || part === 'groups' || part === 'roles') return part
    // What is open lies above the list that it was opened from.
    return part === undefined ? 'users' : this.#openedFrom
  })

  /** The accounts whose people this person may see. */
  readonly accounts = $derived.by<Account[]>(() => {
    const ids = new Set(session.scopesOf('people').map((one) => partsOf(one).id))
    return knownAccounts().filter(({ id }) => ids.has(id))
  })
  readonly tree = $derived(treeOf(this.accounts))

  /** The account looked at; undefined: everybody. One that may not be seen is nobody's choice. */
  readonly account = $derived(this.accounts.find(({ id }) => id === this.filter.account))
  readonly place = $derived.by<Place | undefined>(() => {
    if (!this.account) return undefined
    const { id } = this.account
    return { branch: branchOf(this.accounts, id), path: pathOf(this.accounts, id) }
  })

  /** What must be watched: the people, and the names they carry. */
  readonly scopes = $derived([
    ...session.scopesOf('people'),
    ...session.scopesOf('team'),
    ...session.scopesOf('setup'),
  ])

  readonly isLoaded = $derived(
    this.scopes.length > 0 && this.scopes.every((one) => live.loaded.has(one)),
  )

  /** Those of the account that is looked at, invited ones among them. */
  readonly lines = $derived.by<readonly Line[]>(() => {
    const { place } = this
    return place ? this.roster.lines.filter((line) => isListedAt(line, place)) : this.roster.lines
  })
  readonly #listed = $derived(
    this.tab === 'invitations'
      ? this.lines.filter(({ kind }) => kind === 'invitation')
      : this.lines,
  )
  readonly present = $derived(presentOf(this.#listed))
  readonly shown = $derived(
    this.isLoaded
      ? shownOf(this.#listed, this.filter, { group: this.names.group, role: roleName })
      : this.first.lines,
  )
  /** How many fit the filter, here already or not. */
  readonly total = $derived(this.isLoaded ? this.shown.length : this.first.total)
  readonly isNarrowed = $derived(isNarrowed(this.filter))
  readonly columns = $derived(columnsOf(this.filter.columns, this.tree.length > 1))

  /** How many people each account has, with all below it. */
  readonly counts = $derived.by(() => {
    const own = new Map<string, number>()
    const add = (id: string, people: number) => own.set(id, (own.get(id) ?? 0) + people)
    if (!this.isLoaded)
      for (const { accountId, people } of this.first.counts) add(accountId, people)
    else for (const line of this.roster.lines) if (isCounted(line)) add(line.accountId, 1)
    return countsOf(this.accounts, own)
  })

  /** The end of an address that keeps what is filtered: `/people/<id>` + this. */
  readonly search = $derived(writeFilter(this.filter))

  /** From which account somebody reaches the one that is looked at; undefined for its own members. */
  comesFrom(line: Line): string | undefined {
    const { place } = this
    const from = place && reachesFrom(line, place)
    if (from === undefined) return undefined
    return this.names.account(from === this.account?.id ? line.accountId : from) ?? ''
  }

  /** Whether the line can be chosen to be changed here: a person, and not one from elsewhere. */
  isSelectable(line: Line): boolean {
    return line.kind === 'person' && this.comesFrom(line) === undefined
  }

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

  /** Takes up a saved view, or what was left here before. */
  use(search: string): void {
    this.#write({ ...readFilter(new URLSearchParams(search)) })
  }

  open(line: Pick<Line, 'id'>): void {
    this.#openedFrom = this.tab
    void goto(`/people/${line.id}${this.search}`, { reset: false })
  }

  invite(): void {
    void goto(`/people/invite${this.search}`, { reset: false })
  }

  /** Back to the list alone; the line that was open keeps the focus. */
  async close(id?: string): Promise<void> {
    await goto(`${pathOfTab(this.#openedFrom)}${this.search}`, { reset: false })
    if (id !== undefined) document.getElementById(`line-${id}`)?.focus()
  }

  /** Tells lines that have come since the last call from those that were there. */
  noteArrivals(): void {
    const ids = this.roster.lines.map(({ id }) => id)
    const known = this.#known
    this.#known = this.isLoaded ? new Set(ids) : undefined
    if (!known || !this.isLoaded) return
    untrack(() => {
      for (const id of ids.filter((one) => !known.has(one))) this.#freshen(id)
    })
  }

  /** Whoever comes back finds the list as it was left, and whoever leaves finds it so again. */
  remember(): void {
    const name = `people.filter ${session.me?.organisationId} ${session.me?.id}`
    const isBare = page.url.pathname === '/people' && page.url.search === ''
    const before = kept.get(name)
    if (this.#isNew && isBare && before) this.use(before)
    else kept.set(name, this.search)
    this.#isNew = false
  }
  #isNew = true

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

export const pathOfTab = (tab: Tab) => (tab === 'users' ? '/people' : `/people/${tab}`)

const isCounted = ({ kind, state }: Line) => kind === 'person' && state !== 'archived'

export const [people, providePeople] = createContext<People>()
