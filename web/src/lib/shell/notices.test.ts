import { beforeAll, expect, test } from 'vitest'
import type { Notification } from '#contract/notifications.ts'
import { startWords } from '#lib/words.ts'
import { Arrivals, sentenceOf } from './notices.svelte.ts'

beforeAll(() => startWords())

const notice = (id: string, readAt: string | null = null): Notification => ({
  id,
  kind: 'invitation_accepted',
  data: { name: 'Bo Jansen', accountName: 'Noordzee Contact' },
  createdAt: '2026-01-01T09:00:00.000Z',
  readAt,
})

test('what was there when the page opened is not announced; what comes later is, once', () => {
  const arrivals = new Arrivals()
  expect(arrivals.next([], false)).toEqual([])
  expect(arrivals.next([notice('old')], true)).toEqual([])
  expect(arrivals.next([notice('new'), notice('old')], true)).toEqual([notice('new')])
  expect(arrivals.next([notice('new'), notice('old')], true)).toEqual([])
})

test('what has been read elsewhere already is not announced', () => {
  const arrivals = new Arrivals()
  arrivals.next([], true)
  expect(arrivals.next([notice('new', '2026-01-01T09:00:01.000Z')], true)).toEqual([])
})

test('a lost connection announces nothing twice', () => {
  const arrivals = new Arrivals()
  arrivals.next([notice('old')], true)
  arrivals.next([], false)
  expect(arrivals.next([notice('new'), notice('old')], true)).toEqual([notice('new')])
})

test('a notification says who, and where', () => {
  expect(sentenceOf(notice('new'))).toEqual({
    text: 'Bo Jansen accepted your invitation',
    detail: 'They now belong to Noordzee Contact.',
  })
})
