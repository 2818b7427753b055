import { describe, expect, test } from 'vitest'
import { type Grant, PERMISSIONS, type Permission } from '#contract/permissions.ts'
import { permissionField } from '#contract/roles.ts'
import { shapeOf, unsoundField, valuesOf, whyNotChange } from './rules.ts'

const ROOT = 'root'
const grant = (role: string, permissions: readonly Permission[], at = ROOT): Grant => ({
  ...{ role, permissions, kind: 'account', at, accountId: at },
})

describe('a role as fields', () => {
  test('says of every permission whether it gives it, and nothing is lost on the way back', () => {
    const permissions = PERMISSIONS.filter((_, index) => index % 2 === 0)
    const role = { name: 'Clerk', permissions, limits: { live: 0, deferred: null, units: 12 } }
    const values = valuesOf(role)
    expect(Object.keys(values)).toHaveLength(PERMISSIONS.length + 4)
    expect(shapeOf(values)).toEqual(role)
  })

  test.each([
    [{ name: 'Clerk', [permissionField('wall.view')]: true }, undefined],
    [{ name: true }, 'name'],
    [{ [permissionField('wall.view')]: 'yes' }, 'permission.wall.view'],
    [{ 'permission.everything': true }, 'permission.everything'],
    [{ key: 'administrator' }, 'key'],
    [{ constructor: true }, 'constructor'],
    [{ 'limit.live': 0, 'limit.deferred': 100, 'limit.units': null }, undefined],
    [{ 'limit.live': 101 }, 'limit.live'],
    [{ 'limit.units': -1 }, 'limit.units'],
    [{ 'limit.units': true }, 'limit.units'],
    [{ 'limit.everything': 1 }, 'limit.everything'],
  ])('%j: %s does not belong there', (set, field) => {
    expect(unsoundField(set)).toBe(field)
  })
})

describe('AD-1: a change of a role', () => {
  const mine = [grant('own_1', ['roles.manage', 'wall.view'])]
  test.each<[string, readonly Permission[], readonly Permission[], string | undefined]>([
    ['own_2', [], ['wall.view'], undefined],
    ['own_2', ['wall.view'], [], undefined],
    ['own_2', [], ['chats.test'], undefined],
    ['own_2', [], ['users.manage'], 'forbidden'],
    ['own_2', ['users.manage'], ['wall.view'], 'forbidden'],
    ['own_1', ['roles.manage'], ['roles.manage', 'wall.view'], 'own_rights'],
    ['own_1', ['roles.manage', 'wall.view'], ['roles.manage'], undefined],
  ])('of %s from %j to %j: %s', (key, before, after, code) => {
    expect(whyNotChange(mine, ROOT, { key, before, after })).toBe(code)
  })

  test('counts nothing that is held below the root', () => {
    const below = [grant('manager', ['wall.view'], 'below')]
    const change = { key: 'own_2', before: [], after: ['wall.view'] as const }
    expect(whyNotChange(below, ROOT, change)).toBe('forbidden')
  })
})
