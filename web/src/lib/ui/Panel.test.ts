import { render, screen } from '@testing-library/svelte'
import { createRawSnippet, flushSync } from 'svelte'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import Panel from './Panel.svelte'
import type { PanelState } from './panel-state.ts'

const children = createRawSnippet(() => ({ render: () => '<p>the queue</p>' }))
const skeleton = createRawSnippet(() => ({ render: () => '<i>grey</i>' }))

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

function panel(state: PanelState) {
  const { rerender, container } = render(Panel, { state, children, skeleton })
  const isGrey = () => container.querySelector('.waiting.shown') !== null
  return { become: (next: PanelState) => rerender({ state: next }), isGrey }
}

function pass(ms: number) {
  vi.advanceTimersByTime(ms)
  flushSync()
}

test('a quick answer never flashes a skeleton', async () => {
  const { become, isGrey } = panel({ kind: 'loading' })
  pass(100)
  expect(isGrey()).toBe(false)
  await become({ kind: 'ready' })
  expect(screen.getByText('the queue')).toBeTruthy()
  pass(1000)
  expect(isGrey()).toBe(false)
})

test('a skeleton that came stays long enough to be seen', async () => {
  const { become, isGrey } = panel({ kind: 'loading' })
  pass(200)
  expect(isGrey()).toBe(true)
  await become({ kind: 'ready' })
  expect(isGrey()).toBe(true)
  expect(screen.queryByText('the queue')).toBeNull()
  pass(300)
  expect(screen.getByText('the queue')).toBeTruthy()
})

test('trouble keeps the last good state where there is one, and says what to quote', () => {
  const retry = vi.fn()
  panel({ kind: 'failed', text: 'It broke.', reference: 'req-1', retry, keep: true })
  expect(screen.getByRole('alert').textContent).toContain('req-1')
  expect(screen.getByText('the queue')).toBeTruthy()
  screen.getByRole('button', { name: 'Try again' }).click()
  expect(retry).toHaveBeenCalledOnce()
})

test('trouble without a last good state shows nothing else', () => {
  panel({ kind: 'failed', text: 'It broke.' })
  expect(screen.queryByText('the queue')).toBeNull()
})
