import { expect, test } from 'vitest'
import { branchOf, isSameBranch, pathOf, treeOf } from './account-tree.ts'

const accounts = [
  { id: 'rotterdam', parentId: 'netherlands', name: 'Rotterdam' },
  { id: 'netherlands', parentId: 'noordzee', name: 'Netherlands' },
  { id: 'germany', parentId: 'noordzee', name: 'Germany' },
  { id: 'noordzee', parentId: null, name: 'Noordzee' },
]

test('an account stands below its parent, brothers by name', () => {
  expect(treeOf(accounts).map(({ id, depth }) => `${depth} ${id}`)).toEqual([
    '0 noordzee',
    '1 germany',
    '1 netherlands',
    '2 rotterdam',
  ])
})

test('whoever sees only a part of the tree sees it from its top', () => {
  const part = accounts.filter(({ id }) => id !== 'noordzee' && id !== 'germany')
  expect(treeOf(part).map(({ id, depth }) => `${depth} ${id}`)).toEqual([
    '0 netherlands',
    '1 rotterdam',
  ])
})

test('a branch is the account and all below it', () => {
  expect([...branchOf(accounts, 'netherlands')].toSorted()).toEqual(['netherlands', 'rotterdam'])
  expect(pathOf(accounts, 'rotterdam')).toEqual(['rotterdam', 'netherlands', 'noordzee'])
})

test('brothers are not of one branch; what is above and below is', () => {
  expect(isSameBranch(accounts, 'germany', 'rotterdam')).toBe(false)
  expect(isSameBranch(accounts, 'noordzee', 'rotterdam')).toBe(true)
  expect(isSameBranch(accounts, 'rotterdam', 'noordzee')).toBe(true)
})
