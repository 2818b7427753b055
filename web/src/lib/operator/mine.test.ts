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

afterEach(() => void vi.unstubAllGlobals())

/** A server that answers so; gives where it was asked, and for what. */
function answering(status: number): unknown[] {
  const asked: unknown[] = []
  vi.stubGlobal('fetch', async (url: string, { body }: RequestInit) => {
    asked.push([url, body])
    const said = status === 200 ? {} : { error: { code: 'not_found', message: '' } }
    return new Response(JSON.stringify(said), { status })
  })
  return asked
}

test('PR-6 whoever is back says so, and chooses no status', async () => {
  const asked = answering(200)
  await mineOf(mark).back()
  expect(asked).toEqual([[expect.stringMatching(/\/api\/me\/back$/), undefined]])
})

test('PR-6 a no is said, and nothing else is tried', async () => {
  const asked = answering(409)
  await expect(mineOf(null).back()).rejects.toMatchObject({ status: 409 })
  expect(asked).toHaveLength(1)
})
