// What moves the demo floor: synthetic visitors who write and synthetic operators who answer, all
// through the public doors, as real ones would.
import { CAST } from './cast.ts'
import { type Failed, pause, untilNext } from './chance.ts'
import { operate } from './operators.ts'
import type { DemoKeys } from './seed.ts'
import { visit } from './visitors.ts'

export interface DemoFloorPlayer {
  readonly isMoving: boolean
  start(): void
  stop(): void
}

/** A visitor comes about so often, at most so many at once. */
const ARRIVAL_MS = 5_000
const MOST_VISITORS = 40
/** Operators come one by one, as at the start of a shift: their passwords take time to check. */
const BETWEEN_OPERATORS_MS = 150

export function openDemoFloor(url: string, keys: DemoKeys, failed: Failed): DemoFloorPlayer {
  let stage: AbortController | undefined
  return {
    get isMoving() {
      return stage !== undefined
    },
    start() {
      if (stage) return
      stage = new AbortController()
      const { signal } = stage
      // What breaks off because it is over is no failure.
      const tell: Failed = (error) => {
        if (!signal.aborted) failed(error)
      }
      play(url, keys, signal, tell).catch(tell)
    },
    stop() {
      stage?.abort()
      stage = undefined
    },
  }
}

async function play(
  url: string,
  keys: DemoKeys,
  ended: AbortSignal,
  failed: Failed,
): Promise<void> {
  for (const member of CAST.filter(({ isSynthetic }) => isSynthetic)) {
    operate(url, keys, member, ended, failed).catch(failed)
    await pause(BETWEEN_OPERATORS_MS, ended)
  }
  const present = new Set<Promise<void>>()
  while (!ended.aborted) {
    await pause(untilNext(ARRIVAL_MS), ended)
    if (ended.aborted || present.size >= MOST_VISITORS) continue
    const coming = visit(url, keys.siteKey, ended).catch(failed)
    present.add(coming)
    void coming.finally(() => present.delete(coming))
  }
}
