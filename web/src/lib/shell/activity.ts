// Tells the server that somebody is really here, so that the session does not end under their hands.

const AT_MOST_EVERY_MS = 60_000
const INPUTS = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const

/** Calls `tell` on input by a person, at most once a minute; hands back what stops it. */
export function tellOfInput(tell: () => void): () => void {
  let toldAt = Number.NEGATIVE_INFINITY
  const hear = (event: Event) => {
    if (!event.isTrusted || performance.now() - toldAt < AT_MOST_EVERY_MS) return
    toldAt = performance.now()
    tell()
  }
  for (const input of INPUTS) addEventListener(input, hear, { passive: true, capture: true })
  return () => {
    for (const input of INPUTS) removeEventListener(input, hear, { capture: true })
  }
}
