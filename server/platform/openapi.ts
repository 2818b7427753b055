// The API's description, made from the same endpoint values that serve it, and a page to read it.
import type { FastifyInstance } from 'fastify'
import type { TSchema } from 'typebox'
import type { Endpoint } from '#contract/endpoint.ts'
import { refusals } from '#contract/refusals.ts'
import { docsPage, needsInWords } from './docs-page.ts'

type AnyEndpoint = Endpoint<unknown, unknown>

/** Collects every endpoint that is served, and serves the description of them all. */
export function serveDescription(app: FastifyInstance): void {
  const endpoints: AnyEndpoint[] = []
  app.addHook('onRoute', ({ config }) => {
    const { endpoint } = (config ?? {}) as { endpoint?: AnyEndpoint }
    if (endpoint) endpoints.push(endpoint)
  })
  const open = { config: { isOpen: true } }
  app.get('/api/openapi.json', open, () => describeApi(endpoints))
  app.get('/api/docs', open, (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header(
        'content-security-policy',
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'",
      )
      .send(docsPage(endpoints)),
  )
}

/** OpenAPI 3.1: its schemas are JSON Schema, as the contract's are. */
export function describeApi(endpoints: readonly AnyEndpoint[]) {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const endpoint of endpoints) {
    const path = endpoint.path.replace(/:(\w+)/g, '{$1}')
    const operations = paths[path] ?? {}
    operations[endpoint.method.toLowerCase()] = operationOf(endpoint)
    paths[path] = operations
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Switchboard',
      version: '1',
      description: 'Facts are pushed over Socket.IO; this is how they are changed and asked for.',
    },
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'sid' },
        visitor: { type: 'http', scheme: 'bearer' },
      },
      schemas: { Refusal: REFUSAL },
    },
    paths,
  }
}

const REFUSAL = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: {
        code: { enum: [...Object.keys(refusals), 'internal'] },
        message: { type: 'string' },
        field: { type: 'string' },
        requestId: { type: 'string' },
      },
      required: ['code', 'message'],
    },
  },
}

function operationOf({ needs, summary, shape, method, path }: AnyEndpoint) {
  return {
    operationId: `${method.toLowerCase()} ${path}`,
    summary,
    description: needsInWords(needs),
    security: needs === 'nothing' ? [] : [{ [needs === 'visitor' ? 'visitor' : 'session']: [] }],
    parameters: [...parameters('path', shape.params), ...parameters('query', shape.query)],
    ...(shape.body && {
      requestBody: { required: true, content: { 'application/json': { schema: shape.body } } },
    }),
    ...(shape.file && {
      requestBody: { required: true, content: { 'multipart/form-data': { schema: FILE } } },
    }),
    responses: {
      200: {
        description: 'Done',
        content: { [shape.download ?? 'application/json']: { schema: shape.reply } },
      },
      default: {
        description: 'Refused',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Refusal' } } },
      },
    },
  }
}

const FILE = { type: 'object', properties: { file: { type: 'string', format: 'binary' } } }

function parameters(where: 'path' | 'query', schema: TSchema | undefined) {
  const { properties = {}, required = [] } = (schema ?? {}) as {
    properties?: Record<string, TSchema>
    required?: string[]
  }
  return Object.entries(properties).map(([name, shape]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: shape,
  }))
}
