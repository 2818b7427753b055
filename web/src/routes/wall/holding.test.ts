import { expect, test } from 'vitest'
import type { Operator } from '#contract/presence.ts'
import type { Queue } from '#contract/queues.ts'
import type { Transfer } from '#contract/transfers.ts'
import { Holding } from './holding.ts'
import { Roll } from './roll.ts'
import { at, chat, operator } from './test-rows.ts'

const changes = <Row extends { id: string }>(rows: readonly Row[]) =>
  new Map(rows.map((row) => [row.id, row]))

test('QU-5 whose queues let them hold no more has no free slot, whatever their own limit', () => {
  const limits: Record<string, number | null> = { q: 2, r: 1 }
  const queueOf = (id: string) => ({ kind: 'live', heldLimit: limits[id] ?? null }) as Queue
  const holding = new Holding()
  const leftFor = (one: Operator) => holding.leftFor(one, queueOf)
  const free = (used: number, joined: string[]) => {
    const own = new Roll((a, b) => a.localeCompare(b), leftFor)
    own.take(changes([operator('o', { joined, live: { used, limit: 5, own: 5, version: 1 } })]))
    expect(own.figures.freeSlots).toBe(own.freeSlotsOf('o'))
    return own.freeSlotsOf('o')
  }
  expect(free(0, ['q'])).toBe(2)
  const held = { state: 'active', operatorId: 'o' } as const
  expect(holding.take(changes([chat('1', held)]))).toEqual(new Set(['o']))
  expect([free(1, ['q']), free(1, ['q', 'r']), free(1, ['q', 'open'])]).toEqual([1, 2, 4])
  const offer = { id: 'f', operatorId: 'o', offeredAt: at(0), expiresAt: at(20) }
  holding.take(changes([chat('2', { state: 'offered', offer })]))
  expect([free(2, ['q']), free(2, ['q', 'r']), free(2, [])]).toEqual([0, 1, 3])
  // One slot more is taken than there are chats: of which queue nobody sees.
  expect([free(3, ['q', 'r']), free(3, ['r'])]).toEqual([0, 0])
  expect(holding.take(changes([chat('1', { ...held, operatorId: 'p' })]))).toEqual(
    new Set(['o', 'p']),
  )
  expect(free(1, ['q'])).toBe(1)
  holding.take(new Map([['2', undefined]]))
  expect(free(0, ['q'])).toBe(2)
})

test('QU-5 what is handed to another queue counts there, for whoever it is put to', () => {
  const holding = new Holding()
  const offer = { id: 'f', operatorId: 'o', offeredAt: at(0), expiresAt: at(20) }
  const transfer = { to: { kind: 'queue', id: 'r', name: 'Billing' } } as Transfer
  holding.take(changes([chat('1', { state: 'active', operatorId: 'p', offer, transfer })]))
  const queueOf = () => ({ kind: 'live', heldLimit: 1 }) as Queue
  const left = (id: string, joined: string[]) =>
    holding.leftFor(
      operator(id, { joined, live: { used: 1, limit: 5, own: 5, version: 1 } }),
      queueOf,
    )
  expect([left('o', ['r']), left('o', ['q'])]).toEqual([0, 1])
  expect([left('p', ['q']), left('p', ['r'])]).toEqual([0, 1])
})
