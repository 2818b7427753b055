// Everything that a scope holds now, with the log's position that it belongs to: read as one
// moment of the database, so that frames above that position can be applied to it.
import type { FastifyInstance } from 'fastify'
import type { LiveKind } from '#contract/facts.ts'
import type { Snapshot } from '#contract/frames.ts'
import { live } from '#contract/live.ts'
import { partsOf, scope } from '#contract/scopes.ts'
import { mayWatch } from './access.ts'
import * as invites from './features/invites/queries.ts'
import * as people from './features/people/queries.ts'
import * as presence from './features/presence/queries.ts'
import * as proof from './features/proof/queries.ts'
import * as simulator from './features/simulator/queries.ts'
import * as users from './features/users/list-queries.ts'
import * as wall from './features/wall/queries.ts'
import type { Database, Db } from './platform/database.ts'
import { headOf } from './platform/live/log.ts'
import { frameRow } from './platform/live/projection.ts'
import { Refusal } from './platform/refuse.ts'
import { serve } from './platform/serve.ts'

type Row = readonly [kind: LiveKind, id: string, row: unknown]
type List = (db: Db, organisationId: string, id: string) => Promise<readonly Row[]>

const named = (kind: LiveKind, rows: readonly { id: string }[]) =>
  rows.map((row) => [kind, row.id, row] as const)

const LISTS: Readonly<Record<string, List>> = {
  // The id is an account's, or that of a department or a group: there its operators alone are seen.
  floor: async (db, organisationId, id) => [
    ...(await wall.floorRows(db, organisationId, id)),
    ...named('operator', await presence.listOfTeam(db, organisationId, id)),
    ...named('proof', await proof.listTurns(db, organisationId)),
  ],
  simulator: async (db, organisationId) =>
    named('simulation', await simulator.listRuns(db, organisationId)),
  queue: wall.queueRows,
  setup: wall.setupRows,
  user: async (db, organisationId, id) => [
    ...(await wall.userRows(db, organisationId, id)),
    ...named('invitation', await invites.listSeen(db, organisationId, [scope.user(id)])),
  ],
  people: async (db, organisationId, accountId) => [
    ...named('person', await users.listOfAccounts(db, organisationId, [accountId])),
    ...named('invitation', await invites.list(db, organisationId, [accountId])),
  ],
  team: async (db, organisationId, id) => [
    ...named('person', await users.listOfTeam(db, organisationId, id)),
    ...named('operator', await presence.listOfTeam(db, organisationId, id)),
    ...named('invitation', await invites.listSeen(db, organisationId, [scope.team(id)])),
  ],
  record: async (db, organisationId, id) => {
    const record = await people.findRecord(db, organisationId, id)
    return record ? [['record', id, record]] : []
  },
}

export function snapshotDoor(app: FastifyInstance): void {
  // Many pages that come back at once ask for the same: it is read once for them all.
  const reading = new Map<string, Promise<Snapshot>>()
  serve(app, live.snapshot, async ({ db, database, actor, organisationId }, { params }) => {
    const { scope: wanted } = params
    const { of, id } = partsOf(wanted)
    const list = LISTS[of]
    if (list === undefined || !(await mayWatch(db, actor, wanted))) throw new Refusal('not_found')
    const key = `${organisationId} ${wanted}`
    const snapshot =
      reading.get(key) ?? read(database, organisationId, (at) => list(at, organisationId, id))
    reading.set(key, snapshot)
    return snapshot.finally(() => reading.delete(key))
  })
}

function read(
  { db }: Database,
  organisationId: string,
  list: (db: Db) => Promise<readonly Row[]>,
): Promise<Snapshot> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (at) => {
      const t = await headOf(at, organisationId)
      const rows = await list(at)
      return { t, r: rows.map(([kind, id, row]) => frameRow(kind, id, t, row)) }
    })
}
