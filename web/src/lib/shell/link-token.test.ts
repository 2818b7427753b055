import { beforeEach, expect, test } from 'vitest'
import { dropToken, takeToken, tokenIn } from './link-token.ts'

const token = 'JFZ5l9t4uE8cguVZAI6OUI0eAmOleZVib95Jtm6Z0o0'

beforeEach(() => sessionStorage.clear())

test.each([
  [`#t=${token}`, token],
  ['#t=short', undefined],
  [`#t=${token}&x=1`, undefined],
  [`#x=${token}`, undefined],
  ['', undefined],
])('the fragment %j holds the token %j', (hash, expected) => {
  expect(tokenIn(hash)).toBe(expected)
})

test('a reload does not lose the token; using it up does', () => {
  expect(takeToken('/invitation', `#t=${token}`)).toBe(token)
  expect(takeToken('/invitation', '')).toBe(token)
  dropToken('/invitation')
  expect(takeToken('/invitation', '')).toBeUndefined()
})

test('the token of one page is not that of another', () => {
  takeToken('/invitation', `#t=${token}`)
  expect(takeToken('/welcome', '')).toBeUndefined()
})

test('a newer link takes the place of the older one', () => {
  takeToken('/invitation', `#t=${token}`)
  const newer = token.toLowerCase()
  expect(takeToken('/invitation', `#t=${newer}`)).toBe(newer)
  expect(takeToken('/invitation', '')).toBe(newer)
})
