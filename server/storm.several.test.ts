// The storm in its short form: real server processes, and the proof that it notices a broken law.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const STORM = fileURLToPath(new URL('../scripts/storm.ts', import.meta.url))

interface Verdict {
  code: number
  result: Record<string, unknown>
}

/** Runs the storm and reads its last line; rejects with what it said instead when there is none. */
function storm(...options: string[]): Promise<Verdict> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [STORM, ...options], (error, stdout, stderr) => {
      const last = stdout.trim().split('\n').at(-1) ?? ''
      if (!last.startsWith('{')) return reject(new Error(`no verdict: ${stdout}${stderr}`))
      resolve({ code: Number(error?.code ?? 0), result: JSON.parse(last) as Verdict['result'] })
    })
  })
}

test('IN-1: 200 chats at once onto 20 operators with limit 3, and a server killed: 60 held, 140 wait', async () => {
  const { code, result } = await storm(
    '--servers',
    '3',
    '--chats',
    '200',
    '--operators',
    '20',
    '--kill',
  )
  expect(result).toMatchObject({
    held: 60,
    waiting: 140,
    maxHeld: 3,
    overLimit: 0,
    lost: 0,
    doubled: 0,
    isInOrder: true,
    killed: 1,
  })
  expect(code).toBe(0)
})

test('without its guard the limit breaks, and the storm says so', async () => {
  const { code, result } = await storm('--servers', '3', '--chats', '200', '--break', 'limit')
  expect(result['overLimit']).toBeGreaterThan(0)
  expect(code).toBe(1)
})

test('IN-1, IN-2, IN-3: a minute of chats on 4 servers, while one thing after another goes wrong', async () => {
  const { code, result } = await storm(
    ...['--minutes', '1', '--servers', '4', '--rate', '12', '--gap', '3'],
  )
  expect(result).toMatchObject({
    overLimit: 0,
    doubled: 0,
    lost: 0,
    stuck: 0,
    gaps: 0,
    failed: 0,
    brokenOnce: [],
    // All that is done at random was done: a storm that did nothing would prove nothing.
    did: expect.objectContaining({
      accepted: expect.any(Number),
      again: expect.any(Number),
      declined: expect.any(Number),
      ended: expect.any(Number),
      'handed on': expect.any(Number),
    }),
  })
  expect(Object.keys(result['faults'] ?? {}).length).toBeGreaterThan(5)
  expect(result['transitions']).toBeGreaterThan(1_000)
  expect(code).toBe(0)
}, 300_000)
