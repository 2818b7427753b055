import { expect, test } from 'vitest'
import { MESSAGE_MAX as CONTRACT_MAX } from '#contract/chats.ts'
import { visitors } from '#contract/visitors.ts'
import { MESSAGE_MAX, newId, paths } from './call.ts'

test('the paths are those of the contract', () => {
  const promised = Object.entries(visitors).map(([name, { method, path }]) => [
    name,
    [method, path],
  ])
  expect(Object.entries(paths)).toEqual(promised)
})

test('a message may be as long as the server takes it', () => {
  expect(MESSAGE_MAX).toBe(CONTRACT_MAX)
})

test('ids are of the form that the server takes, with and without a secure page', () => {
  const form = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
  expect(newId()).toMatch(form)
  const own = crypto.randomUUID
  Object.defineProperty(crypto, 'randomUUID', { value: undefined, configurable: true })
  expect(newId()).toMatch(form)
  Object.defineProperty(crypto, 'randomUUID', { value: own, configurable: true })
})
