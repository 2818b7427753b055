import { describe, expect, test } from 'vitest'
import type { Person } from '#contract/users.ts'
import { branchOf, pathOf } from './account-tree.ts'
import { countsOf, isListedAt, reachesFrom } from './at-account.ts'
import { lineOfPerson } from './line.ts'

const accounts = [
  { id: 'org', parentId: null, name: 'Noordzee' },
  { id: 'benelux', parentId: 'org', name: 'Benelux' },
  { id: 'ghent', parentId: 'benelux', name: 'Ghent' },
  { id: 'nordics', parentId: 'org', name: 'Nordics' },
]
const place = (id: string) => ({ branch: branchOf(accounts, id), path: pathOf(accounts, id) })

function member(
  accountId: string,
  roles: readonly string[],
  kind: 'account' | 'department' = 'account',
) {
  const row = {
    id: accountId,
    accountId,
    firstName: 'Ada',
    lastName: 'Verbeek',
    displayName: null,
    email: 'a@b.c',
    login: 'a@b.c',
    status: 'active',
    roles: roles.map((at) => ({ key: 'manager', name: 'Manager', kind, at, accountId: at })),
    departments: [],
    queues: [],
    createdAt: '2026-01-01T09:00:00.000Z',
  }
  const nobody = () => undefined
  return lineOfPerson(row as unknown as Person, {
    account: nobody,
    department: nobody,
    queue: nobody,
  })
}

describe('GB-6: at an account there are its own, those below, and those whose role reaches here', () => {
  test.each([
    ['a member', member('benelux', ['benelux']), true, undefined],
    ['a member of an account below', member('ghent', ['ghent']), true, undefined],
    ['who holds a role at the top', member('org', ['org']), true, 'org'],
    [
      'who holds it here, being a member elsewhere',
      member('nordics', ['nordics', 'benelux']),
      true,
      'benelux',
    ],
    ['who holds it higher and nearer', member('org', ['org', 'benelux']), true, 'benelux'],
    ['a member of the account beside', member('nordics', ['nordics']), false, undefined],
    ['who only leads a department above', member('org', ['org'], 'department'), false, undefined],
  ])('%s', (_, line, isListed, from) => {
    expect(isListedAt(line, place('benelux'))).toBe(isListed)
    expect(reachesFrom(line, place('benelux'))).toBe(from)
  })
})

test('GB-5: an account counts its own and all below it; one that is not seen is in no count', () => {
  const own = new Map([
    ['org', 1],
    ['benelux', 2],
    ['ghent', 3],
    ['nordics', 4],
  ])
  expect(Object.fromEntries(countsOf(accounts, own))).toEqual({
    org: 10,
    benelux: 5,
    ghent: 3,
    nordics: 4,
  })
  const seen = accounts.filter(({ id }) => id === 'benelux' || id === 'ghent')
  expect(Object.fromEntries(countsOf(seen, own))).toEqual({ benelux: 5, ghent: 3 })
})
