// The way to the server: one function for every endpoint of the contract.
import type { Endpoint } from '#contract/endpoint.ts'
import type { RefusalBody } from '#contract/refusals.ts'

type RefusalDetails = RefusalBody['error']

/** The server said no, and why. The sentence for people is refusalText(error.code). */
export class Refused extends Error {
  readonly code: RefusalDetails['code']
  readonly field: string | undefined
  readonly requestId: string | undefined
  readonly retryAfter: number | undefined
  readonly details: RefusalDetails
  readonly status: number

  constructor(status: number, details: RefusalDetails, requestId?: string) {
    super(details.message)
    this.name = 'Refused'
    this.status = status
    this.details = details
    this.code = details.code
    this.field = details.field
    this.retryAfter = details.retryAfter
    this.requestId = details.requestId ?? requestId
  }
}

/** No answer came: no network, no server, or an answer that is not ours. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super('The server cannot be reached', { cause })
    this.name = 'Unreachable'
  }
}

interface Parts {
  params?: Record<string, string>
  query?: Record<string, string | number | boolean | readonly string[] | undefined>
  body?: unknown
}

interface CallOptions {
  signal?: AbortSignal
}

/** The address of a call: `:name` filled from `params`, lists in `query` repeated. */
export function addressOf(path: string, { params = {}, query = {} }: Parts): string {
  const filled = path.replace(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(params[name] ?? ''),
  )
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined) search.append(name, String(one))
    }
  }
  const text = search.toString()
  return text === '' ? filled : `${filled}?${text}`
}

/**
 * Calls an endpoint; what comes back has the type that the server promised, undefined for no content.
 * Throws Refused for a no, Unreachable when no answer came, AbortError when `signal` stopped it.
 */
export async function call<In, Out>(
  endpoint: Endpoint<In, Out>,
  input: In,
  { signal }: CallOptions = {},
): Promise<Out> {
  const parts = input as Parts
  const answer = await send(addressOf(endpoint.path, parts), {
    method: endpoint.method,
    credentials: 'same-origin',
    ...(signal && { signal }),
    ...(parts.body !== undefined && {
      body: JSON.stringify(parts.body),
      headers: { 'content-type': 'application/json' },
    }),
  })
  const text = await answer.text().catch((error: unknown) => fail(error))
  return read(answer.status, text, answer.headers.get('x-request-id')) as Out
}

/** A file of the server, as it calls it. Throws as `call` does; a file that breaks off is Unreachable. */
export async function fetchFile<In>(
  endpoint: Endpoint<In, string>,
  input: In,
  { signal }: CallOptions = {},
): Promise<{ name: string; content: Blob }> {
  const answer = await send(addressOf(endpoint.path, input as Parts), {
    method: endpoint.method,
    credentials: 'same-origin',
    ...(signal && { signal }),
  })
  if (!answer.ok) {
    const text = await answer.text().catch((error: unknown) => fail(error))
    read(answer.status, text, answer.headers.get('x-request-id'))
  }
  const content = await answer.blob().catch((error: unknown) => fail(error))
  const said = answer.headers.get('content-disposition') ?? ''
  return { name: /filename="([^"]+)"/.exec(said)?.[1] ?? 'file', content }
}

async function send(address: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(address, request)
  } catch (error) {
    return fail(error)
  }
}

function fail(error: unknown): never {
  if (error instanceof DOMException && error.name === 'AbortError') throw error
  throw new Unreachable(error)
}

function read(status: number, text: string, requestId: string | null): unknown {
  const json = text === '' ? undefined : parse(text)
  if (status >= 200 && status < 300) return json
  const body = json as Partial<RefusalBody> | undefined
  if (!body?.error) throw new Unreachable(`An answer of ${status} that is not ours`)
  throw new Refused(status, body.error, requestId ?? undefined)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Unreachable(error)
  }
}

interface Upload {
  params?: Record<string, string>
  file: Blob
  signal?: AbortSignal
  /** Told the share that is sent, 0 to 1. */
  onprogress?: (share: number) => void
}

/** Sends one file to an endpoint that takes one. Throws as `call` does. */
export function upload<In, Out>(
  endpoint: Endpoint<In, Out>,
  { params = {}, file, signal, onprogress }: Upload,
): Promise<Out> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open(endpoint.method, addressOf(endpoint.path, { params }))
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onprogress?.(event.loaded / event.total)
    }
    request.onerror = () => reject(new Unreachable('The upload broke off'))
    request.onabort = () => reject(new DOMException('The upload was stopped', 'AbortError'))
    request.onload = () => {
      try {
        const requestId = request.getResponseHeader('x-request-id')
        resolve(read(request.status, request.responseText, requestId) as Out)
      } catch (error) {
        reject(error)
      }
    }
    signal?.addEventListener('abort', () => request.abort(), { once: true })
    const form = new FormData()
    form.append('file', file)
    request.send(form)
  })
}
