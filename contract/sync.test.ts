import { expect, test } from 'vitest'
import type { FrameRow, Snapshot } from './frames.ts'
import type { Queue } from './queues.ts'
import { Replica } from './sync.ts'

const A = 'floor:a'
const B = 'team:b'

const row = (id: string, v: number, name: string | null): FrameRow =>
  ['queue', id, v, name === null ? null : ({ id, name } as Queue)] as FrameRow
const snap = (t: number, ...r: FrameRow[]): Snapshot => ({ t, r }) as Snapshot

function replica() {
  const changed: string[] = []
  const of = new Replica((_, id) => changed.push(id))
  const names = () => of.all('queue').map(({ name }) => name)
  return { of, names, changed }
}

test('a row stays as long as it is seen through one of its scopes', () => {
  const { of, names } = replica()
  of.reset(A, snap(1, row('1', 1, 'one'), row('2', 1, 'two')))
  of.reset(B, snap(1, row('1', 1, 'one'), row('3', 1, 'three')))
  of.reset(A, snap(2, row('2', 1, 'two')))
  expect(names()).toEqual(['one', 'two', 'three'])
  of.forget(B)
  expect(names()).toEqual(['two'])
  expect(of.position(B)).toBe(-1)
})

test('an older word about a row that another scope has told already changes nothing', () => {
  const { of, names, changed } = replica()
  of.reset(A, snap(5, row('1', 5, 'new')))
  of.reset(B, snap(3, row('1', 3, 'old')))
  expect(names()).toEqual(['new'])
  expect(changed).toEqual(['1'])
  of.forget(A)
  expect(names()).toEqual(['new'])
})

test('a frame is applied once, and one that leaves something out is a gap', () => {
  const { of, names } = replica()
  of.reset(A, snap(1, row('1', 1, 'one')))
  expect(of.apply({ s: A, p: 1, t: 2, r: [row('1', 2, null), row('2', 2, 'two')] })).toBe('applied')
  expect(of.apply({ s: A, p: 1, t: 2, r: [row('2', 2, null)] })).toBe('old')
  expect(of.apply({ s: A, p: 3, t: 4, r: [row('2', 4, null)] })).toBe('gap')
  expect(names()).toEqual(['two'])
})
