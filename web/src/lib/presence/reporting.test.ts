import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Reporting, startReporting } from './reporting.ts'

let open: Reporting[] = []
beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  for (const one of open) one.stop()
  open = []
  vi.useRealTimers()
})

function tab(send: () => Promise<unknown> = () => Promise.resolve()) {
  const sent = vi.fn(send)
  const reporting = startReporting(sent)
  open.push(reporting)
  return { sent, hear: (isUrgent = false) => reporting.hear(isUrgent) }
}

test('PR-5 much input is one word at once and one at the end, never more often', async () => {
  const { sent, hear } = tab()
  for (let second = 0; second < 20; second++) {
    hear()
    await vi.advanceTimersByTimeAsync(1_000)
  }
  expect(sent).toHaveBeenCalledTimes(2)
  await vi.advanceTimersByTimeAsync(60_000)
  // The last of it is told as well, or the server would count from too early.
  expect(sent).toHaveBeenCalledTimes(3)
})

test('PR-5 whoever is warned is heard at once', async () => {
  const { sent, hear } = tab()
  hear()
  await vi.advanceTimersByTimeAsync(10)
  hear(true)
  expect(sent).toHaveBeenCalledTimes(2)
})

test('PR-5 a word that did not get through is said again with the next input', async () => {
  const { sent, hear } = tab(() => Promise.reject(new Error('no network')))
  hear()
  await vi.advanceTimersByTimeAsync(10)
  hear()
  expect(sent).toHaveBeenCalledTimes(2)
})
