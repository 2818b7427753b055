import { expect, test } from 'vitest'
import { permissionsOf } from '#contract/permissions.ts'
import { homeFor } from './home.ts'
import { nextOf, signInAt } from './next.ts'

const at = (address: string) => new URL(address, 'https://chat.example.org')

test('signing in leads back to the page that was asked for, with what was searched there', () => {
  const signIn = signInAt(at('/people?q=bo&sort=name'))
  expect(nextOf(at(signIn))).toBe('/people?q=bo&sort=name')
  expect(signInAt(at('/'))).toBe('/sign-in')
})

test.each([
  'https://evil.example',
  '//evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  'javascript:alert(1)',
  '',
  '/',
])('signing in never leads to %j', (next) => {
  expect(nextOf(at(`/sign-in?next=${encodeURIComponent(next)}`))).toBe('/')
})

test.each([
  ['agent', '/desk'],
  ['viewer', '/wall'],
  ['supervisor', '/desk'],
  ['administrator', '/desk'],
] as const)('the %s begins at %s', (role, home) => {
  expect(homeFor((permission) => permissionsOf[role].includes(permission))).toBe(home)
})

test('whoever may only look at people begins there, and whoever may nothing, at their own profile', () => {
  expect(homeFor((permission) => permission === 'users.view')).toBe('/people')
  expect(homeFor(() => false)).toBe('/me')
})
