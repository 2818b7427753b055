// Calls contract endpoints over real HTTP, as a page of ours would.
import type { Endpoint } from '#contract/endpoint.ts'
import type { Snapshot } from '#contract/frames.ts'
import { live } from '#contract/live.ts'
import type { RefusalBody } from '#contract/refusals.ts'

export interface Answer<Out> {
  status: number
  body: Out & RefusalBody
  headers: Headers
}

export interface Caller {
  /** The reply; throws when the answer is a refusal. */
  call<In, Out>(endpoint: Endpoint<In, Out>, input?: In): Promise<Out>
  /** The answer, whatever it is. `input` may be malformed on purpose. */
  try<In, Out>(endpoint: Endpoint<In, Out>, input?: unknown): Promise<Answer<Out>>
  upload<In, Out>(
    endpoint: Endpoint<In, Out>,
    bytes: Uint8Array,
    type: string,
    input?: In,
  ): Promise<Answer<Out>>
  /** Everything that a scope holds now. */
  snapshot(scope: string): Promise<Snapshot>
}

export interface Credential {
  cookie?: string
  token?: string
}

export function caller(url: () => string, credential: Credential = {}): Caller {
  const headers = (): Record<string, string> => ({
    origin: url(),
    ...(credential.cookie && { cookie: credential.cookie }),
    ...(credential.token && { authorization: `Bearer ${credential.token}` }),
  })
  const answerOf = async <Out>(response: Response): Promise<Answer<Out>> => ({
    status: response.status,
    headers: response.headers,
    body: (await read(response)) as Out & RefusalBody,
  })
  const ask: Caller['try'] = async (endpoint, input) => {
    const { query, body } = (input ?? {}) as Parts
    const path = pathOf(endpoint.path, input)
    const search = query ? `?${new URLSearchParams(query)}` : ''
    const response = await fetch(`${url()}${path}${search}`, {
      method: endpoint.method,
      headers: { ...headers(), ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return answerOf(response)
  }
  const call: Caller['call'] = async (endpoint, input) => {
    const { status, body } = await ask(endpoint, input)
    if (status === 200) return body
    const where = `${endpoint.method} ${endpoint.path}`
    throw new Error(`${where} answered ${status}: ${JSON.stringify(body)}`)
  }
  return {
    try: ask,
    call,
    snapshot: async (scope) =>
      (await call(live.snapshot, { params: { scope } })) as unknown as Snapshot,
    async upload(endpoint, bytes, type, input) {
      const form = new FormData()
      form.append('file', new Blob([Buffer.from(bytes)], { type }), 'photo')
      const response = await fetch(`${url()}${pathOf(endpoint.path, input)}`, {
        method: endpoint.method,
        headers: headers(),
        body: form,
      })
      return answerOf(response)
    },
  }
}

/** What came back: the value, or a file's text. */
function read(response: Response): Promise<unknown> {
  const isJson = response.headers.get('content-type')?.startsWith('application/json')
  return isJson ? response.json() : response.text()
}

function pathOf(path: string, input: unknown): string {
  const { params = {} } = (input ?? {}) as Parts
  return path.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(String(params[key])))
}

interface Parts {
  params?: Record<string, unknown>
  query?: Record<string, string>
  body?: unknown
}
