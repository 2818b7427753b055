// The guarded door of a socket: every event is known, within its rate, of its shape, and answered;
// nothing that a browser sends can end the process.
import type { Socket } from 'socket.io'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Ack } from '#contract/frames.ts'
import { Refusal } from '../refuse.ts'

export interface EventDoor {
  schema: TSchema
  handle(payload: unknown): Promise<unknown>
}

/** Events a second, and how many may come at once. */
export interface Rate {
  perSecond: number
  burst: number
}

/** After so many events that are unknown, malformed or over the rate the socket is cut. */
const STRIKES = 5

const compiled = new WeakMap<TSchema, { Check(value: unknown): boolean }>()

function fits(schema: TSchema, payload: unknown): boolean {
  const check = compiled.get(schema) ?? Compile(schema)
  compiled.set(schema, check)
  return check.Check(payload)
}

function bucket({ perSecond, burst }: Rate): () => boolean {
  let tokens = burst
  let filledAt = performance.now()
  return () => {
    const now = performance.now()
    tokens = Math.min(burst, tokens + ((now - filledAt) / 1000) * perSecond)
    filledAt = now
    if (tokens < 1) return false
    tokens -= 1
    return true
  }
}

/** Puts the doors on a socket; anything else that comes in is a strike. */
export function guard(
  socket: Socket,
  doors: Readonly<Record<string, EventDoor>>,
  rate: Rate,
  failed: (error: unknown, event: string) => void,
): void {
  const take = bucket(rate)
  let strikes = 0
  const answer = (ack: unknown, value: Ack<unknown>) => {
    if (typeof ack === 'function') ack(value)
  }
  const strike = (ack: unknown, code: 'invalid' | 'too_many') => {
    strikes += 1
    answer(ack, { ok: false, ...new Refusal(code).body() })
    if (strikes >= STRIKES) socket.disconnect(true)
  }
  socket.use(([event, payload, ...rest]) => {
    const ack = rest.at(-1) ?? (typeof payload === 'function' ? payload : undefined)
    if (!take()) return strike(ack, 'too_many')
    const door = Object.hasOwn(doors, String(event)) ? doors[String(event)] : undefined
    if (door === undefined || !fits(door.schema, payload)) return strike(ack, 'invalid')
    door.handle(payload).then(
      (value) => answer(ack, { ok: true, value: value ?? null }),
      (error: unknown) => {
        if (!(error instanceof Refusal)) failed(error, String(event))
        const body = error instanceof Refusal ? error.body() : INTERNAL
        answer(ack, { ok: false, ...body })
      },
    )
  })
}

const INTERNAL = { error: { code: 'internal', message: 'something broke on our side' } } as const
