import { render, screen } from '@testing-library/svelte'
import { flushSync } from 'svelte'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import Toasts from './Toasts.svelte'
import { toast } from './toasts.svelte.ts'

beforeEach(() => {
  vi.useFakeTimers()
  render(Toasts)
})
afterEach(() => {
  vi.useRealTimers()
  toast.shown = []
})

function pass(ms: number) {
  flushSync()
  vi.advanceTimersByTime(ms)
  flushSync()
}

test('a toast leaves by itself, one with a way back stays longer', () => {
  toast.success('Saved')
  toast.success('Limit set', { action: { label: 'Undo', run: () => undefined } })
  pass(5000)
  expect(toast.shown.map(({ text }) => text)).toEqual(['Limit set'])
  pass(3000)
  expect(toast.shown).toEqual([])
})

test('a toast waits while someone reaches for it', () => {
  toast.info('Read me')
  flushSync()
  const region = screen.getByRole('region')
  region.dispatchEvent(new PointerEvent('pointerenter'))
  pass(20_000)
  expect(screen.getByText('Read me')).toBeTruthy()
  region.dispatchEvent(new PointerEvent('pointerleave'))
  pass(5000)
  expect(screen.queryByText('Read me')).toBeNull()
})

test('undo runs once and takes the toast away', () => {
  const run = vi.fn()
  toast.success('Limit set', { action: { label: 'Undo', run } })
  flushSync()
  screen.getByRole('button', { name: 'Undo' }).click()
  flushSync()
  expect(run).toHaveBeenCalledOnce()
  expect(toast.shown).toEqual([])
})

test('work that goes on tells its count in the same place', () => {
  const id = toast.info('1 of 3', { stayMs: 0 })
  toast.update(id, { text: '3 of 3', stayMs: 5000 })
  pass(5000)
  expect(toast.shown).toEqual([])
})
