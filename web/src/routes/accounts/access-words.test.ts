import { beforeAll, expect, test } from 'vitest'
import { needWords, startWords } from '#lib/words.ts'
import { tellChange } from './access-words.ts'

beforeAll(async () => {
  await startWords()
  await needWords('accounts', 'people')
})

const nameOf = (id: string) => ({ benelux: 'Benelux' })[id]
const change = (permissions: string[], at = 'benelux') => ({
  ...{ userId: 'u', name: 'Femke Jansen', permissions },
  roles: [{ key: 'manager', name: 'manager', at, permissions }],
})

test('GB-15: who loses what by a move is said by name, with the role that it comes from', () => {
  expect(tellChange(change(['users.view', 'wall.view']), true, nameOf)).toEqual({
    userId: 'u',
    text: 'Femke Jansen may no longer see people and see the floor',
    through: 'Manager at Benelux',
  })
})

test('GB-15: a role that permits nothing shows the account at least; a place unseen has no name', () => {
  expect(tellChange(change([], 'elsewhere'), false, nameOf)).toMatchObject({
    text: 'Femke Jansen sees it',
    through: 'Manager at an account that you do not see',
  })
})
