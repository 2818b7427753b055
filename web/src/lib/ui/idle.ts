/**
 * Does the work when the browser has nothing better to do, such as fetching what will soon be opened;
 * hands back what calls it off. What fails is done again when it is wanted: offline now, it is no news.
 */
export function whenIdle(work: () => Promise<unknown>): () => void {
  const begin = () => {
    work().catch(() => undefined)
  }
  if (!('requestIdleCallback' in window)) {
    const timer = setTimeout(begin, 1500)
    return () => clearTimeout(timer)
  }
  const asked = requestIdleCallback(begin, { timeout: 5000 })
  return () => cancelIdleCallback(asked)
}
