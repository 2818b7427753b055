import { expect, test } from 'vitest'
import { nextTryAt } from './rules.ts'

const now = new Date('2026-11-27T09:00:00.000Z')
const again = (tries: number, minutesAgo: number) =>
  nextTryAt({ tries, createdAt: new Date(now.getTime() - minutesAgo * 60_000).toISOString() }, now)

test('a message is tried again after longer and longer pauses, and given up after half an hour', () => {
  expect(again(0, 0)).toBe('2026-11-27T09:00:05.000Z')
  expect(again(2, 1)).toBe('2026-11-27T09:00:20.000Z')
  expect(again(20, 29)).toBe('2026-11-27T09:02:00.000Z')
  expect(again(3, 30)).toBeUndefined()
})
