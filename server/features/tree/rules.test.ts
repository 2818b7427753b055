import { expect, test } from 'vitest'
import { isTimeZone } from '#contract/opening.ts'
import { accessChanges, type HeldAbove, whyNotMove } from './rules.ts'

test.each(['Europe/Amsterdam', 'UTC', 'America/Argentina/Buenos_Aires', 'Etc/GMT+1'])(
  '%s is a time zone',
  (name) => expect(isTimeZone(name)).toBe(true),
)

test.each(['', '+01:00', 'Europe/', 'Amsterdam', 'Europe/Amsterdam; drop', 'Mars/Olympus'])(
  '%j is none',
  (name) => expect(isTimeZone(name)).toBe(false),
)

test.each([
  [['a', 'root'], ['b', 'root'], 'group', null],
  [['a', 'root'], ['a', 'root'], 'group', 'account_circle'],
  [['a', 'root'], ['b', 'a', 'root'], 'group', 'account_circle'],
  [['a', 'root'], ['b', 'root'], 'location', 'invalid'],
  [['root'], ['other'], 'organisation', 'invalid'],
] as const)('the account of %j below %j: %s, %s', (path, newPath, newParentKind, no) => {
  expect(whyNotMove({ path, newPath, newParentKind })).toBe(no)
})

const held = (userId: string, at: string, more: Partial<HeldAbove> = {}): HeldAbove => ({
  ...{ userId, at, name: userId, key: 'viewer', roleName: 'Viewer' },
  permissions: ['wall.view', 'users.view'],
  ...more,
})

test('what is lost through one role and kept through another is not lost', () => {
  const roles = [
    held('ann', 'old', { key: 'manager', permissions: ['users.view', 'users.manage'] }),
    held('ann', 'root', { permissions: ['users.view'] }),
    held('bob', 'new'),
    held('cat', 'root'),
  ]
  expect(accessChanges(roles, ['x', 'old', 'root'], ['x', 'new', 'root'])).toMatchObject({
    gains: [{ userId: 'bob', permissions: ['wall.view', 'users.view'], roles: [{ at: 'new' }] }],
    loses: [{ userId: 'ann', permissions: ['users.manage'], roles: [{ at: 'old' }] }],
  })
})

test('who sees an account by a role that permits nothing loses the sight of it', () => {
  const roles = [held('ann', 'old', { permissions: [] })]
  expect(accessChanges(roles, ['x', 'old'], ['x', 'new'])).toMatchObject({
    gains: [],
    loses: [{ userId: 'ann', permissions: [] }],
  })
})
