// What visitors were told of their wait, held against what became of it.
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { Id } from './shapes.ts'

/** Today's visitors of a queue who were told a range and have been answered since. A range is meant for
 * eight of ten. */
export const Estimates = Type.Object({
  queueId: Id,
  told: Type.Integer({ minimum: 1 }),
  /** Answered within the first range that they were told, and within the last one. */
  within: Type.Integer({ minimum: 0 }),
  withinLast: Type.Integer({ minimum: 0 }),
})
export type Estimates = Static<typeof Estimates>

export const estimates = {
  today: endpoint(
    'GET',
    '/api/estimates',
    'wall.view',
    'How many of the waits that visitors were told today came true, by queue',
    { reply: Type.Array(Estimates) },
  ),
}
