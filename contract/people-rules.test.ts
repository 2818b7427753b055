import { describe, expect, test } from 'vitest'
import type { HeldRole } from './people.ts'
import { isWithin, whyLocked } from './people-rules.ts'
import {
  type BuiltInRole,
  type Grant,
  PERMISSIONS,
  permissionsOf,
  type ScopeKind,
} from './permissions.ts'

// root > north > quay; the department care of north, with the groups one and two.
const PATHS: Record<string, string[]> = {
  root: ['root'],
  north: ['north', 'root'],
  quay: ['quay', 'north', 'root'],
  south: ['south', 'root'],
}
const ACCOUNT_OF: Record<string, string> = {
  care: 'north',
  one: 'north',
  two: 'north',
  shop: 'north',
}

type At = [role: BuiltInRole, kind: ScopeKind, at: string]
const ROLE = '00000000-0000-4000-8000-000000000001'
const CARE = '00000000-0000-4000-8000-00000000000c'

const grant = ([role, kind, at]: At): Grant => ({
  ...{ role, permissions: permissionsOf[role], kind, at },
  accountId: ACCOUNT_OF[at] ?? at,
})
const held = ([role, kind, at]: At): HeldRole => ({
  ...{
    key: `grant:${ROLE}@${kind}:${CARE}`,
    roleId: ROLE,
    roleKey: role,
    roleName: role,
    kind,
    at,
  },
  permissions: [...permissionsOf[role]],
  departmentId: kind === 'group' ? 'care' : null,
  accountId: ACCOUNT_OF[at] ?? at,
})
const viewer = (userId: string, ...grants: At[]) => ({
  ...{ userId, grants: grants.map(grant) },
  pathOf: (id: string) => PATHS[id] ?? [],
})

/** An agent of group one, who works at north. */
const agent = (more: Partial<Parameters<typeof whyLocked>[1]> = {}) => ({
  ...{ userId: 'agent', accountId: 'north', isOursAlone: true, primaryDepartmentId: 'care' },
  fields: { supervisorGroupId: 'one' },
  roles: [held(['agent', 'account', 'north'])],
  ...more,
})

const CASES: [string, At[], string, string | undefined][] = [
  ['an administrator above', [['administrator', 'account', 'root']], 'firstName', undefined],
  ['an administrator above', [['administrator', 'account', 'root']], 'limit.live', undefined],
  ['a manager here', [['manager', 'account', 'north']], `queue:${CARE}`, undefined],
  ['a manager below', [['manager', 'account', 'quay']], 'alias', 'needs_users'],
  ['a manager beside', [['manager', 'account', 'south']], 'alias', 'needs_users'],
  ['a viewer', [['viewer', 'account', 'north']], 'alias', 'needs_users'],
  ['a viewer', [['viewer', 'account', 'north']], 'limit.live', 'needs_limits'],
  [
    'who manages people alone',
    [['people_manager', 'account', 'north']],
    'limit.live',
    'needs_limits',
  ],
  ['who manages people alone', [['people_manager', 'account', 'north']], 'alias', undefined],
  [
    'who manages sessions alone',
    [['session_manager', 'account', 'north']],
    'limit.live',
    undefined,
  ],
  ['who manages sessions alone', [['session_manager', 'account', 'north']], 'alias', 'needs_users'],
  ['who manages the department', [['people_manager', 'department', 'care']], 'alias', undefined],
  ['SW-1: who manages the group', [['people_manager', 'group', 'one']], 'alias', undefined],
  ['SW-1: who manages another group', [['people_manager', 'group', 'two']], 'alias', 'needs_users'],
]

describe('a field of somebody else', () => {
  test.each(CASES)('for %s %j: %s is locked by %s', (_, grants, key, reason) => {
    expect(whyLocked(viewer('me', ...grants), agent(), key)).toBe(reason)
  })

  test('what is no field is nobody’s', () => {
    const all = viewer('me', ['administrator', 'account', 'root'])
    expect(whyLocked(all, agent(), 'login')).toBe('not_yours')
  })

  test('K3: the user’s own data are locked once they work elsewhere too, the membership’s never', () => {
    const all = viewer('me', ['administrator', 'account', 'root'])
    const shared = agent({ isOursAlone: false })
    for (const key of ['firstName', 'lastName', 'gender', 'mobile', 'language'])
      expect(whyLocked(all, shared, key)).toBe('shared_user')
    for (const key of ['displayName', 'alias', 'showsPhoto', 'limit.live'])
      expect(whyLocked(all, shared, key)).toBeUndefined()
  })

  test('somebody who may more is locked altogether', () => {
    const manager = viewer('me', ['manager', 'account', 'north'])
    const stronger = [held(['administrator', 'account', 'north'])]
    expect(whyLocked(manager, agent({ roles: stronger }), 'alias')).toBe('stronger_person')
    const above = [held(['viewer', 'account', 'root'])]
    expect(whyLocked(manager, agent({ roles: above }), 'alias')).toBe('stronger_person')
  })

  test('who could not give a role cannot take it: of an agent of the account, not by one of a group', () => {
    const key = `grant:${ROLE}@account:${CARE}`
    const ofGroup = viewer('me', ['supervisor', 'group', 'one'], ['people_manager', 'group', 'one'])
    expect(whyLocked(ofGroup, agent(), key)).toBe('not_yours')
    expect(whyLocked(ofGroup, agent(), 'alias')).toBeUndefined()
    const ofAccount = viewer('me', ['manager', 'account', 'north'])
    expect(whyLocked(ofAccount, agent(), key)).toBeUndefined()
  })
})

describe('a field of one’s own', () => {
  const own = agent({ userId: 'me', isOursAlone: false })
  const key = `grant:${ROLE}@account:${CARE}`

  test.each<At>([
    ['agent', 'account', 'north'],
    ['administrator', 'account', 'root'],
  ])('the profile is free and the rights are locked for %s', (...at) => {
    const me = viewer('me', at)
    for (const name of ['firstName', 'mobile', 'language', 'displayName', 'alias', 'showsPhoto'])
      expect(whyLocked(me, own, name)).toBeUndefined()
    for (const name of ['limit.live', 'limit.deferred', key, `grant:${ROLE}@site:${CARE}`])
      expect(whyLocked(me, own, name)).toBe('own_rights')
  })

  test('an administrator chooses where they themselves work, an agent does not', () => {
    for (const name of [`department:${CARE}`, `queue:${CARE}`, 'supervisorGroupId']) {
      expect(
        whyLocked(viewer('me', ['administrator', 'account', 'root']), own, name),
      ).toBeUndefined()
      expect(whyLocked(viewer('me', ['agent', 'account', 'north']), own, name)).toBe('needs_users')
    }
  })
})

test('who may everything at the root is above everybody; answering chats is power over nobody', () => {
  const all = viewer('me', ['administrator', 'account', 'root'])
  const everything = {
    ...held(['administrator', 'account', 'root']),
    permissions: [...PERMISSIONS],
  }
  expect(isWithin(all, [everything])).toBe(true)
  const ofGroup = viewer('me', ['people_manager', 'group', 'one'])
  expect(isWithin(ofGroup, [held(['tester', 'account', 'root'])])).toBe(true)
  expect(isWithin(ofGroup, [held(['supervisor', 'group', 'one'])])).toBe(false)
  const ofDepartment = viewer('me', ['supervisor', 'department', 'care'])
  expect(isWithin(ofDepartment, [held(['supervisor', 'group', 'one'])])).toBe(true)
})
