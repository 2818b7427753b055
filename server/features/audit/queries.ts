// The audit as it is read: lines of one organisation's chain, the newest first.
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../../platform/database.ts'

export interface Line {
  seq: number
  at: string
  actorId: string | null
  actor: string | null
  action: string
  subject: string | null
  subjectId: string | null
  subjectName: string | null
  before: unknown
  after: unknown
  ip: string | null
  requestId: string | null
}

export interface Wanted {
  subject?: string
  subjectId?: string
  actorId?: string
  action?: string
  from?: string
  to?: string
  q?: string
}

export interface Window {
  /** Only lines of these accounts; undefined: every line. */
  accountIds: readonly string[] | undefined
  before: number | undefined
  limit: number
}

export function list(
  db: Db,
  organisationId: string,
  wanted: Wanted,
  window: Window,
): Promise<Line[]> {
  return read(db, organisationId, window, conditionsOf(wanted))
}

/**
 * The lines about a person: of the membership, of the user, and of what names the user beside
 * something else, if that is of the window's accounts.
 */
export function listOfPerson(
  db: Db,
  organisationId: string,
  { membershipId, userId }: { membershipId: string; userId: string },
  { accountIds, ...window }: Window,
): Promise<Line[]> {
  const beside = sql`a.subject_id like '%:%' and split_part(a.subject_id, ':', 2) = ${userId}`
  const seen = accountIds ? sql`and a.account_ids && ${[...accountIds]}::uuid[]` : sql``
  const about = sql`(a.subject_id in (${membershipId}, ${userId}) or (${beside} ${seen}))`
  return read(db, organisationId, { ...window, accountIds: undefined }, [about])
}

async function read(
  db: Db,
  organisationId: string,
  { accountIds, before, limit }: Window,
  conditions: readonly RawBuilder<unknown>[],
): Promise<Line[]> {
  const all = [
    sql`a.organisation_id = ${organisationId}`,
    ...(accountIds ? [sql`a.account_ids && ${[...accountIds]}::uuid[]`] : []),
    ...(before === undefined ? [] : [sql`a.seq < ${before}`]),
    ...conditions,
  ]
  const { rows } = await sql<Line>`
    with page as (
      select a.* from audit_log a where ${sql.join(all, sql` and `)} order by a.seq desc limit ${limit})
    select p.seq, p.at, p.actor_id, u.first_name || ' ' || u.last_name as actor, p.action, p.subject,
           p.subject_id, p.before, p.after, p.ip, p.request_id,
           coalesce(
             p.after ->> 'name', p.before ->> 'name',
             (select s.first_name || ' ' || s.last_name from users s
               where s.id in (${idIn('p.subject_id', 1)}, ${idIn('p.subject_id', 2)})
                  or s.id in (select m.user_id from memberships m
                               where m.organisation_id = p.organisation_id
                                 and m.id = ${idIn('p.subject_id', 1)})
               limit 1),
             p.after ->> 'email', p.before ->> 'email') as subject_name
      from page p
      left join users u on u.id = p.actor_id
     order by p.seq desc`.execute(db)
  return rows
}

// The first or the second id of '<id>' or '<id>:<id>', if that is what it is.
function idIn(column: string, place: 1 | 2): RawBuilder<unknown> {
  return sql.raw(
    `substring(split_part(${column}, ':', ${place}) from '^[0-9a-f]{8}-[0-9a-f-]{27}$')::uuid`,
  )
}

function conditionsOf(wanted: Wanted): RawBuilder<unknown>[] {
  const { subject, subjectId, actorId, action, from, to, q } = wanted
  return [
    ...(subject === undefined ? [] : [sql`a.subject = ${subject}`]),
    ...(subjectId === undefined ? [] : [sql`a.subject_id = ${subjectId}`]),
    ...(actorId === undefined ? [] : [sql`a.actor_id = ${actorId}`]),
    ...(action === undefined ? [] : [actionIs(action)]),
    ...(from === undefined ? [] : [sql`a.at >= ${from}`]),
    ...(to === undefined ? [] : [sql`a.at < ${to}`]),
    ...(q === undefined ? [] : [mentions(q)]),
  ]
}

function actionIs(action: string): RawBuilder<unknown> {
  return action.endsWith('.') ? sql`starts_with(a.action, ${action})` : sql`a.action = ${action}`
}

function mentions(text: string): RawBuilder<unknown> {
  const like = `%${text.replace(/[\\%_]/g, '\\$&')}%`
  return sql`(concat_ws(' ', a.action, a.subject, a.subject_id, a.ip, a.request_id, a.before, a.after) ilike ${like}
    or a.actor_id in (select id from users where first_name || ' ' || last_name ilike ${like}))`
}

export interface Head {
  seq: number
  hash: string
}

/** The last line of the chain. */
export async function findHead(db: Db, organisationId: string): Promise<Head | undefined> {
  const { rows } = await sql<Head>`
    select seq, encode(hash, 'hex') as hash from audit_log
     where organisation_id = ${organisationId} order by seq desc limit 1`.execute(db)
  return rows[0]
}

export interface ChainLine {
  seq: number
  text: string
  previous: string | null
  hash: string
}

/** The next lines of the chain after one, up to another, as they were hashed. */
export async function listChain(
  db: Db,
  organisationId: string,
  { after, to, limit }: { after: number; to: number; limit: number },
): Promise<ChainLine[]> {
  const { rows } = await sql<ChainLine>`
    select a.seq, audit_text(a) as text, encode(a.previous_hash, 'hex') as previous,
           encode(a.hash, 'hex') as hash
      from audit_log a
     where a.organisation_id = ${organisationId} and a.seq > ${after} and a.seq <= ${to}
     order by a.seq limit ${limit}`.execute(db)
  return rows
}
