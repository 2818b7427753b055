// Whether the site is open, looked at again and again while the form before a chat is on the screen:
// it may close or open meanwhile. With a chat the live connection tells.
import type { Greeting } from '#contract/visitors.ts'

/** Before the site has said anything. */
export const UNKNOWN: Greeting = {
  name: '',
  colour: '#00727c',
  language: 'en',
  welcome: null,
  anybodyOnline: true,
  closed: null,
  changesAt: null,
}

const EVERY_MS = 5_000
/** The server turns a moment after the time that it named. */
const AFTER_MS = 400

/** When to look next, in milliseconds. */
export function lookAgainIn(changesAt: Greeting['changesAt'], now: number): number {
  const left = changesAt === null ? Number.POSITIVE_INFINITY : Date.parse(changesAt) - now
  return left > 0 ? Math.min(EVERY_MS, left + AFTER_MS) : EVERY_MS
}

/** Looks at once and from then on, until the function that comes back is called. */
export function watchDoor(
  look: () => Promise<void>,
  changesAt: () => Greeting['changesAt'],
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isOver = false
  const go = async () => {
    if (!document.hidden) await look()
    if (!isOver) timer = setTimeout(() => void go(), lookAgainIn(changesAt(), Date.now()))
  }
  void go()
  return () => {
    isOver = true
    clearTimeout(timer)
  }
}
