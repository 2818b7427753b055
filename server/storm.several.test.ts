// The storm in its short form: real server processes, and the proof that it notices a broken law.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const STORM = fileURLToPath(new URL('../scripts/storm.ts', import.meta.url))

interface Verdict {
  code: number
  result: Record<string, unknown>
}

/** Runs the storm and reads its last line. */
function storm(...options: string[]): Promise<Verdict> {
  return new Promise((resolve) => {
    execFile(process.execPath, [STORM, ...options], (error, stdout) => {
      const last = stdout.trim().split('\n').at(-1) ?? '{}'
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
