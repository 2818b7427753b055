// What the list shows and in which order: all of it is in the address of the page.
import { compareNames } from '#lib/words.ts'
import { isOpen, type Line, type LineState, searchable } from './line.ts'

export const STATUSES = [
  'active',
  'invited',
  'draft',
  'bounced',
  'expired',
  'blocked',
  'archived',
  'accepted',
  'revoked',
] as const
export type Status = (typeof STATUSES)[number]

export const SORTS = [
  'name',
  'email',
  'login',
  'account',
  'role',
  'department',
  'group',
  'queue',
  'limit',
  'deferred',
  'status',
  'created',
] as const
export type Sort = (typeof SORTS)[number]

/** The filters of several choices, by what they are called in the address. */
export const CHOICES = ['status', 'role', 'department', 'queue', 'skill', 'group', 'shift'] as const
export type Choice = (typeof CHOICES)[number]

export interface PeopleFilter {
  q: string
  status: readonly Status[]
  /** Keys of roles. */
  role: readonly string[]
  /** Ids, as those of queues, skills, groups and shifts. */
  department: readonly string[]
  queue: readonly string[]
  skill: readonly string[]
  group: readonly string[]
  shift: readonly string[]
  /** The account that is looked at, with all below it; undefined: all that are seen. */
  account: string | undefined
  sort: Sort
  isDescending: boolean
  /** The columns that are shown, where they are not the usual ones. */
  columns: readonly string[]
}

/** What is over shows only when it is asked for. */
const PAST: readonly LineState[] = ['accepted', 'revoked', 'archived', 'draft']

const listOf = (text: string | null): string[] => (text ? text.split(',') : [])

export function readFilter(params: Pick<URLSearchParams, 'get'>): PeopleFilter {
  const order = params.get('sort') ?? 'name'
  const sort = order.replace(/^-/, '')
  const status = listOf(params.get('status'))
  return {
    q: params.get('q') ?? '',
    status: STATUSES.filter((one) => status.includes(one)),
    role: listOf(params.get('role')),
    department: listOf(params.get('department')),
    queue: listOf(params.get('queue')),
    skill: listOf(params.get('skill')),
    group: listOf(params.get('group')),
    shift: listOf(params.get('shift')),
    account: params.get('account') ?? undefined,
    sort: SORTS.find((one) => one === sort) ?? 'name',
    isDescending: order.startsWith('-'),
    columns: listOf(params.get('cols')),
  }
}

/** The filter as the end of an address, `?…`; empty where nothing is out of the ordinary. */
export function writeFilter(filter: PeopleFilter): string {
  const order = `${filter.isDescending ? '-' : ''}${filter.sort}`
  const said: [string, string][] = [
    ['q', filter.q],
    ...CHOICES.map((choice): [string, string] => [choice, filter[choice].join(',')]),
    ['account', filter.account ?? ''],
    ['sort', order === 'name' ? '' : order],
    ['cols', filter.columns.join(',')],
  ]
  const params = new URLSearchParams(said.filter(([, value]) => value !== ''))
  const text = params.toString().replaceAll('%2C', ',')
  return text === '' ? '' : `?${text}`
}

const NO_CHOICE = {
  ...{ status: [], role: [], department: [], queue: [] },
  ...{ skill: [], group: [], shift: [] },
}

/** The same order, columns and account, and nothing hidden. */
export function cleared(filter: PeopleFilter): PeopleFilter {
  return { ...filter, q: '', ...NO_CHOICE }
}

export function isNarrowed(filter: PeopleFilter): boolean {
  return filter.q.trim() !== '' || CHOICES.some((choice) => filter[choice].length > 0)
}

/** Which choice of the status filter a line falls under. */
export function statusOfLine({ state }: Line): Status | undefined {
  if (state === 'bounced') return 'bounced'
  if (state === 'invited' || isOpen(state)) return 'invited'
  return STATUSES.find((status) => status === state)
}

/** The lines that are shown when nothing is filtered. */
export function presentOf(lines: readonly Line[]): Line[] {
  return lines.filter((line) => !PAST.includes(line.state))
}

/** The lines that fit, in order. Lines come in by name, and stay so where the order says no more. */
export function shownOf(lines: readonly Line[], filter: PeopleFilter, names: SortNames): Line[] {
  const candidates = filter.status.length > 0 ? lines : presentOf(lines)
  const tests = testsOf(filter)
  const fitting = candidates.filter((line) => tests.every((fits) => fits(line)))
  return inOrder(fitting, filter, names)
}

