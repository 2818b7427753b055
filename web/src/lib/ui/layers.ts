// What floats above the page is fetched when it is first wanted, or before that, in an idle moment.
import { whenIdle } from './idle.ts'

export const dialogLayer = () => import('./DialogLayer.svelte')
export const menuLayer = () => import('./MenuLayer.svelte')

/** Fetches the layers when the browser has nothing better to do; hands back what calls it off. */
export function fetchLayersWhenIdle(): () => void {
  return whenIdle(() => Promise.all([dialogLayer(), menuLayer()]))
}
