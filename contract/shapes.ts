// The small shapes that every other schema is made of.
import { type Static, type TObject, type TSchema, Type } from 'typebox'

export const Id = Type.String({
  pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
})
export const Instant = Type.String({ format: 'date-time' })
export const orNull = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])

export const NAME_MAX = 64
export const EMAIL_MAX = 254
/** One line of a name: the server also refuses control, invisible and direction characters. */
export const Name = Type.String({ minLength: 1, maxLength: NAME_MAX })
/** `<text>@<text>.<text>`; the server checks it further (contract/email.ts). */
export const Email = Type.String({ minLength: 5, maxLength: EMAIL_MAX })
export const Language = Type.Union([Type.Literal('en'), Type.Literal('nl')])
export type Language = Static<typeof Language>
export const Colour = Type.String({ pattern: '^#[0-9a-f]{6}$' })

export const LIMIT_MAX = 100
/** How many chats of a kind a user may hold at once. */
export const Limit = Type.Integer({ minimum: 0, maximum: LIMIT_MAX })

export const ChatKind = Type.Union([Type.Literal('live'), Type.Literal('deferred')])
export type ChatKind = Static<typeof ChatKind>

/** An object whose unknown keys are refused. */
export const Strict = <T extends Record<string, TSchema>>(properties: T) =>
  Type.Object(properties, { additionalProperties: false })

/** Rules that several may change at once: what is set, and what that was when it was seen. */
export const ChangeOf = <T extends TObject>(rules: T) =>
  Strict({
    set: Type.Partial(rules, { additionalProperties: false }),
    base: Type.Partial(rules, { additionalProperties: false }),
  })
export interface Change<T> {
  set: Partial<T>
  base: Partial<T>
}

export const ById = Strict({ id: Id })
export const Nothing = Strict({})
