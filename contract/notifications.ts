// What a user is told personally, and finds when they come back.
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { ById, Id, Instant, orNull } from './shapes.ts'

export const Notification = Type.Object({
  id: Id,
  kind: Type.Union([
    Type.Literal('invitation_accepted'),
    Type.Literal('invitation_lost_parts'),
    /** A colleague is active in two places at once: name, membershipId, one and other (addresses). */
    Type.Literal('two_places'),
  ]),
  /** What the sentence is filled with: names and ids by key. */
  data: Type.Record(Type.String(), Type.String()),
  createdAt: Instant,
  readAt: orNull(Instant),
})
export type Notification = Static<typeof Notification>

/** Every kind there is; written out, since a page's build has no schemas to read them from. */
export const NOTIFICATION_KINDS = [
  'invitation_accepted',
  'invitation_lost_parts',
  'two_places',
] as const satisfies readonly Notification['kind'][]

export const notifications = {
  list: endpoint('GET', '/api/me/notifications', 'session', 'What I was told, newest first', {
    reply: Type.Array(Notification),
  }),
  read: endpoint('POST', '/api/me/notifications/:id/read', 'session', 'Mark as read', {
    params: ById,
    reply: Notification,
  }),
}