type Test = (line: Line) => boolean

/** Only what is filtered by is looked at. */
function testsOf(filter: PeopleFilter): Test[] {
  const words = searchable(filter.q).split(/\s+/).filter(Boolean)
  const found: Test[] = words.map((word) => (line) => hasWord(line, word))
  for (const choice of CHOICES) {
    const wanted: ReadonlySet<string> = new Set(filter[choice])
    if (wanted.size > 0) found.push((line) => held[choice](line).some((one) => wanted.has(one)))
  }
  return found
}

const rowOf = (line: Line) => (line.kind === 'person' ? line.person : line.invitation)

/** What a line has of each that can be filtered by. */
const held: Record<Choice, (line: Line) => readonly string[]> = {
  status: (line) => [statusOfLine(line) ?? ''],
  role: (line) => line.roles.map(({ key }) => key),
  department: (line) => rowOf(line).departments.map(({ id }) => id),
  queue: (line) => rowOf(line).queues,
  skill: (line) => rowOf(line).skills,
  group: (line) => [rowOf(line).supervisorGroupId ?? ''],
  shift: (line) => [shiftOf(line)],
}

function shiftOf(line: Line): string {
  const shift = line.kind === 'person' ? line.person.shiftId : line.invitation.set['shiftId']
  return typeof shift === 'string' ? shift : ''
}

/** A word of an address, with its @ or a dot, is looked for in the whole address. */
function hasWord(line: Line, word: string): boolean {
  if (line.text.includes(word)) return true
  return /[@.]/.test(word) && searchable(line.email).includes(word)
}

/** What groups and roles are called, for sorting by them. */
export interface SortNames {
  group: (id: string) => string | undefined
  role: (role: { key: string; name: string }) => string
}

function inOrder(lines: Line[], { sort, isDescending }: PeopleFilter, names: SortNames): Line[] {
  if (sort === 'name') return isDescending ? lines.toReversed() : lines
  const keys = keysFor(lines, sort, names)
  const sign = isDescending ? -1 : 1
  return lines
    .map((line, at) => ({ line, key: keys[at] ?? 0 }))
    .sort((a, b) => sign * (a.key - b.key))
    .map(({ line }) => line)
}

/** A number for each line: words get their rank, so that each different one is compared once. */
function keysFor(lines: readonly Line[], sort: Exclude<Sort, 'name'>, names: SortNames): number[] {
  const values = lines.map((line) => keyOf[sort](line, names))
  const words = [...new Set(values.filter((value) => typeof value === 'string'))]
  const isPlain = sort === 'email' || sort === 'login' || sort === 'created'
  const sorted = isPlain ? words.sort() : words.sort(compareNames)
  const ranks = new Map(sorted.map((word, at) => [word, at]))
  return values.map((value) => (typeof value === 'string' ? (ranks.get(value) ?? 0) : value))
}

/** Those who have none of it come last, where words are sorted; limits of nobody come first. */
const LAST = '\uffff'

const keyOf: Record<Exclude<Sort, 'name'>, (line: Line, names: SortNames) => string | number> = {
  email: ({ email }) => email.toLowerCase(),
  login: ({ login }) => login.toLowerCase() || LAST,
  account: ({ account }) => account,
  role: ({ roles }, names) => (roles[0] ? names.role(roles[0]) : LAST),
  department: ({ departments }) => departments[0]?.name ?? '',
  group: (line, names) => names.group(rowOf(line).supervisorGroupId ?? '') ?? LAST,
  queue: ({ queues }) => queues[0] ?? LAST,
  limit: (line) => limitOf(line, 'live'),
  deferred: (line) => limitOf(line, 'deferred'),
  status: (line) => placeOf(line),
  created: ({ createdAt }) => createdAt,
}

function placeOf(line: Line): number {
  const status = statusOfLine(line)
  return status === undefined ? STATUSES.length : STATUSES.indexOf(status)
}

/** Those who answer no chats come before those who may hold none. */
function limitOf(line: Line, kind: 'live' | 'deferred'): number {
  return line.kind === 'person' ? (line.person[kind]?.limit ?? -1) : -1
}
