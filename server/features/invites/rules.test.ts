import { expect, test } from 'vitest'
import { type Grant, type Permission, permissionsOf } from '#contract/permissions.ts'
import {
  becomesOperator,
  expiryFrom,
  mayOffer,
  maySet,
  randomIntFrom,
  whyNotOpen,
  whyNotResend,
  withoutUser,
} from './rules.ts'

const now = new Date('2026-01-01T09:00:00Z')
const later = '2026-01-02T09:00:00.000Z'

test.each([
  ['queued', later, undefined],
  ['sent', later, undefined],
  ['bounced', later, undefined],
  ['opened', later, undefined],
  ['sent', '2026-01-01T09:00:00.000Z', 'invitation_expired'],
  ['sent', '2026-01-01T09:00:00.001Z', undefined],
  ['expired', later, 'invitation_expired'],
  ['accepted', later, 'invitation_used'],
  ['accepted', '2025-01-01T00:00:00.000Z', 'invitation_used'],
  ['revoked', '2025-01-01T00:00:00.000Z', 'invitation_revoked'],
  ['draft', later, 'not_found'],
] as const)('W-10: a link whose invitation is %s until %s answers %s', (state, expiresAt, code) => {
  expect(whyNotOpen({ state, expiresAt }, now)).toBe(code)
})

test.each([
  ['opened', undefined],
  ['expired', undefined],
  ['accepted', 'invitation_used'],
  ['revoked', 'invitation_revoked'],
  ['draft', 'wrong_status'],
] as const)('GB-13: a new link for an invitation that is %s: %s', (state, code) => {
  expect(whyNotResend({ state, expiresAt: later }, now)).toBe(code)
})

test('an invitation ends as many hours from now as the account says', () => {
  expect(expiryFrom(now, 72)).toBe('2026-01-04T09:00:00.000Z')
})

const grant = (permissions: readonly Permission[], accountId: string): Grant => ({
  role: 'any',
  permissions,
  kind: 'account',
  at: accountId,
  accountId,
})
const { administrator, manager, agent, tester, supervisor, correspondence } = permissionsOf
const north = ['north', 'acme']

test.each([
  ['an administrator offers an administrator', administrator, 'acme', [administrator], true],
  ['an administrator offers a tester, which is no power', administrator, 'acme', [tester], true],
  ['a manager offers an agent', manager, 'acme', [agent], true],
  ['a manager offers an administrator', manager, 'acme', [administrator], false],
  ['a manager offers an agent who is also one', manager, 'acme', [agent, administrator], false],
  ['a manager of the location offers an agent there', manager, 'north', [agent], true],
  ['a manager of another location offers an agent', manager, 'south', [agent], false],
  ['a supervisor offers a correspondence report', supervisor, 'acme', [correspondence], false],
] as const)('NX-8: %s', (_, mine, at, roles, answer) => {
  const offered = roles.map((permissions) => ({ permissions, path: north }))
  expect(mayOffer([grant(mine, at)], offered)).toBe(answer)
})

const QUEUE = 'queue:00000000-0000-4000-8000-000000000001'
const service = { participates: true, tier: 1 }

test.each([
  ['an agent', agent, {}, true],
  ['a supervisor', supervisor, {}, true],
  ['a viewer', permissionsOf.viewer, { [QUEUE]: service }, false],
  ['an administrator', administrator, {}, false],
  ['an administrator with a queue', administrator, { [QUEUE]: service }, true],
  ['an administrator with no queue said', administrator, { [QUEUE]: null }, false],
  ['a manager with a limit', manager, { 'limit.live': 0 }, true],
] as const)('%s who accepts answers chats: %s', (_, role, set, answer) => {
  expect(becomesOperator(role, set)).toBe(answer)
})

test('NX-24: somebody who has a login gets nothing set of what is their own everywhere', () => {
  const set = { gender: 'female', mobile: '+31612345678', displayName: 'Bo', [QUEUE]: service }
  expect(withoutUser(set)).toEqual({ displayName: 'Bo', [QUEUE]: service })
})

test.each(['firstName', 'lastName', 'language', 'login', `${QUEUE}x`, 'grant:1@account:2'])(
  'an invitation does not set %s',
  (key) => {
    expect(maySet(key)).toBe(false)
  },
)

test('NX-22: numbers from bytes are each as likely as the others, and none is out of range', () => {
  const counts = new Array(56).fill(0)
  let byte = 0
  const randomInt = randomIntFrom(() => Uint8Array.of(byte++ % 256))
  for (let i = 0; i < 56 * 400; i++) counts[randomInt(56)] += 1
  expect(new Set(counts)).toEqual(new Set([400]))
  expect(() => randomInt(257)).toThrow()
})
