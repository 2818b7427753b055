// Puts floors of the model into the database as they stand, each an organisation of its own: for tests
// that compare what both say of one state, many states at a time.
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { acceptsKind, isOnShift } from '../features/routing/attending.ts'
import { type Floor, type FloorMember, type Kind, used } from '../features/routing/floor.ts'
import type { Db } from '../platform/database.ts'

export interface Loaded {
  organisationId: string
  floor: Floor
}

type Row = Readonly<Record<string, unknown>>

const KINDS: readonly Kind[] = ['live', 'deferred']
const instant = (ms: number | undefined) => (ms === undefined ? null : new Date(ms).toISOString())

/** Loads them all; their users are there already, their skills are made. */
export async function loadFloors(db: Db, floors: readonly Loaded[]): Promise<void> {
  const put = async (table: string, rowsOf: (floor: Floor, id: string) => readonly Row[]) => {
    const rows = floors.flatMap(({ organisationId, floor }) =>
      rowsOf(floor, organisationId).map((row) => ({ organisation_id: organisationId, ...row })),
    )
    const columns = sql.raw(Object.keys(rows[0] ?? {}).join(', '))
    const of = sql.raw(table)
    if (rows.length > 0)
      await sql`insert into ${of} (${columns})
        select ${columns} from jsonb_populate_recordset(null::${of}, ${JSON.stringify(rows)}::jsonb)`.execute(
        db,
      )
  }
  await put('accounts', ({ rules }, id) => [
    { id, kind: 'organisation', name: id, time_zone: rules.timeZone },
  ])
  await put('memberships', ({ operators }, id) =>
    [...operators.keys()].map((user) => ({ account_id: id, user_id: user })),
  )
  await put('operators', operatorRows)
  await put('operator_loads', loadRows)
  await put('queues', queueRows)
  await put('skills', (floor, id) =>
    skillsOf(floor).map((skill) => ({ id: skill, account_id: id, name: skill })),
  )
  await put('queue_skills', askedRows)
  await put('user_skills', levelRows)
  await put('queue_members', memberRows)
  await put('routed_chats', chatRows)
  await put('assignments', assignmentRows)
  await put('exclusions', ({ exclusions }) =>
    [...exclusions].map(([key, until]) => {
      const [chat, user] = key.split(':')
      return { chat_id: chat, user_id: user, until: instant(until) }
    }),
  )
  await settle(db, floors)
}

/** What is counted as chats are given, set to what it is to be; no limit kept anybody from them. */
async function settle(db: Db, floors: readonly Loaded[]): Promise<void> {
  const operators = floors.flatMap(({ organisationId, floor }) =>
    [...floor.operators.values()].map((one) => ({ organisation_id: organisationId, ...one })),
  )
  const limits = operators.flatMap(({ organisation_id, id, limits: of }) =>
    KINDS.map((kind) => ({ organisation_id, user_id: id, kind, own_limit: of[kind] })),
  )
  await sql`update operator_loads l set own_limit = w.own_limit
    from jsonb_populate_recordset(null::operator_loads, ${JSON.stringify(limits)}::jsonb) w
   where l.organisation_id = w.organisation_id and l.user_id = w.user_id and l.kind = w.kind`.execute(
    db,
  )
  const taken = operators.map(({ organisation_id, id, taken: of }) => ({
    ...{ organisation_id, user_id: id, taken_today: of?.count ?? 0, taken_on: of?.day ?? null },
  }))
  await sql`update operators o set taken_today = w.taken_today, taken_on = w.taken_on
    from jsonb_populate_recordset(null::operators, ${JSON.stringify(taken)}::jsonb) w
   where o.organisation_id = w.organisation_id and o.user_id = w.user_id`.execute(db)
  const units = operators.flatMap(({ organisation_id, id, unitLimit: own_unit_limit }) =>
    own_unit_limit === undefined ? [] : [{ organisation_id, user_id: id, own_unit_limit }],
  )
  await sql`update operators o set own_unit_limit = w.own_unit_limit
    from jsonb_populate_recordset(null::operators, ${JSON.stringify(units)}::jsonb) w
   where o.organisation_id = w.organisation_id and o.user_id = w.user_id`.execute(db)
  const held = floors.flatMap(({ organisationId: organisation_id, floor }) =>
    [...floor.queues.values()].map(({ id, heldLimit }) => ({
      ...{ organisation_id, id, held_limit: heldLimit ?? null },
    })),
  )
  await sql`update queues q set held_limit = w.held_limit
    from jsonb_populate_recordset(null::queues, ${JSON.stringify(held)}::jsonb) w
   where q.organisation_id = w.organisation_id and q.id = w.id`.execute(db)
}

