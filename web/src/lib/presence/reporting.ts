// Says that somebody is there, for all tabs of this browser together: at once after a silence, and at
// most every so often while there is much to say. Nothing here runs by a timer that a tab in the
// background would be late with, but for the last word.

/** Well below the least that an organisation may call idle. */
const AT_MOST_EVERY_MS = 15_000
const CHANNEL = 'switchboard.activity'
const INPUTS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const

export interface Reporting {
  /** There was something; `isUrgent`: whoever is warned must be heard at once. */
  hear(isUrgent: boolean): void
  stop(): void
}

/** `send` may fail: the next input tries again. */
export function startReporting(send: () => Promise<unknown>): Reporting {
  let saidAt = Number.NEGATIVE_INFINITY
  let isSaying = false
  let last: ReturnType<typeof setTimeout> | undefined
  const others = new BroadcastChannel(CHANNEL)
  others.onmessage = () => {
    saidAt = performance.now()
  }
  const say = async () => {
    clearTimeout(last)
    last = undefined
    isSaying = true
    const before = saidAt
    saidAt = performance.now()
    try {
      await send()
      others.postMessage('said')
    } catch {
      saidAt = before
    } finally {
      isSaying = false
    }
  }
  return {
    hear(isUrgent) {
      if (isSaying) return
      const left = saidAt + AT_MOST_EVERY_MS - performance.now()
      if (isUrgent || left <= 0) void say()
      else last ??= setTimeout(() => void say(), left)
    },
    stop() {
      clearTimeout(last)
      others.close()
    },
  }
}

/** Calls `hear` on input by a person and whenever the page comes into view; hands back what stops it. */
export function listenForInput(hear: () => void): () => void {
  const onInput = (event: Event) => {
    if (event.isTrusted) hear()
  }
  const onView = () => {
    if (document.visibilityState === 'visible') hear()
  }
  for (const input of INPUTS) addEventListener(input, onInput, { passive: true, capture: true })
  document.addEventListener('visibilitychange', onView)
  onView()
  return () => {
    for (const input of INPUTS) removeEventListener(input, onInput, { capture: true })
    document.removeEventListener('visibilitychange', onView)
  }
}
