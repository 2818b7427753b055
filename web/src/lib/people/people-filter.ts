// What the list shows and in which order: all of it is in the address of the page.
import { compareNames } from '#lib/words.ts'
import { isOpen, type Line, type LineState, searchable } from './line.ts'

export const STATUSES = [
  'active',
  'invited',
  'bounced',
  'expired',
  'blocked',
  'archived',
  'accepted',
  'revoked',
] as const
export type Status = (typeof STATUSES)[number]

export const SORTS = ['name', 'account', 'department', 'status', 'limit'] as const
export type Sort = (typeof SORTS)[number]

export interface PeopleFilter {
  q: string
  status: readonly Status[]
  /** Keys of roles. */
  role: readonly string[]
  /** Ids of departments. */
  department: readonly string[]
  /** The account whose people, and whose below it, are shown; undefined: all that are seen. */
  account: string | undefined
  sort: Sort
  isDescending: boolean
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
    account: params.get('account') ?? undefined,
    sort: SORTS.find((one) => one === sort) ?? 'name',
    isDescending: order.startsWith('-'),
  }
}

/** The filter as the end of an address, `?…`; empty where nothing is out of the ordinary. */
export function writeFilter(filter: PeopleFilter): string {
  const order = `${filter.isDescending ? '-' : ''}${filter.sort}`
  const said: [string, string][] = [
    ['q', filter.q],
    ['status', filter.status.join(',')],
    ['role', filter.role.join(',')],
    ['department', filter.department.join(',')],
    ['account', filter.account ?? ''],
    ['sort', order === 'name' ? '' : order],
  ]
  const params = new URLSearchParams(said.filter(([, value]) => value !== ''))
  const text = params.toString().replaceAll('%2C', ',')
  return text === '' ? '' : `?${text}`
}

/** The same order and account, and nothing hidden. */
export function cleared(filter: PeopleFilter): PeopleFilter {
  return { ...filter, q: '', status: [], role: [], department: [] }
}

export function isNarrowed({ q, status, role, department }: PeopleFilter): boolean {
  return q.trim() !== '' || status.length + role.length + department.length > 0
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

/** The lines that fit, in order. */
export function shownOf(lines: readonly Line[], filter: PeopleFilter): Line[] {
  const wanted = searchable(filter.q).split(/\s+/).filter(Boolean)
  const candidates = filter.status.length > 0 ? lines : presentOf(lines)
  const fits = (line: Line) =>
    wanted.every((word) => hasWord(line, word)) &&
    hasAny(filter.status, [statusOfLine(line)]) &&
    hasAny(
      filter.role,
      line.roles.map(({ key }) => key),
    ) &&
    hasAny(
      filter.department,
      line.departments.map(({ id }) => id),
    )
  const sign = filter.isDescending ? -1 : 1
  const compare = comparisons[filter.sort]
  return candidates
    .filter(fits)
    .toSorted((a, b) => sign * compare(a, b) || compareNames(a.name, b.name))
}

/** A word of an address, with its @ or a dot, is looked for in the whole address. */
function hasWord(line: Line, word: string): boolean {
  if (line.text.includes(word)) return true
  return /[@.]/.test(word) && searchable(line.email).includes(word)
}

function hasAny<T>(wanted: readonly T[], held: readonly (T | undefined)[]): boolean {
  return wanted.length === 0 || wanted.some((one) => held.includes(one))
}

type Compare = (a: Line, b: Line) => number

const comparisons: Record<Sort, Compare> = {
  name: (a, b) => compareNames(a.name, b.name),
  account: (a, b) => compareNames(a.account, b.account),
  department: (a, b) => compareNames(a.departments[0]?.name ?? '', b.departments[0]?.name ?? ''),
  status: (a, b) => placeOf(a) - placeOf(b),
  limit: (a, b) => limitOf(a) - limitOf(b),
}

function placeOf(line: Line): number {
  const status = statusOfLine(line)
  return status === undefined ? STATUSES.length : STATUSES.indexOf(status)
}

/** Those who answer no chats come before those who may hold none. */
function limitOf(line: Line): number {
  return line.kind === 'person' ? (line.person.live?.limit ?? -1) : -1
}
