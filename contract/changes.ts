// Changing a thing field by field: what is set, on top of which versions, and what stands in the way.
import { type Static, type TSchema, Type } from 'typebox'
import { Id, Strict } from './shapes.ts'

/** The versions of a thing's fields; one that is not named was never changed: 0. */
export const Versions = Type.Record(Type.String(), Type.Integer())
export type Versions = Static<typeof Versions>

/**
 * The body that sets some fields of a thing. `base` names the version that was seen of each; a field
 * that somebody else set meanwhile refuses all with `stale` and `conflicts`.
 */
export const changesOf = <T extends Record<string, TSchema>>(fields: T) =>
  Strict({
    set: Type.Partial(Strict(fields), { additionalProperties: false }),
    base: Type.Record(
      Type.String({ minLength: 1, maxLength: 64 }),
      Type.Integer({ minimum: 0, maximum: 2_147_483_647 }),
    ),
  })

/** Where a thing is in use: of what kind, how often, and the first names where names may be told. */
export const Use = Type.Object({
  what: Type.Union([
    Type.Literal('people'),
    Type.Literal('roles'),
    Type.Literal('groups'),
    Type.Literal('queues'),
    Type.Literal('sites'),
    Type.Literal('chats'),
    Type.Literal('visitors'),
    Type.Literal('invitations'),
  ]),
  count: Type.Integer(),
  names: Type.Array(Type.String()),
})
export type Use = Static<typeof Use>

/** Somebody, as who does something to a thing must know them. */
export const NamedUser = Type.Object({ userId: Id, name: Type.String() })
export type NamedUser = Static<typeof NamedUser>
