// One HTTP call, named once: the server serves it, the web calls it, the API's own page lists it.
import type { Static, TSchema } from 'typebox'
import type { Permission } from './permissions.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Who may call: a permission somewhere, anyone signed in, a visitor with a token, or anyone at all. */
export type Needs = Permission | 'session' | 'visitor' | 'nothing'

export interface Shape {
  params?: TSchema
  query?: TSchema
  body?: TSchema
  /** The most bytes of the body, where it may be a large one. */
  maxBytes?: number
  /** A multipart upload of exactly one file, instead of a body. */
  file?: { maxBytes: number }
  /** The answer is a file of this media type, told as it is read; `reply` is what a text of it is. */
  download?: string
  reply: TSchema
}

/** In and Out exist for the compiler alone: worked out once, here, and carried by name. */
export interface Endpoint<In, Out> {
  method: Method
  path: string
  needs: Needs
  summary: string
  shape: Shape
  types?: { in: In; out: Out }
}

type Part<S, K extends keyof Shape> = S extends { [P in K]: infer T extends TSchema }
  ? { [P in K]: Static<T> }
  : object
type In<S> = Part<S, 'params'> & Part<S, 'query'> & Part<S, 'body'>
type Out<S> = S extends { reply: infer T extends TSchema } ? Static<T> : never

export function endpoint<const S extends Shape>(
  method: Method,
  path: string,
  needs: Needs,
  summary: string,
  shape: S,
): Endpoint<In<S>, Out<S>> {
  return { method, path, needs, summary, shape }
}
