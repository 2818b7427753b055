// What of the Wall is looked at: all of it is in the address, so that a look can be kept and sent.
import type { OperatorStatus } from '#contract/presence.ts'

export const STATUSES = [
  'available',
  'at_limit',
  'wrap_up',
  'busy',
  'finishing',
  'away',
  'not_answering',
  'reconnecting',
  'offline',
] as const satisfies readonly OperatorStatus[]

export const GROUPINGS = ['department', 'queue'] as const
export type Grouping = (typeof GROUPINGS)[number]

/** The list beside the floor: of the whole floor, of a queue, or of an operator. */
export type List =
  | { of: 'waiting' | 'active' | 'free' | 'available' | 'shift' }
  | { of: 'queue' | 'operator'; id: string }

/** As much of URLSearchParams as is read. */
type Query = Pick<URLSearchParams, 'get' | 'toString'>

export interface Look {
  by: Grouping
  statuses: readonly OperatorStatus[]
  /** What is searched for, as typed. */
  q: string
  list: List | undefined
  isKiosk: boolean
}

export function readLook(query: Query): Look {
  const wanted = query.get('status')?.split(',') ?? []
  return {
    by: GROUPINGS.find((one) => one === query.get('by')) ?? 'department',
    statuses: STATUSES.filter((status) => wanted.includes(status)),
    q: query.get('q') ?? '',
    list: readList(query.get('list') ?? ''),
    isKiosk: query.get('kiosk') === '1',
  }
}

const PLAIN = ['waiting', 'active', 'free', 'available', 'shift'] as const

function readList(text: string): List | undefined {
  const [of, id] = text.split(':')
  const plain = PLAIN.find((one) => one === of)
  if (plain) return { of: plain }
  if ((of === 'queue' || of === 'operator') && id) return { of, id }
  return undefined
}

/** The address's query with a change to the look; what is usual is left out. */
export function writeLook(query: Query, change: Partial<Look>): string {
  const look = { ...readLook(query), ...change }
  const next = new URLSearchParams(query.toString())
  const put = (name: string, value: string) =>
    value === '' ? next.delete(name) : next.set(name, value)
  put('by', look.by === 'department' ? '' : look.by)
  put('status', look.statuses.join(','))
  put('q', look.q)
  put('list', look.list ? nameOf(look.list) : '')
  put('kiosk', look.isKiosk ? '1' : '')
  const text = next.toString().replaceAll('%2C', ',').replaceAll('%3A', ':')
  return text === '' ? '?' : `?${text}`
}

/** How a list is named in the address. */
export function nameOf(list: List): string {
  return 'id' in list ? `${list.of}:${list.id}` : list.of
}
