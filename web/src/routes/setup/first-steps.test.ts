import { expect, test } from 'vitest'
import { recallFirstChat, rememberFirstChat, stepsOf, tagOf } from './first-steps.ts'

const nothing = { queues: 0, others: 0, sites: 0, chats: 0, siteKey: undefined }
const done = (standing: Partial<typeof nothing>) =>
  stepsOf({ ...nothing, ...standing })
    .filter(({ isDone }) => isDone)
    .map(({ id }) => id)

test('each step ticks by what is there', () => {
  expect(done({})).toEqual([])
  expect(done({ queues: 1 })).toEqual(['queues'])
  expect(done({ queues: 1, others: 1, sites: 2 })).toEqual(['queues', 'people', 'widget'])
  expect(done({ chats: 1 })).toEqual(['chat'])
})

test('the last step leads to the site that can be tried', () => {
  const [before] = stepsOf(nothing).slice(-1)
  const [after] = stepsOf({ ...nothing, siteKey: 'abc' }).slice(-1)
  expect(before?.href).toBe('/setup/sites')
  expect(after?.href).toBe('/demo?key=abc')
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
