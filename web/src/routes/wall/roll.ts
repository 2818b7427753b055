// Everybody on the Wall, counted and in their places, kept true by what changes: a change of one
// operator looks at that operator, whoever else is there. No runes: wall.svelte.ts says when to look.
import { type Operator, type OperatorStatus, statusOf } from '#contract/presence.ts'
import { compareText, freeSlotsOf, shiftSignOf } from './floor.ts'
import {
  type Compare,
  compareGroups,
  type Group,
  keysOf,
  nameOfGroup,
  plain,
  type View,
} from './groups.ts'

interface Entry {
  operator: Operator
  status: OperatorStatus
  /** The name as the search compares it. */
  plain: string
  free: number
  /** The groups in which they are drawn; none: the search or the filter leaves them out. */
  keys: readonly string[]
}

/** How many more chats somebody's queues leave them. */
type LeftFor = (operator: Operator) => number | undefined

/** Of those who have joined a queue. */
export interface Serving {
  joined: number
  available: number
}

export interface Figures {
  /** Of those who take visitors' chats. */
  operators: number
  available: number
  freeSlots: number
  onShift: number
  onShiftHere: number
}

/** So many at once are sorted in together, not one after the other. */
const MANY = 64
const NOBODY: Serving = { joined: 0, available: 0 }
const NOTHING: View = { by: 'department', wanted: '', statuses: [], queues: new Map() }

export class Roll {
  readonly figures: Figures = {
    ...{ operators: 0, available: 0, freeSlots: 0 },
    ...{ onShift: 0, onShiftHere: 0 },
  }
  readonly #compare: Compare
  readonly #leftFor: LeftFor
  readonly #entries = new Map<string, Entry>()
  readonly #counts = new Map<OperatorStatus, number>()
  readonly #serving = new Map<string, Serving>()
  /** Everybody's id, by name. */
  #order: string[] = []
  #view = NOTHING
  #byKey = new Map<string, Group>()
  #keys: readonly string[] = []
  #groups: readonly Group[] = []

  constructor(compareNames: Compare, leftFor: LeftFor = () => undefined) {
    this.#compare = compareNames
    this.#leftFor = leftFor
  }

  get size(): number {
    return this.#entries.size
  }

  get counts(): ReadonlyMap<OperatorStatus, number> {
    return new Map(this.#counts)
  }

  /** Who passes the search and the filter, in their places. */
  get groups(): readonly Group[] {
    return this.#groups
  }

  find(id: string): Operator | undefined {
    return this.#entries.get(id)?.operator
  }

  /** How many more chats somebody would be given now. */
  freeSlotsOf(id: string): number {
    return this.#entries.get(id)?.free ?? 0
  }

  /** Whether an operator is drawn in a group. */
  isIn(key: string, id: string): boolean {
    return this.#entries.get(id)?.keys.includes(key) ?? false
  }

  servingOf(queueId: string): Serving {
    return this.#serving.get(queueId) ?? NOBODY
  }

  /** Everybody, by name. */
  byName(): Operator[] {
    return this.#order.flatMap((id) => this.find(id) ?? [])
  }

  /** Takes in how somebody is now; undefined: they are gone. */
  take(changes: ReadonlyMap<string, Operator | undefined>): void {
    if (changes.size > MANY) {
      this.#takeMany(changes)
      return
    }
    for (const [id, operator] of changes) this.#takeOne(id, operator)
    this.#settle()
  }

  /** Draws others from now on, or otherwise. */
  show(view: View): void {
    if (view === this.#view) return
    this.#view = view
    this.#regroup()
  }

  #takeOne(id: string, operator: Operator | undefined): void {
    const before = this.#entries.get(id)
    const after = operator && this.#entryOf(operator, before)
    if (before) this.#count(before, -1)
    if (after) this.#count(after, 1)
    if (before?.operator.name !== after?.operator.name) this.#move(id, before, after)
    else if (before && after) {
      this.#entries.set(id, after)
      this.#regroupOne(id, before, after)
    }
  }

  #move(id: string, before: Entry | undefined, after: Entry | undefined): void {
    if (before) {
      this.#order.splice(this.#placeIn(this.#order, id, before.operator.name), 1)
      for (const key of before.keys) this.#takeOut(key, id, before)
      this.#entries.delete(id)
    }
    if (!after) return
    this.#entries.set(id, after)
    this.#order.splice(this.#placeIn(this.#order, id, after.operator.name), 0, id)
    for (const key of after.keys) this.#putIn(key, id, after)
  }