const AT_FIRST = '2026-01-01T00:00:00.000Z'

function operatorRows({ operators }: Floor): Row[] {
  return [...operators.values()].map((one) => ({
    user_id: one.id,
    availability: one.availability,
    availability_since: AT_FIRST,
    is_present: one.isPresent,
    grace_until: instant(one.graceUntil),
    connection_since: AT_FIRST,
    missed_in_row: one.missed,
    is_not_answering: one.isNotAnswering,
    last_offered_at: instant(one.lastOfferedAt),
    wrap_up_until: instant(one.wrapUpUntil),
    takes_chats: one.takesChats,
    takes_tests: one.takesTests,
    is_on_shift: one.isOnShift,
    mark: one.accepts ? { accepts: one.accepts } : null,
  }))
}

function loadRows({ operators }: Floor): Row[] {
  return [...operators.keys()].flatMap((id) =>
    KINDS.map((kind) => ({ user_id: id, kind, chat_limit: 100, version: 1, set_at: AT_FIRST })),
  )
}

function queueRows({ queues }: Floor, organisationId: string): Row[] {
  return [...queues.values()].map((queue) => ({
    id: queue.id,
    account_id: organisationId,
    name: queue.id,
    kind: queue.kind,
    strategy: queue.strategy,
    offer_seconds: queue.offerMs / 1_000,
    auto_accepts: queue.autoAccepts,
    priority: queue.priority,
    is_test: queue.isTest,
    keeps_shifts: queue.keepsShifts,
    chat_units: queue.chatUnits,
    cooldown_seconds: queue.cooldownMs === undefined ? null : queue.cooldownMs / 1_000,
  }))
}

function skillsOf({ queues }: Floor): string[] {
  return [...new Set([...queues.values()].flatMap(({ skills }) => skills.map(({ id }) => id)))]
}

function askedRows({ queues }: Floor): Row[] {
  return [...queues.values()].flatMap((queue) =>
    queue.skills.map(({ id, level, relaxAfterMs }) => ({
      queue_id: queue.id,
      skill_id: id,
      level,
      relax_after_seconds: relaxAfterMs === undefined ? null : relaxAfterMs / 1_000,
    })),
  )
}

function levelRows({ operators }: Floor): Row[] {
  return [...operators.values()].flatMap(({ id, skills }) =>
    Object.entries(skills).flatMap(([skill, level]) =>
      level > 0 ? [{ user_id: id, skill_id: skill, level }] : [],
    ),
  )
}

function memberRows({ members, operators, queues }: Floor): Row[] {
  const isSo = (one: FloorMember, fact: typeof isOnShift) => {
    const [operator, queue] = [operators.get(one.userId), queues.get(one.queueId)]
    return operator === undefined || queue === undefined || fact(operator, queue)
  }
  return [...members.values()].map((one) => ({
    queue_id: one.queueId,
    user_id: one.userId,
    tier: one.tier,
    opted_in: one.isJoined,
    is_on_shift: isSo(one, isOnShift),
    accepts_kind: isSo(one, acceptsKind),
    joined_at: one.isJoined ? AT_FIRST : null,
    participates: one.participates,
    last_offered_at: instant(one.turnAt),
    lately: [],
    cools_until: instant(one.coolsUntil),
  }))
}

function chatRows({ chats }: Floor, organisationId: string): Row[] {
  const waiting = [...chats.values()].filter(({ state }) => state === 'waiting')
  return waiting.map((chat) => ({
    chat_id: chat.id,
    account_id: organisationId,
    queue_id: chat.queueId,
    site_id: organisationId,
    kind: chat.kind,
    state: chat.state,
    priority: 0,
    enqueued_at: instant(chat.enqueuedAt),
    due_at: instant(chat.dueAt),
    rings: chat.rings,
    held_for: chat.heldFor?.userId ?? null,
    hold_until: instant(chat.heldFor?.until),
  }))
}

/** What everybody holds, as so many chats of nobody's interest. */
function assignmentRows(floor: Floor): Row[] {
  return [...floor.operators.keys()].flatMap((id) =>
    KINDS.flatMap((kind) =>
      Array.from({ length: used(floor, id, kind) }, () => ({
        id: randomUUID(),
        chat_id: randomUUID(),
        user_id: id,
        queue_id: [...floor.queues.keys()][0],
        chat_kind: kind,
        kind: 'route',
        state: 'active',
        offered_at: AT_FIRST,
        accepted_at: AT_FIRST,
        because: {},
      })),
    ),
  )
}
