// Whether a request comes from our own pages. Cookies are sent along by any page of the web; only
// what a browser says of itself tells ours from theirs.
import type { IncomingMessage } from 'node:http'

export type IsOwnOrigin = (request: IncomingMessage) => boolean

/** Names below .localhost are this machine too: each has cookies of its own. */
const LOOPBACK = /^http:\/\/((?:[a-z0-9-]+\.)?localhost|127\.0\.0\.1|\[::1\]):(\d+)$/

/**
 * Own is the public origin alone; when none is set, this machine's loopback names at the port that
 * the connection came in by.
 */
export function makeIsOwnOrigin(publicOrigin: string | undefined): IsOwnOrigin {
  return (request) => {
    const { origin } = request.headers
    if (origin === undefined || origin === 'null') return false
    if (publicOrigin !== undefined) return origin === publicOrigin
    return LOOPBACK.exec(origin)?.[2] === String(request.socket.localPort)
  }
}

/** For changes over HTTP: the browser's own word that it is the same origin, else the Origin. */
export function mayChange(request: IncomingMessage, isOwnOrigin: IsOwnOrigin): boolean {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  return isOwnOrigin(request)
}
