// The wire of the live layer: what the server pushes and what a page may signal.
//
// A scope is a unit of visibility ('floor:<account>', 'user:<user>', 'chat:<chat>'). Every scope
// has positions on one stream: the organisation's log, or, for a chat, the chat's own messages.
// A frame covers the positions (p, t] of its scope. A page that stands at `pos` drops a frame with
// t <= pos, asks again when p > pos (something is missing), and otherwise applies it and stands at t.
import type { LiveKind, LiveRow } from './facts.ts'
import type { RefusalBody } from './refusals.ts'

/** One row of a frame: the whole new row, or null when it has left the scope. `v`: its seq. */
export type FrameRow = {
  [K in LiveKind]: [kind: K, id: string, v: number, row: LiveRow[K] | null]
}[LiveKind]

export interface Frame {
  /** The scope. */
  s: string
  /** Covers the positions above p ... */
  p: number
  /** ... up to and with t. */
  t: number
  r: FrameRow[]
}

export interface Snapshot {
  t: number
  r: FrameRow[]
}

export interface Hello {
  /** Changes when the database has been restored: everything known must be thrown away. */
  epoch: string
  node: string
  /** The server's clock, milliseconds since 1970. */
  now: number
  /** Every scope that the session may watch. */
  scopes: string[]
  /** Milliseconds between heartbeats. */
  heartbeat: number
}

export type Ack<T = null> = { ok: true; value: T } | ({ ok: false } & RefusalBody)

/** A passing sign: somebody is typing, has something open, or is in a field. Never logged. */
export interface Sign {
  scope: string
  kind: 'typing' | 'viewing' | 'editing' | 'ended'
  subject: string
  field?: string
}
export interface SignSeen extends Sign {
  by: { id: string; name: string; photo: string | null }
  /** How many seconds it holds unless it is renewed; 0 when it has ended. */
  holds: number
}

export interface ServerEvents {
  hello: (hello: Hello) => void
  frame: (frame: Frame) => void
  /** The page stands too far back for a delta: fetch the scope's snapshot, then apply what follows. */
  snap: (message: { s: string }) => void
  /** Where each watched scope stands, so that a lost last frame is noticed. */
  beat: (positions: Record<string, number>) => void
  /** The scopes that the session may watch have changed; what is gone must be forgotten. */
  scopes: (scopes: string[]) => void
  sign: (sign: SignSeen) => void
  /** The session has ended. */
  bye: (message: { because: string }) => void
  /** This server is going away: connect to another within so many milliseconds. */
  drain: (message: { windowMs: number }) => void
}

export interface ClientEvents {
  /** Watch a scope from a position on (-1: knows nothing yet). */
  watch: (message: { s: string; since: number }, ack?: (answer: Ack) => void) => void
  unwatch: (message: { s: string }, ack?: (answer: Ack) => void) => void
  sign: (sign: Sign, ack?: (answer: Ack) => void) => void
  /** The user has done something just now: keeps the session alive. */
  active: (message: Record<string, never>, ack?: (answer: Ack) => void) => void
}
