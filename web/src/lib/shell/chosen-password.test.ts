import { beforeAll, expect, test } from 'vitest'
import { needWords, startWords } from '#lib/words.ts'
import { ChosenPassword } from './chosen-password.svelte.ts'

beforeAll(() => Promise.all([startWords(), needWords('joining')]))

const context = { email: 'bo@example.org', names: ['Bo', 'Jansen'], account: 'Noordzee' }

test('a password that cannot be taken says so until it is changed', () => {
  const password = new ChosenPassword()
  password.text = 'short'
  expect(password.isSound(context)).toBe(false)
  expect(password.error).toBe('This password does not meet the rules.')
  password.text = 'short but longer now'
  expect(password.error).toBeUndefined()
  expect(password.isSound(context)).toBe(true)
})

test('a character that nobody can type everywhere is named', () => {
  const password = new ChosenPassword()
  password.text = 'green bicycle\u0007in the rain'
  expect(password.isSound(context)).toBe(false)
  expect(password.error).toContain('U+0007')
})

test("an account's own policy is told in words, whatever the page knew", () => {
  const password = new ChosenPassword()
  password.text = 'green bicycle in the rain'
  password.refuse(['digit', 'special'])
  expect(password.error).toContain('a digit and a sign such as ! or -')
})