  /** The name is the same: only the groups may be others. */
  #regroupOne(id: string, before: Entry, after: Entry): void {
    for (const key of before.keys)
      if (after.keys.includes(key)) this.#free(key, after.free - before.free)
      else this.#takeOut(key, id, before)
    for (const key of after.keys) if (!before.keys.includes(key)) this.#putIn(key, id, after)
  }

  #takeMany(changes: ReadonlyMap<string, Operator | undefined>): void {
    const fresh: string[] = []
    for (const [id, operator] of changes) {
      const before = this.#entries.get(id)
      if (before) this.#count(before, -1)
      this.#entries.delete(id)
      if (!operator) continue
      const entry = this.#entryOf(operator, before)
      this.#entries.set(id, entry)
      this.#count(entry, 1)
      fresh.push(id)
    }
    const stayed = this.#order.filter((id) => !changes.has(id))
    fresh.sort((a, b) => this.#compareIds(a, b))
    this.#order = merged(stayed, fresh, (a, b) => this.#compareIds(a, b))
    this.#regroup()
  }

  #entryOf(operator: Operator, before: Entry | undefined): Entry {
    const status = statusOf(operator)
    const name = before?.operator.name === operator.name ? before.plain : plain(operator.name)
    const entry = {
      operator,
      status,
      plain: name,
      free: freeSlotsOf(operator, this.#leftFor(operator)),
    }
    return { ...entry, keys: this.#isDrawn(entry) ? keysOf(operator, this.#view) : [] }
  }

  #isDrawn({ plain: name, status }: Pick<Entry, 'plain' | 'status'>): boolean {
    const { wanted, statuses } = this.#view
    return name.includes(wanted) && (statuses.length === 0 || statuses.includes(status))
  }

  #count({ operator, status, free }: Entry, by: 1 | -1): void {
    const isAvailable = status === 'available'
    const count = (this.#counts.get(status) ?? 0) + by
    if (count > 0) this.#counts.set(status, count)
    else this.#counts.delete(status)
    for (const id of operator.joined) {
      const { joined, available } = this.servingOf(id)
      this.#serving.set(id, {
        joined: joined + by,
        available: available + (isAvailable ? by : 0),
      })
    }
    if (!operator.takesChats) return
    this.figures.operators += by
    this.figures.freeSlots += by * free
    if (isAvailable) this.figures.available += by
    if (!operator.shift?.isOn) return
    this.figures.onShift += by
    if (shiftSignOf(operator) === undefined) this.figures.onShiftHere += by
  }

  #regroup(): void {
    const drawn = new Map<string, { ids: string[]; freeSlots: number }>()
    for (const id of this.#order) {
      const entry = this.#entries.get(id)
      if (!entry) continue
      entry.keys = this.#isDrawn(entry) ? keysOf(entry.operator, this.#view) : []
      for (const key of entry.keys) {
        const there = drawn.get(key) ?? { ids: [], freeSlots: 0 }
        drawn.set(key, there)
        there.ids.push(id)
        there.freeSlots += entry.free
      }
    }
    this.#byKey = new Map(
      [...drawn].map(([key, of]) => [key, { key, name: nameOfGroup(key, this.#view), ...of }]),
    )
    this.#keys = []
    this.#settle()
  }

  #putIn(key: string, id: string, { operator, free }: Entry): void {
    const there = this.#byKey.get(key)
    const group = there ?? { key, name: nameOfGroup(key, this.#view), ids: [], freeSlots: 0 }
    const ids = group.ids.toSpliced(this.#placeIn(group.ids, id, operator.name), 0, id)
    this.#byKey.set(key, { ...group, ids, freeSlots: group.freeSlots + free })
  }

  /** While they can still be found by the name that they had. */
  #takeOut(key: string, id: string, { operator, free }: Entry): void {
    const group = this.#byKey.get(key)
    if (!group) return
    const ids = group.ids.toSpliced(this.#placeIn(group.ids, id, operator.name), 1)
    if (ids.length === 0) this.#byKey.delete(key)
    else this.#byKey.set(key, { ...group, ids, freeSlots: group.freeSlots - free })
  }

  #free(key: string, by: number): void {
    const group = this.#byKey.get(key)
    if (group && by !== 0) this.#byKey.set(key, { ...group, freeSlots: group.freeSlots + by })
  }

  /** The list of groups is a new one only where a group is. */
  #settle(): void {
    const isSame = this.#keys.length === this.#byKey.size && this.#keys.every(this.#has)
    if (!isSame)
      this.#keys = [...this.#byKey.values()]
        .toSorted((a, b) => compareGroups(a, b, this.#compare))
        .map(({ key }) => key)
    const groups = this.#keys.flatMap((key) => this.#byKey.get(key) ?? [])
    const isNew =
      groups.length !== this.#groups.length || groups.some((one, at) => one !== this.#groups[at])
    if (isNew) this.#groups = groups
  }

  readonly #has = (key: string) => this.#byKey.has(key)

  /** Where the name's owner stands among these, or would. */
  #placeIn(ids: readonly string[], id: string, name: string): number {
    let from = 0
    let to = ids.length
    while (from < to) {
      const middle = (from + to) >> 1
      const other = ids[middle] ?? ''
      const isBefore =
        (this.#compare(this.find(other)?.name ?? '', name) || compareText(other, id)) < 0
      if (isBefore) from = middle + 1
      else to = middle
    }
    return from
  }

  #compareIds(a: string, b: string): number {
    return this.#compare(this.find(a)?.name ?? '', this.find(b)?.name ?? '') || compareText(a, b)
  }
}

/** Two lists in order as one in order. */
function merged(some: readonly string[], others: readonly string[], compare: Compare): string[] {
  const all: string[] = []
  let next = 0
  for (const one of some) {
    for (let other = others[next]; other !== undefined; other = others[next]) {
      if (compare(other, one) > 0) break
      all.push(other)
      next += 1
    }
    all.push(one)
  }
  return all.concat(others.slice(next))
}
