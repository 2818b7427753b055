import { beforeEach, expect, test, vi } from 'vitest'
import { Drafts } from './drafts.svelte.ts'

const DAY = 86_400_000

beforeEach(() => {
  localStorage.clear()
  vi.useFakeTimers()
})

test('each chat keeps its own draft, over a reload too', () => {
  const drafts = new Drafts()
  drafts.open('u1', Date.now())
  drafts.write('c1', 'Dear Marta')
  drafts.write('c2', 'Dear Jörg')
  expect(drafts.isKept).toBe(false)
  vi.advanceTimersByTime(300)
  expect(drafts.isKept).toBe(true)
  const again = new Drafts()
  again.open('u1', Date.now())
  expect([again.of('c1'), again.of('c2')]).toEqual(['Dear Marta', 'Dear Jörg'])
})

test('a page that goes away in the middle of a word loses nothing', () => {
  const drafts = new Drafts()
  drafts.open('u1', Date.now())
  drafts.write('c1', 'Dear Mar')
  drafts.flush()
  const again = new Drafts()
  again.open('u1', Date.now())
  expect(again.of('c1')).toBe('Dear Mar')
})

test('what was sent is no draft any more, and drafts are nobody else’s', () => {
  const drafts = new Drafts()
  drafts.open('u1', Date.now())
  drafts.write('c1', 'Sent')
  drafts.write('c2', 'Private')
  drafts.flush()
  drafts.clear('c1')
  const again = new Drafts()
  again.open('u1', Date.now())
  expect(again.of('c1')).toBe('')
  again.open('u2', Date.now())
  expect(again.of('c2')).toBe('')
})

test('a draft that nobody came back to for a week is let go', () => {
  const drafts = new Drafts()
  drafts.open('u1', Date.now())
  drafts.write('c1', 'Old')
  drafts.flush()
  const later = new Drafts()
  later.open('u1', Date.now() + 8 * DAY)
  expect(later.of('c1')).toBe('')
  expect(localStorage.length).toBe(0)
})
