import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { makeGate } from './gate.ts'
import { Refusal } from './refuse.ts'

function makeWork() {
  const ends: (() => void)[] = []
  const log = { started: 0, most: 0, running: 0 }
  const work = async () => {
    log.started += 1
    log.running += 1
    log.most = Math.max(log.most, log.running)
    await new Promise<void>((resolve) => ends.push(resolve))
    log.running -= 1
    return log.started
  }
  const endOne = async () => {
    ends.shift()?.()
    await sleep(5)
  }
  return { work, endOne, log }
}

test('no more run at once than may, the others take their turn in order', async () => {
  const gate = makeGate({ running: 2, queued: 3, waitMs: 5000 })
  const { work, endOne, log } = makeWork()
  const done: number[] = []
  const all = [0, 1, 2, 3, 4].map((i) => gate(work).then(() => done.push(i)))
  await sleep(5)
  expect(log.started).toBe(2)
  for (let i = 0; i < 5; i += 1) await endOne()
  await Promise.all(all)
  expect(log.most).toBe(2)
  expect(done).toEqual([0, 1, 2, 3, 4])
})

test('who finds the queue full is told at once when to come back', async () => {
  const gate = makeGate({ running: 1, queued: 1, waitMs: 2000 })
  const { work, endOne } = makeWork()
  const inside = [gate(work), gate(work)]
  const started = performance.now()
  const refusal = await gate(work).catch((error: unknown) => error)
  expect(performance.now() - started).toBeLessThan(500)
  expect(refusal).toBeInstanceOf(Refusal)
  expect(refusal).toMatchObject({ code: 'busy', details: { retryAfter: 2 } })
  await sleep(5)
  await endOne()
  await endOne()
  await Promise.all(inside)
})

test('who waits too long is refused, and the gate goes on', async () => {
  const gate = makeGate({ running: 1, queued: 5, waitMs: 30 })
  const { work, endOne, log } = makeWork()
  const first = gate(work)
  await expect(gate(work)).rejects.toMatchObject({ code: 'busy' })
  expect(log.started).toBe(1)
  await endOne()
  await first
  const next = gate(work)
  await sleep(5)
  await endOne()
  await expect(next).resolves.toBe(2)
})

test('work that fails gives its place to the next', async () => {
  const gate = makeGate({ running: 1, queued: 2, waitMs: 1000 })
  const failing = gate(() => Promise.reject(new Error('broken')))
  const next = gate(() => Promise.resolve('fine'))
  await expect(failing).rejects.toThrow('broken')
  await expect(next).resolves.toBe('fine')
  await expect(gate(() => Promise.resolve('still fine'))).resolves.toBe('still fine')
})
