// Time and chance, as the demo's people have them.

/** Resolves after the time, or at once when it is over. */
export function pause(ms: number, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (ended.aborted) return resolve()
    const timer = setTimeout(finish, ms)
    function finish() {
      clearTimeout(timer)
      ended.removeEventListener('abort', finish)
      resolve()
    }
    ended.addEventListener('abort', finish)
  })
}

/** Milliseconds, anywhere between the two. */
export function between(fromMs: number, toMs: number): number {
  return fromMs + Math.random() * (toMs - fromMs)
}

/** Milliseconds until the next arrival when they come independently, so often on average (Poisson). */
export function untilNext(meanMs: number): number {
  return -Math.log(1 - Math.random()) * meanMs
}

/** Hears what went wrong; the demo goes on. */
export type Failed = (error: unknown) => void
