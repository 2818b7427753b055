// The browser's cookies: the session's token, and the mark of a browser that signed in before.
import type { IncomingMessage } from 'node:http'
import type { FastifyReply } from 'fastify'

export interface Cookies {
  sessionOf(request: IncomingMessage): string | undefined
  deviceOf(request: IncomingMessage): string | undefined
  keepSession(reply: FastifyReply, token: string): void
  dropSession(reply: FastifyReply): void
  keepDevice(reply: FastifyReply, token: string): void
}

const DEVICE_SECONDS = 90 * 86_400

/** Over https the names carry `__Host-`: no other host or path can then set them. */
export function makeCookies(isSecure: boolean): Cookies {
  const prefix = isSecure ? '__Host-' : ''
  const session = `${prefix}sid`
  const device = `${prefix}device`
  const options = { path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure } as const
  return {
    sessionOf: (request) => only(request, session),
    deviceOf: (request) => only(request, device),
    keepSession: (reply, token) => void reply.setCookie(session, token, options),
    dropSession: (reply) =>
      void reply.clearCookie(session, options).header('clear-site-data', '"storage"'),
    keepDevice: (reply, token) =>
      void reply.setCookie(device, token, { ...options, maxAge: DEVICE_SECONDS }),
  }
}

/** The value of a cookie that is there exactly once; two of a name mean that one was planted. */
function only(request: IncomingMessage, name: string): string | undefined {
  const values = (request.headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
  return values.length === 1 ? values[0]?.slice(name.length + 1) : undefined
}
