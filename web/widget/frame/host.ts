// The frame's side of the talk with the loader on the page around it.
import { type FromFrame, type FromLoader, marked, readFromLoader } from '../bridge.ts'

/** The origin that the loader named; the server lets only the site's own pages frame this one. */
const origin = new URLSearchParams(location.hash.slice(1)).get('from') ?? ''

/** Tells the loader something. Nothing is sent to a page that is not the one that was named. */
export function tell(message: FromFrame): void {
  if (origin && parent !== window) parent.postMessage(marked(message), origin)
}

/** Hears the loader, and nobody else on the page. */
export function hear(heard: (message: FromLoader) => void): void {
  addEventListener('message', (event) => {
    if (event.source !== parent || event.origin !== origin) return
    const message = readFromLoader(event.data)
    if (message) heard(message)
  })
}
