import { beforeAll, expect, test } from 'vitest'
import type { Because } from '#contract/roles.ts'
import { needWords, startWords } from '#lib/words.ts'
import { tellBecause, tellWhyNot } from './explain-words.ts'

beforeAll(async () => {
  await startWords()
  await needWords('roles', 'people')
})

const because = (more: Partial<Because>): Because => ({
  ...{ roleKey: 'agent', roleName: 'agent', kind: 'account', at: 'a', place: 'Benelux' },
  ...{ inheritedFrom: null, isInherited: false, ...more },
})

test('MS-11: what gives it is said with where it comes from, and no name of what is unseen', () => {
  expect(tellBecause(because({}))).toBe('As Agent, held there.')
  expect(tellBecause(because({ isInherited: true, inheritedFrom: 'Main group' }))).toBe(
    'As Agent, which comes down from Main group.',
  )
  expect(tellBecause(because({ isInherited: true, at: null, place: null }))).toMatch(/do not see/)
})

test('MS-11: why not says what rests, what would count then, and which roles would give it', () => {
  const whyNot = {
    resting: [{ accountId: 'a', status: 'blocked' as const }],
    wouldCount: [because({})],
    wouldGive: [
      { id: '1', key: 'agent', name: 'agent' },
      { id: '2', key: 'own_1', name: 'Night shift' },
    ],
  }
  expect(tellWhyNot(whyNot, () => 'Benelux')).toEqual([
    'The membership of Benelux is blocked: nothing held through it counts now.',
    'If it were active: Agent.',
    'Roles that would give it: Agent and Night shift.',
  ])
})
