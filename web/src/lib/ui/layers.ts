// What floats above the page is fetched when it is first wanted, or before that, in an idle moment.
export const dialogLayer = () => import('./DialogLayer.svelte')
export const menuLayer = () => import('./MenuLayer.svelte')

/** Fetches the layers when the browser has nothing better to do; hands back what calls it off. */
export function fetchLayersWhenIdle(): () => void {
  const fetchLayers = () => {
    // Offline now: it is asked for again when it is wanted.
    Promise.all([dialogLayer(), menuLayer()]).catch(() => undefined)
  }
  if (!('requestIdleCallback' in window)) {
    const timer = setTimeout(fetchLayers, 1500)
    return () => clearTimeout(timer)
  }
  const asked = requestIdleCallback(fetchLayers, { timeout: 5000 })
  return () => cancelIdleCallback(asked)
}
