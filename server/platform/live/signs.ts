// Passing signs: who is typing, who has something open, who is in which field. They reach everybody
// who watches the scope, on every server, are never kept, and end by themselves.
import { type Static, Type } from 'typebox'
import type { SignSeen } from '#contract/frames.ts'
import { Strict } from '#contract/shapes.ts'
import type { Bus } from '../bus.ts'
import { Refusal } from '../refuse.ts'
import type { EventDoor } from './guard.ts'
import type { SourceOf } from './watching.ts'

/** A sign holds so long unless it is renewed. */
export const SIGN_SECONDS = 12

type Sign = Static<typeof Sign>
const Sign = Strict({
  scope: Type.String({ pattern: '^[a-z]+:[0-9a-f-]{36}$' }),
  kind: Type.Union([
    Type.Literal('typing'),
    Type.Literal('viewing'),
    Type.Literal('editing'),
    Type.Literal('ended'),
  ]),
  subject: Type.String({ minLength: 1, maxLength: 100 }),
  field: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
})

/** The door of a socket for signs; who is signing, and what they may sign, is the server's to say. */
export function signDoor(
  bus: Bus,
  by: SignSeen['by'],
  maySign: (scope: string, kind: Sign['kind']) => Promise<boolean>,
): EventDoor {
  return {
    schema: Sign,
    async handle(payload) {
      const sign = payload as Sign
      if (!(await maySign(sign.scope, sign.kind))) throw new Refusal('not_found')
      bus.sign({ ...sign, by, holds: sign.kind === 'ended' ? 0 : SIGN_SECONDS })
    },
  }
}

/** Hands the signs of every server on to this one's watchers. */
export function passSignsOn(bus: Bus, sourceOf: SourceOf): void {
  bus.onSign((heard) => {
    const sign = heard as SignSeen
    for (const watcher of sourceOf(sign.scope).watchersOf(sign.scope)) watcher.sendSign(sign)
  })
}
