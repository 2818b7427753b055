// Whether a request comes from our own pages. Cookies are sent along by any page of the web; only
// what a browser says of itself tells ours from theirs.
import type { IncomingMessage } from 'node:http'

export type IsOwnOrigin = (request: IncomingMessage) => boolean

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']

/**
 * Own is the public origin alone; when none is set, this machine's loopback names at the port that
 * the connection came in by.
 */
export function makeIsOwnOrigin(publicOrigin: string | undefined): IsOwnOrigin {
  return (request) => {
    const { origin } = request.headers
    if (origin === undefined || origin === 'null') return false
    if (publicOrigin !== undefined) return origin === publicOrigin
    const port = request.socket.localPort
    return LOOPBACK.some((host) => origin === `http://${host}:${port}`)
  }
}

/** For changes over HTTP: the browser's own word that it is the same origin, else the Origin. */
export function mayChange(request: IncomingMessage, isOwnOrigin: IsOwnOrigin): boolean {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  return isOwnOrigin(request)
}
