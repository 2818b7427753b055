import { expect, test } from 'vitest'
import type { Account } from '#contract/accounts.ts'
import { limitAbove } from './limit-source.ts'

const account = (id: string, parentId: string | null, limit: number, from: string): Account => ({
  ...{ id, parentId, kind: 'group', name: id.toUpperCase(), isActive: true, language: 'en' },
  ...{ timeZone: 'UTC', colour: '#000000', onboardingMode: 'choose', invitationHours: 48 },
  ...{ requiresGender: false, liveLimit: limit, liveLimitFrom: from },
  ...{ deferredLimit: 5, deferredLimitFrom: 'root', version: 1, versions: {} },
})

const root = account('root', null, 3, 'root')
const middle = account('middle', 'root', 3, 'root')
const leaf = account('leaf', 'middle', 8, 'leaf')

test('as above is what the nearest account above sets, by its name', () => {
  const known = [root, middle, leaf]
  expect(limitAbove(leaf, 'live', known)).toEqual({ limit: 3, name: 'ROOT' })
  expect(limitAbove(middle, 'live', known)).toEqual({ limit: 3, name: 'ROOT' })
  expect(limitAbove(root, 'live', known)).toBeUndefined()
})

test('where what is above is not seen, it is known only while it counts', () => {
  expect(limitAbove(leaf, 'live', [leaf])).toBeUndefined()
  expect(limitAbove(leaf, 'deferred', [leaf])).toEqual({ limit: 5, name: undefined })
})
