import { expect, test } from 'vitest'
import { permissionsOf } from '#contract/permissions.ts'
import { isAt, sectionsFor } from './sections.ts'

test.each([
  ['agent', ['/desk']],
  ['viewer', ['/wall', '/people']],
  ['supervisor', ['/desk', '/wall']],
  ['correspondence', ['/history']],
  [
    'administrator',
    ['/desk', '/wall', '/history', '/people', '/setup', '/accounts', '/policy', '/audit'],
  ],
] as const)('the %s is shown only where they may go', (role, hrefs) => {
  const shown = sectionsFor((permission) => permissionsOf[role].includes(permission))
  expect(shown.flatMap((section) => section.destinations.map(({ href }) => href))).toEqual(hrefs)
  expect(shown.every((section) => section.destinations.length > 0)).toBe(true)
})

test('a page below a destination belongs to it; one that only begins alike does not', () => {
  expect([
    isAt('/people', '/people'),
    isAt('/people/7', '/people'),
    isAt('/peoples', '/people'),
  ]).toEqual([true, true, false])
})
