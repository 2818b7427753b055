import { beforeEach, expect, test, vi } from 'vitest'
import { Refused, Unreachable } from '#lib/api.ts'
import { Outbox, type Unsent } from './outbox.svelte.ts'

const lost = () => new Unreachable('no network')
const no = (code: 'chat_closed' | 'too_many', retryAfter?: number) =>
  new Refused(409, { code, message: code, ...(retryAfter !== undefined && { retryAfter }) })

interface Later {
  ms: number
  run: () => void
}

/** An outbox whose server answers as told; `later`: what it put off. */
function outboxOf(answers: (message: Unsent) => Promise<unknown>, isConnected = true) {
  const later: Later[] = []
  const outbox = new Outbox({
    write: answers,
    isConnected: () => isConnected,
    after: (ms, run) => void later.push({ ms, run }),
  })
  return { outbox, later }
}

const settled = () => new Promise((resolve) => setTimeout(resolve))
const statesOf = (outbox: Outbox, chatId = 'c1') => outbox.of(chatId).map(({ state }) => state)

beforeEach(() => localStorage.clear())

test('what is sent stays until it is heard back, and is then gone', async () => {
  const { outbox } = outboxOf(async () => {})
  outbox.open('u1')
  outbox.add('c1', 'Hello', '2026-01-01T09:00:00.000Z')
  expect(statesOf(outbox)).toEqual(['sending'])
  await settled()
  expect(statesOf(outbox)).toEqual(['sent'])
  outbox.heard(new Set(outbox.of('c1').map(({ clientId }) => clientId)))
  expect(outbox.of('c1')).toEqual([])
})

test('messages of one chat leave one after the other, in order; another chat does not wait', async () => {
  const begun: string[] = []
  const ends: (() => void)[] = []
  const { outbox } = outboxOf(({ body }) => {
    begun.push(body)
    return new Promise<void>((resolve) => ends.push(resolve))
  })
  outbox.open('u1')
  outbox.add('c1', 'one', '2026-01-01T09:00:00.000Z')
  outbox.add('c1', 'two', '2026-01-01T09:00:01.000Z')
  outbox.add('c2', 'other', '2026-01-01T09:00:02.000Z')
  expect(begun).toEqual(['one', 'other'])
  ends[0]?.()
  await settled()
  expect(begun).toEqual(['one', 'other', 'two'])
})

test('a lost connection keeps the message and its id over a reload; it is sent once more under that id', async () => {
  const first = outboxOf(() => Promise.reject(lost()), false)
  first.outbox.open('u1')
  first.outbox.add('c1', 'Still here', '2026-01-01T09:00:00.000Z')
  await settled()
  expect(statesOf(first.outbox)).toEqual(['queued'])
  const id = first.outbox.of('c1')[0]?.clientId

  const write = vi.fn(async (_: Unsent) => {})
  const second = outboxOf(write)
  second.outbox.open('u1')
  await settled()
  expect(write.mock.calls.map(([message]) => [message.clientId, message.body])).toEqual([
    [id, 'Still here'],
  ])
  const third = outboxOf(write)
  third.outbox.open('u1')
  expect(third.outbox.of('c1')).toEqual([])
})

test('nobody sends what another user of this browser left', () => {
  const one = outboxOf(() => Promise.reject(lost()), false)
  one.outbox.open('u1')
  one.outbox.add('c1', 'Mine', '2026-01-01T09:00:00.000Z')
  const write = vi.fn(async () => {})
  const other = outboxOf(write)
  other.outbox.open('u2')
  expect(other.outbox.of('c1')).toEqual([])
  expect(write).not.toHaveBeenCalled()
})

test('a refusal fails the message and says why; Retry sends the same message again', async () => {
  const ids: string[] = []
  const { outbox } = outboxOf(({ clientId }) => {
    ids.push(clientId)
    return ids.length === 1 ? Promise.reject(no('chat_closed')) : Promise.resolve()
  })
  outbox.open('u1')
  outbox.add('c1', 'Late', '2026-01-01T09:00:00.000Z')
  await settled()
  expect(outbox.of('c1')[0]).toMatchObject({ state: 'failed', because: 'chat_closed' })
  outbox.retry(ids[0] ?? '')
  await settled()
  expect(statesOf(outbox)).toEqual(['sent'])
  expect(new Set(ids).size).toBe(1)
})

test('what passes is tried again, no sooner than the server asked; after some tries it is for the writer', async () => {
  const { outbox, later } = outboxOf(() => Promise.reject(no('too_many', 7)))
  outbox.open('u1')
  outbox.add('c1', 'Busy', '2026-01-01T09:00:00.000Z')
  for (let tries = 1; tries < 6; tries++) {
    await settled()
    expect(statesOf(outbox)).toEqual(['queued'])
    expect(later.at(-1)?.ms).toBeGreaterThanOrEqual(7000)
    later.at(-1)?.run()
  }
  await settled()
  expect(outbox.of('c1')[0]).toMatchObject({ state: 'failed', because: 'too_many' })
})

test('what was given up for want of a network goes out by itself when the network is back', async () => {
  let isBack = false
  const { outbox, later } = outboxOf(() => (isBack ? Promise.resolve() : Promise.reject(lost())))
  outbox.open('u1')
  outbox.add('c1', 'Patience', '2026-01-01T09:00:00.000Z')
  for (let tries = 1; tries < 6; tries++) {
    await settled()
    later.at(-1)?.run()
  }
  await settled()
  expect(statesOf(outbox)).toEqual(['failed'])
  isBack = true
  outbox.again()
  await settled()
  expect(statesOf(outbox)).toEqual(['sent'])
})
