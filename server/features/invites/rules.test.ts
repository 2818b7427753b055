import { expect, test } from 'vitest'
import { type Grant, type Permission, permissionsOf } from '#contract/permissions.ts'
import {
  becomesOperator,
  expiryFrom,
  isSameBranch,
  mayOffer,
  whyNotOpen,
  whyNotResend,
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
const { administrator, manager, agent, tester, viewer, supervisor } = permissionsOf

test.each([
  ['an administrator offers an administrator', administrator, 'acme', administrator, true],
  ['an administrator offers a tester, which is no power', administrator, 'acme', tester, true],
  ['a manager offers an agent', manager, 'acme', agent, true],
  ['a manager offers an administrator', manager, 'acme', administrator, false],
  ['a manager of the location offers an agent there', manager, 'north', agent, true],
  ['a manager of another location offers an agent', manager, 'south', agent, false],
  ['a supervisor offers an agent', supervisor, 'acme', agent, false],
  ['a viewer offers a viewer', viewer, 'acme', viewer, false],
] as const)('NX-8: %s', (_, mine, at, role, answer) => {
  expect(mayOffer([grant(mine, at)], role, ['north', 'acme'])).toBe(answer)
})

test('GB-5: an invitation reaches above and below its account, never beside it', () => {
  const [acme, north, south] = [['acme'], ['north', 'acme'], ['south', 'acme']]
  expect(isSameBranch(north, acme)).toBe(true)
  expect(isSameBranch(acme, north)).toBe(true)
  expect(isSameBranch(north, north)).toBe(true)
  expect(isSameBranch(north, south)).toBe(false)
})

test.each([
  ['an agent', agent, {}, true],
  ['a supervisor', supervisor, {}, true],
  ['a viewer', viewer, { hasQueues: true }, false],
  ['an administrator', administrator, {}, false],
  ['an administrator with a queue', administrator, { hasQueues: true }, true],
  ['a manager with a limit', manager, { hasLimits: true }, true],
] as const)('%s who accepts answers chats: %s', (_, role, wanted, answer) => {
  expect(becomesOperator(role, { hasQueues: false, hasLimits: false, ...wanted })).toBe(answer)
})
