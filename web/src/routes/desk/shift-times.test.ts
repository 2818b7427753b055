import { expect, test } from 'vitest'
import { minutesUntil, shiftTimeOf } from './shift-times.ts'

const NOW = Date.parse('2026-01-05T09:00:00.000Z')
const after = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString()
const shift = (isOn: boolean, minutes: number | null) => ({
  name: 'Late',
  isOn,
  turnsAt: minutes === null ? null : after(minutes),
  version: 1,
})
const chosen = (availability: 'available' | 'away' | 'offline' | 'finishing') =>
  ({ availability, cause: 'chosen' }) as const
const idle = { availability: 'away', cause: 'idle' } as const

test.each([
  ['nothing of somebody who has none', { ...chosen('available'), shift: null }, undefined],
  ['that it begins', { ...chosen('offline'), shift: shift(false, 4) }, 'begins'],
  [
    'that it begins, to one who is early',
    { ...chosen('available'), shift: shift(false, 5) },
    'begins',
  ],
  ['that it ends', { ...chosen('available'), shift: shift(true, 5) }, 'ends'],
  ['how long it lasts', { ...chosen('available'), shift: shift(true, 6) }, 'during'],
  [
    'nothing of the end to one who is gone',
    { ...chosen('offline'), shift: shift(true, 4) },
    undefined,
  ],
  ['that it is on to one who is offline', { ...chosen('offline'), shift: shift(true, 400) }, 'on'],
  ['that it is on to one who is idle', { ...idle, shift: shift(true, 400) }, 'on'],
  ['how long it lasts within a break', { ...chosen('away'), shift: shift(true, 400) }, 'during'],
  ['that it is over', { ...chosen('available'), shift: shift(false, 900) }, 'over'],
  ['that it is over for good', { ...chosen('available'), shift: shift(false, null) }, 'over'],
  ['that one is early', { ...chosen('available'), shift: shift(false, 40) }, 'early'],
  ['nothing to one who finishes', { ...chosen('finishing'), shift: shift(false, 900) }, undefined],
])('PR-10 the Desk says %s', (_, operator, kind) => {
  expect(shiftTimeOf(operator, NOW)?.kind).toBe(kind)
})

test('PR-10 what was put aside is news again after the next turn', () => {
  const one = shiftTimeOf({ ...chosen('available'), shift: shift(false, 900) }, NOW)
  const same = shiftTimeOf({ ...chosen('available'), shift: shift(false, 900) }, NOW + 60_000)
  const next = shiftTimeOf({ ...chosen('available'), shift: shift(false, 2_340) }, NOW)
  expect(same?.key).toBe(one?.key)
  expect(next?.key).not.toBe(one?.key)
})

test('minutes are said whole, and none below zero', () => {
  expect([240_000, 239_000, 1, 0, -5_000].map((ms) => minutesUntil(NOW + ms, NOW))).toEqual([
    4, 4, 1, 0, 0,
  ])
})
