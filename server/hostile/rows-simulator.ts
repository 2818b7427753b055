// How the doors of the simulator and of what visitors were told are rightly asked.
import type { Ids } from '../testing/worlds.ts'
import { body, byId, type Row, to } from './row.ts'

const lines = ({ queue }: Ids) => [
  {
    ...{ queueId: queue, operators: 1, limit: 3, arrivalsPerHour: 60, heldSeconds: 300 },
    ...{ patienceSeconds: 300, acceptSeconds: 5, missedPercent: 0 },
  },
]

export const SIMULATOR_ROWS: Record<string, Row> = {
  'GET /api/estimates': { by: 'supervisor' },
  'GET /api/simulator': { by: 'owner' },
  'POST /api/simulator/foretell': { by: 'owner', ask: body((ids) => ({ lines: lines(ids) })) },
  'POST /api/simulator/runs': {
    by: 'owner',
    ask: body((ids) => ({ lines: lines(ids), speed: 1, minutes: 1 })),
  },
  'POST /api/simulator/runs/:id/stop': { by: 'owner', ask: byId('simulation') },
  // It is over.
  'POST /api/simulator/runs/:id/faults': {
    by: 'owner',
    ask: to('simulation', { kind: 'restart' }),
    answers: 409,
  },
}
