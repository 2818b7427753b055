// The visitor's calls. The contract gives the types; its schemas stay on the server, so the paths
// are written here once more, and call.test.ts holds them to the contract.
import type { Method } from '#contract/endpoint.ts'
import type { RefusalBody, RefusalCode } from '#contract/refusals.ts'
import type { visitors } from '#contract/visitors.ts'

type Calls = typeof visitors
type Name = keyof Calls
type In<N extends Name> = NonNullable<Calls[N]['types']>['in']
type Out<N extends Name> = NonNullable<Calls[N]['types']>['out']

/** The most characters of one message. */
export const MESSAGE_MAX = 4000

export const paths: { readonly [N in Name]: readonly [Method, string] } = {
  greet: ['GET', '/api/visitor/sites/:key'],
  begin: ['POST', '/api/visitor'],
  chats: ['GET', '/api/visitor/chats'],
  ask: ['POST', '/api/visitor/chats'],
  messages: ['GET', '/api/visitor/chats/:id/messages'],
  write: ['POST', '/api/visitor/chats/:id/messages'],
  leave: ['POST', '/api/visitor/chats/:id/leave'],
}

/** Why a call gave nothing: a code of the contract, or `unreachable` when no answer of ours came. */
export interface No {
  code: RefusalCode | 'internal' | 'unreachable'
  field?: string
  /** Seconds. */
  retryAfter?: number
}
export type Answer<T> = { ok: true; value: T } | { ok: false; no: No }

const UNREACHABLE: Answer<never> = { ok: false, no: { code: 'unreachable' } }
const GIVE_UP_MS = 15_000

/** Whether the same call may well succeed a little later. */
export const isPassing = (no: No): boolean =>
  ['unreachable', 'internal', 'busy', 'too_many'].includes(no.code)

/** Calls one endpoint as the visitor with this token. Never throws. */
export async function call<N extends Name>(
  name: N,
  input: In<N>,
  token?: string,
): Promise<Answer<Out<N>>> {
  const [method, path] = paths[name]
  const { params = {}, body }: { params?: Record<string, string>; body?: unknown } = { ...input }
  const address = path.replace(/:(\w+)/, (_, part: string) =>
    encodeURIComponent(params[part] ?? ''),
  )
  try {
    const response = await fetch(address, {
      method,
      credentials: 'omit',
      cache: 'no-store',
      signal: AbortSignal.timeout(GIVE_UP_MS),
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const json = await response.json()
    return response.ok ? { ok: true, value: json } : refused(json)
  } catch {
    return UNREACHABLE
  }
}

function refused(body: Partial<RefusalBody>): Answer<never> {
  return body.error ? { ok: false, no: body.error } : UNREACHABLE
}

/** A new id, also on a page without TLS, where the browser's own function is missing. */
export function newId(): string {
  if (crypto.randomUUID) return crypto.randomUUID()
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
