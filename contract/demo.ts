// The demo floor: synthetic visitors and operators that make it move. Only on a demo installation.
import { type Static, Type } from 'typebox'
import { endpoint } from './endpoint.ts'
import { Strict } from './shapes.ts'

export const DemoFloor = Strict({
  /** Whether synthetic visitors write and synthetic operators answer now. */
  isMoving: Type.Boolean(),
})
export type DemoFloor = Static<typeof DemoFloor>

export const demo = {
  look: endpoint(
    'GET',
    '/api/demo',
    'session',
    'Whether this is a demo floor, and whether it moves',
    {
      reply: Type.Object({ isDemo: Type.Boolean(), isMoving: Type.Boolean() }),
    },
  ),
  set: endpoint('PUT', '/api/demo', 'operators.manage', 'Start or stop the synthetic visitors', {
    body: DemoFloor,
    reply: DemoFloor,
  }),
}
