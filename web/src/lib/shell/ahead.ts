// The programs of the screens that can be gone to, fetched while nothing else is to do: the first click
// on one of them waits for its data alone.
import { preloadCode } from '$app/navigation'
import { match } from '$app/paths'

/** How long the page that is open comes first, in milliseconds. */
const PATIENCE_MS = 500

/** Fetches them one after the other; hands back what ends that. */
export function fetchAhead(paths: readonly string[]): () => void {
  let isEnded = false
  const timer = window.setTimeout(async () => {
    for (const path of paths) {
      if (isEnded) return
      const route = await match(path)
      // What does not come now is fetched by the click.
      if (route) await preloadCode(route.id).catch(() => {})
    }
  }, PATIENCE_MS)
  return () => {
    isEnded = true
    window.clearTimeout(timer)
  }
}
