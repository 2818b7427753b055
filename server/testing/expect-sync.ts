// The last test of every change: what a page has heard is what a fresh page would load.
import { isDeepStrictEqual } from 'node:util'
import { expect } from 'vitest'
import { type LiveKind, liveRows } from '#contract/facts.ts'
import { Replica } from '#contract/sync.ts'
import type { Caller } from '../client/http.ts'
import type { LiveClient } from '../client/live.ts'

/**
 * Waits until the page has heard what it is yet to hear, then compares all that it shows with a
 * fresh load of the scopes; name every scope that the page watches. A scope stands still while only
 * others change, so its position alone does not tell that the page is up to date.
 */
export async function expectSync(
  page: LiveClient,
  who: Caller,
  ...scopes: readonly string[]
): Promise<void> {
  const fresh = new Replica()
  for (const scope of scopes) fresh.reset(scope, await who.snapshot(scope))
  const wanted = shown(fresh)
  await page.until((replica) => isDeepStrictEqual(shown(replica), wanted)).catch(() => undefined)
  expect(shown(page.replica)).toEqual(wanted)
}

/** Every row, by kind and id. */
function shown(replica: Replica): Record<string, unknown> {
  const kinds = Object.keys(liveRows) as LiveKind[]
  const rows = kinds.flatMap((kind) => replica.all(kind).map((row) => [`${kind} ${row.id}`, row]))
  return Object.fromEntries(rows)
}
