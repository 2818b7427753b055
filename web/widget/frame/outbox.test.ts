import { beforeEach, describe, expect, test } from 'vitest'
import { Outbox, type Taken, type Unsent } from './outbox.ts'

const answers: Taken[] = []
let written: string[] = []
let waiting: (() => void)[] = []
let isConnected = true
let kept: readonly Unsent[] = []

const settled = () => new Promise((resolve) => setTimeout(resolve))
const states = (outbox: Outbox) =>
  outbox.messages.map(({ clientId, state }) => `${clientId} ${state}`)
const message = (clientId: string) => ({ clientId, body: `text of ${clientId}`, at: '2026-01-01' })

function open(before: readonly Unsent[] = []): Outbox {
  return new Outbox(
    {
      write: async ({ clientId }) => {
        written.push(clientId)
        await settled()
        return answers.shift() ?? 'taken'
      },
      keep: (_, unsent) => {
        kept = unsent
      },
      changed: () => {},
      isConnected: () => isConnected,
      after: (_, run) => waiting.push(run),
    },
    before,
  )
}

async function runTimers(): Promise<void> {
  const due = waiting
  waiting = []
  for (const run of due) run()
  await settled()
  await settled()
}

beforeEach(() => {
  answers.length = 0
  written = []
  waiting = []
  isConnected = true
  kept = []
})

describe('the outbox', () => {
  test('sends in order, one at a time, and lets go of what is heard back', async () => {
    const outbox = open()
    outbox.add(message('a'))
    outbox.add(message('b'))
    expect(states(outbox)).toEqual(['a sending', 'b queued'])
    await settled()
    await settled()
    await settled()
    expect(written).toEqual(['a', 'b'])
    expect(states(outbox)).toEqual(['a sent', 'b sent'])
    outbox.heard(new Set(['a']))
    expect(states(outbox)).toEqual(['b sent'])
    expect(kept).toEqual([])
  })

  test('keeps a message over a lost connection for as long as it takes, and sends it once', async () => {
    isConnected = false
    answers.push(...Array.from({ length: 9 }, () => ({ later: 3000 })))
    const outbox = open()
    outbox.add(message('a'))
    await settled()
    for (let round = 0; round < 8; round += 1) await runTimers()
    expect(states(outbox)).toEqual(['a queued'])
    expect(kept).toHaveLength(1)
    isConnected = true
    await runTimers()
    expect(states(outbox)).toEqual(['a sent'])
    expect(new Set(written)).toEqual(new Set(['a']))
  })

  test('says that it failed when the server stays busy, and tries again when asked', async () => {
    answers.push(...Array.from({ length: 4 }, () => ({ later: 1000 })))
    const outbox = open()
    outbox.add(message('a'))
    await settled()
    for (let round = 0; round < 4; round += 1) await runTimers()
    expect(states(outbox)).toEqual(['a failed'])
    outbox.retry('a')
    await settled()
    await settled()
    expect(states(outbox)).toEqual(['a sent'])
  })

  test('a refused message does not hold up the next', async () => {
    answers.push('refused', 'taken')
    const outbox = open()
    outbox.add(message('a'))
    outbox.add(message('b'))
    await settled()
    await settled()
    await settled()
    expect(states(outbox)).toEqual(['a failed', 'b sent'])
    expect(kept.map(({ clientId }) => clientId)).toEqual(['a'])
  })

  test('sends again after a reload what was cut off while it was sent', async () => {
    const outbox = open([{ ...message('a'), state: 'sending', tries: 0 }])
    await outbox.send()
    expect(written).toEqual(['a'])
    expect(states(outbox)).toEqual(['a sent'])
  })

  test('forgets everything once the chat is put away', async () => {
    isConnected = false
    answers.push({ later: 3000 })
    const outbox = open()
    outbox.add(message('a'))
    await settled()
    outbox.stop()
    await runTimers()
    expect(written).toEqual(['a'])
    expect(kept).toEqual([])
  })
})
