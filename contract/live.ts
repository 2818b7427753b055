// Fetching a scope whole, for a page that knows nothing of it yet or was away too long.
import { Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { Strict } from './shapes.ts'

const Row = Type.Array(Type.Unknown(), { minItems: 4, maxItems: 4 })

/** The reply is a Snapshot of frames.ts: `t`, and rows as `[kind, id, v, row]`. */
export const live = {
  snapshot: endpoint('GET', '/api/live/:scope', 'session', 'Everything that a scope holds now', {
    params: Strict({ scope: Type.String({ pattern: '^[a-z]+:[0-9a-f-]{36}$' }) }),
    reply: Type.Object({ t: Type.Integer(), r: Type.Array(Row) }),
  }),
}
