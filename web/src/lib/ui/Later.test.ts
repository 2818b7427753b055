import { render, screen } from '@testing-library/svelte'
import { createRawSnippet, tick } from 'svelte'
import { expect, test } from 'vitest'
import Later from './Later.svelte'
import { toast } from './toasts.svelte.ts'

test('what is opened is fetched once, when it is; a failure is said, and the next time is another try', async () => {
  let fetches = 0
  let fails = true
  let failures = 0
  const fetch = () => {
    fetches++
    return fails ? Promise.reject(new TypeError('no network')) : Promise.resolve('the sheet')
  }
  const onfail = () => failures++
  const children = createRawSnippet<[string]>((name) => ({ render: () => `<p>${name()}</p>` }))
  const { rerender } = render(Later<string>, { when: false, fetch, onfail, children })
  const want = async (when: boolean) => {
    await rerender({ when, fetch, onfail, children })
    await new Promise((resolve) => setTimeout(resolve))
    await tick()
  }
  expect(fetches).toBe(0)
  await want(true)
  expect([fetches, failures, toast.shown.length]).toEqual([1, 1, 1])
  expect(toast.shown[0]?.kind).toBe('error')
  await want(false)
  fails = false
  await want(true)
  expect(screen.getByText('the sheet')).toBeTruthy()
  await want(false)
  await want(true)
  expect([fetches, failures]).toEqual([2, 1])
  expect(screen.getByText('the sheet')).toBeTruthy()
})
