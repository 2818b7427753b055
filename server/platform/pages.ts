// The built pages: the app for whoever asks for HTML, and the files that it is made of.
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { Refusal } from './refuse.ts'

const BUILT = fileURLToPath(new URL('../../build/', import.meta.url))
const WEB = `${BUILT}web`
const WIDGET = `${BUILT}widget`

/** Paths that are never answered with the app: an unknown one there is not found, for everybody. */
const NOT_PAGES = ['/api', '/files', '/socket.io', '/widget', '/_app', '/dev/mail']
/** A page's address is spelled one way: whatever may be read as another path by somebody is none. */
const PAGE = /^\/(?:[\w-][\w.-]*(?:\/[\w-][\w.-]*)*\/?)?$/

function isPage(path: string): boolean {
  const small = path.toLowerCase()
  return (
    PAGE.test(path) && !NOT_PAGES.some((base) => small === base || small.startsWith(`${base}/`))
  )
}

/** Serves build/web as a single-page app and build/widget; without a build, only the API answers. */
export async function servePages(
  app: FastifyInstance,
  frameAncestorsOf: (siteKey: string) => Promise<readonly string[] | undefined>,
): Promise<void> {
  const page = readPage()
  await app.register(fastifyStatic, { root: BUILT, serve: false, decorateReply: true })
  if (existsSync(WEB))
    await app.register(fastifyStatic, {
      root: `${WEB}/_app`,
      prefix: '/_app/',
      decorateReply: false,
      preCompressed: true,
      index: false,
      setHeaders: (reply, path) => immutable(reply, path, '/immutable/'),
    })
  if (existsSync(WIDGET)) await serveWidget(app, frameAncestorsOf)
  app.get('/favicon.svg', (_request, reply) => reply.sendFile('favicon.svg', WEB))
  app.setNotFoundHandler((request, reply) => {
    const [path = '/'] = request.url.split('?')
    const wantsPage = request.method === 'GET' && /text\/html/.test(request.headers.accept ?? '')
    if (!wantsPage || !isPage(path) || page === undefined) throw new Refusal('not_found')
    return reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-cache')
      .header('content-security-policy', page.policy)
      .send(page.html)
  })
}

function readPage(): { html: string; policy: string } | undefined {
  if (!existsSync(`${WEB}/200.html`)) return undefined
  const { scriptSrc } = JSON.parse(readFileSync(`${WEB}/csp.json`, 'utf8')) as {
    scriptSrc: string[]
  }
  const policy = [
    "default-src 'none'",
    `script-src 'self' ${scriptSrc.join(' ')}`,
    "style-src 'self'",
    // Positions of menus and of drawn meters are set through style attributes.
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' blob: data:",
    "connect-src 'self' ws: wss:",
    "font-src 'self'",
    "manifest-src 'self'",
    "frame-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
  return { html: readFileSync(`${WEB}/200.html`, 'utf8'), policy }
}

async function serveWidget(
  app: FastifyInstance,
  frameAncestorsOf: (siteKey: string) => Promise<readonly string[] | undefined>,
): Promise<void> {
  await app.register(fastifyStatic, {
    root: `${WIDGET}/assets`,
    prefix: '/widget/assets/',
    decorateReply: false,
    index: false,
    setHeaders: (reply, path) => {
      reply.header('cross-origin-resource-policy', 'cross-origin')
      immutable(reply, path, '/assets/')
    },
  })
  app.get('/widget/loader.js', (_request, reply) =>
    reply
      .header('cross-origin-resource-policy', 'cross-origin')
      .header('cache-control', 'public, max-age=300')
      .sendFile('loader.js', WIDGET, { maxAge: 300_000, immutable: false }),
  )
  app.get('/demo', (_request, reply) => sendDemo(reply))
  app.get<{ Querystring: { key?: unknown } }>('/widget/frame', async (request, reply) => {
    const { key } = request.query
    const ancestors = typeof key === 'string' ? await frameAncestorsOf(key) : undefined
    if (ancestors === undefined) throw new Refusal('not_found')
    return reply
      .header('cross-origin-resource-policy', 'cross-origin')
      .header('cross-origin-opener-policy', 'unsafe-none')
      .header('content-security-policy', framePolicy(ancestors))
      .header('cache-control', 'no-cache')
      .sendFile('frame.html', WIDGET, { cacheControl: false })
  })
}

/** An empty list of origins means that the site may be embedded by our own pages alone. */
function framePolicy(ancestors: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "style-src-attr 'unsafe-inline'",
    "connect-src 'self' ws: wss:",
    "img-src 'self' blob: data:",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors 'self' ${ancestors.join(' ')}`,
  ].join('; ')
}

function sendDemo(reply: FastifyReply): FastifyReply {
  const policy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-src 'self'; font-src 'self'; base-uri 'none'"
  return reply.header('content-security-policy', policy).sendFile('demo.html', WIDGET)
}

function immutable(reply: FastifyReply, path: string, mark: string): void {
  if (path.includes(mark)) reply.header('cache-control', 'public, max-age=31536000, immutable')
}
