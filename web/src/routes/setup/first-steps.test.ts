import { expect, test } from 'vitest'
import { recallFirstChat, rememberFirstChat, stepsOf, tagOf } from './first-steps.ts'

const nothing = {
  ...{ queues: 0, others: 0, sites: 0, chats: 0 },
  ...{ hasReadHelp: false, siteKey: undefined },
}
type Change = Partial<Omit<typeof nothing, 'siteKey'>>
const done = (standing: Change) =>
  stepsOf({ ...nothing, ...standing })
    .filter(({ isDone }) => isDone)
    .map(({ id }) => id)
const next = (standing: Change) =>
  stepsOf({ ...nothing, ...standing }).find(({ isDone }) => !isDone)?.id

test('W-1: a new account with 0 queues shows step 1 first; each step ticks itself', () => {
  expect([done({}), next({})]).toEqual([[], 'queues'])
  expect(next({ queues: 1 })).toBe('people')
  expect(done({ queues: 1, others: 1 })).toEqual(['queues', 'people'])
  expect(next({ queues: 1, others: 1 })).toBe('widget')
  expect(done({ queues: 1, others: 1, sites: 2 })).toEqual(['queues', 'people', 'widget'])
  expect(next({ queues: 1, others: 1, sites: 2 })).toBe('chat')
  expect(done({ chats: 1 })).toEqual(['chat'])
})

test('W-14: after the first chat a step says what to do next, until that has been read', () => {
  const made = { queues: 1, others: 1, sites: 1, chats: 1 }
  expect(next(made)).toBe('next')
  expect(next({ ...made, hasReadHelp: true })).toBeUndefined()
})

test('the step of the first chat leads to the site that can be tried', () => {
  const hrefOf = (siteKey?: string) =>
    stepsOf({ ...nothing, siteKey }).find(({ id }) => id === 'chat')?.href
  expect([hrefOf(), hrefOf('abc')]).toEqual(['/setup/sites', '/demo?key=abc'])
})

test('a first chat stays known for its organisation alone', () => {
  rememberFirstChat('one')
  expect(recallFirstChat('one')).toBe(true)
  expect(recallFirstChat('two')).toBe(false)
  expect(recallFirstChat(undefined)).toBe(false)
})

test('the line for a page names this server and the site', () => {
  expect(tagOf('https://chat.example.org', 'k1')).toBe(
    '<script async src="https://chat.example.org/widget/loader.js" data-key="k1"></script>',
  )
})
