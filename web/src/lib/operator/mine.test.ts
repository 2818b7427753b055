import { afterEach, expect, test, vi } from 'vitest'
import type { Operator } from '#contract/presence.ts'
import { Mine } from './mine.svelte.ts'

const mark = {
  ...({ icon: 'desk', colour: 'green', isPaid: true, maxMinutes: null } as const),
  ...{ statusId: 'mail', accepts: ['deferred' as const] },
}

/** Somebody whose status is so marked, and has stopped answering. */
function mineOf(marked: Operator['mark']): Mine {
  const operator: Operator = {
    ...{ id: 'me', accountIds: [], name: 'Bo', photo: null, department: null, reason: null },
    ...({ availability: 'available', connection: 'connected', cause: 'chosen' } as const),
    ...{ since: '2026-01-01T09:00:00.000Z', connectionSince: '2026-01-01T09:00:00.000Z' },
    ...{ missed: 3, isNotAnswering: true, setBy: null, heldUntil: null, finishAs: null },
    ...{ idleUntil: null, shift: null, wrapUp: null, mark: marked, joined: [] },
    live: { used: 0, limit: 3, own: 3, version: 1 },
    deferred: { used: 0, limit: 5, own: 5, version: 1 },
    units: { used: 0, limit: null, own: null, version: 1 },
    ...{ takesChats: true, takesTests: false },
  }
  return new (class extends Mine {
    override get operator() {
      return operator
    }
  })()
}

/** A server that answers one after the other; gives what it was asked for. */
function answering(...statuses: readonly number[]): unknown[] {
  const asked: unknown[] = []
  vi.stubGlobal('fetch', async (_: string, { body }: RequestInit) => {
    asked.push(JSON.parse(String(body)))
    const status = statuses[asked.length - 1] ?? 500
    const said = status === 200 ? {} : { error: { code: 'not_found', message: '' } }
    return new Response(JSON.stringify(said), { status })
  })
  return asked
}

afterEach(() => void vi.unstubAllGlobals())

const PLAIN = { availability: 'available' }
const MAIL = { ...PLAIN, statusId: 'mail' }

test.each([
  ['the status that they had', mark, [200], [MAIL]],
  ['plainly available where it was deleted since', mark, [404, 200], [MAIL, PLAIN]],
  ['plainly available where it means something else now', mark, [400, 200], [MAIL, PLAIN]],
  ['plainly available with no such status', null, [200], [PLAIN]],
] as const)('PR-2 whoever is back has %s', async (_, marked, answers, wanted) => {
  const asked = answering(...answers)
  await mineOf(marked).back()
  expect(asked).toEqual(wanted)
})

test('PR-2 any other no is said, and nothing else is tried', async () => {
  const asked = answering(409, 200)
  await expect(mineOf(mark).back()).rejects.toMatchObject({ status: 409 })
  expect(asked).toEqual([MAIL])
})
