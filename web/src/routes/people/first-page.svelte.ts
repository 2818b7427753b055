// What is shown while everybody is still on the way: the first page, from the server's own search.
import { type PageQuery, type PeoplePage, peopleList } from '#contract/people-list.ts'
import { call } from '#lib/api.ts'
import { type Line, lineOfPerson, type Names } from '#lib/people/line.ts'
import { type PeopleFilter, readFilter } from '#lib/people/people-filter.ts'

const SORTS = ['name', 'email', 'login', 'status', 'created'] as const
const STATUSES = ['active', 'blocked', 'archived'] as const

/** How long what was asked for on the way here is as good as asked for now. */
const EARLY_MS = 3000

let early: { address: string; at: number; page: Promise<PeoplePage> } | undefined

/** Asks for it on the way to the page, while the page itself is still being made. */
export function askEarly(url: URL): void {
  const query = queryOf(readFilter(url.searchParams))
  if (!query) return
  const page = call(peopleList.page, { query })
  // Whoever takes it up hears of that; nobody may.
  page.catch(() => {})
  early = { address: JSON.stringify(query), at: performance.now(), page }
}

function takeEarly(query: PageQuery): Promise<PeoplePage> | undefined {
  const asked = early
  early = undefined
  const isGood = asked && performance.now() - asked.at < EARLY_MS
  return isGood && asked.address === JSON.stringify(query) ? asked.page : undefined
}

export class FirstPage {
  readonly #names: Names
  #people = $state.raw<PeoplePage['people']>([])
  // Their departments and queues get their names when those are here.
  readonly lines = $derived<readonly Line[]>(
    this.#people.map((person) => lineOfPerson(person, this.#names)),
  )
  total = $state(0)
  counts = $state.raw<readonly { accountId: string; people: number }[]>([])
  isHere = $state(false)
  /** Whether it has come, or will not: then it is everybody's turn. */
  isSettled = $state(false)

  constructor(names: Names) {
    this.#names = names
  }

  /** Asks for it; hands back what calls that off. What the server cannot filter by is waited for. */
  ask(filter: PeopleFilter): () => void {
    const query = queryOf(filter)
    const ended = new AbortController()
    if (query) void this.#fetch(query, ended.signal)
    else this.#waive()
    return () => ended.abort()
  }

  async #fetch(query: PageQuery, signal: AbortSignal): Promise<void> {
    try {
      const page = await (takeEarly(query) ?? call(peopleList.page, { query }, { signal }))
      if (signal.aborted) return
      this.#people = page.people
      this.total = page.total
      this.counts = page.counts
      this.isHere = true
      this.isSettled = true
    } catch {
      // Everybody comes all the same, by the live scopes, which say what is wrong.
      if (!signal.aborted) this.#waive()
    }
  }

  #waive(): void {
    this.isHere = false
    this.isSettled = true
  }
}

/** The filter as the server takes it; undefined where it cannot. */
export function queryOf(filter: PeopleFilter): PageQuery | undefined {
  const { q, account, status, isDescending } = filter
  const sort = SORTS.find((one) => one === filter.sort)
  const [only, another] = status
  const wanted = STATUSES.find((one) => one === only)
  const { role, department, queue, skill, group, shift } = filter
  const isMore = [role, department, queue, skill, group, shift].some((chosen) => chosen.length > 0)
  if (!sort || isMore || another || (only && !wanted)) return undefined
  return {
    ...(q.trim() && { q: q.trim().slice(0, 200) }),
    ...(account && { account }),
    ...(wanted && { status: wanted }),
    sort: isDescending ? `-${sort}` : sort,
  }
}
