// The last test of every change: what a page has heard is what a fresh page would load.
import { expect } from 'vitest'
import type { FrameRow } from '#contract/frames.ts'
import type { Caller } from '../client/http.ts'
import type { LiveClient } from '../client/live.ts'

/** Waits until the page stands where the log does, then compares it with a fresh load of the scope. */
export async function expectSync(page: LiveClient, who: Caller, scope: string): Promise<void> {
  const fresh = await who.snapshot(scope)
  await page.until((replica) => replica.position(scope) >= fresh.t)
  const heard = fresh.r.map(([kind, id]) => [kind, id, page.row(kind, id)])
  expect(heard).toEqual(fresh.r.map(([kind, id, , row]: FrameRow) => [kind, id, row]))
  const kinds = new Set(fresh.r.map(([kind]) => kind))
  for (const kind of kinds) {
    const ids = new Set(fresh.r.flatMap((row) => (row[0] === kind ? [row[1]] : [])))
    const extra = page.replica.all(kind).filter(({ id }) => !ids.has(id))
    expect(extra.filter((row) => isOf(row, scope))).toEqual([])
  }
}

// A page may watch more than the one scope: rows of other accounts are not its business here.
function isOf(row: object, scope: string): boolean {
  return 'accountId' in row && scope.endsWith(`:${String(row.accountId)}`)
}
