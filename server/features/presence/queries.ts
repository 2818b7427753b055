// Operators as screens show them, and what connections and server processes say of them. The
// transitions are functions of the database (migrations/0015): one call is one transaction.
import { type RawBuilder, sql } from 'kysely'
import type { Operator, PresenceRules } from '#contract/presence.ts'
import type { Db } from '../../platform/database.ts'

/**
 * What a transition answers. After the commit, chats left waiting and operators left with room must
 * be matched (routing: `settle`); `seq` is the log's last line, null when nothing was told.
 */
export interface Outcome<Status extends string = string, Detail = null> {
  organisationId: string | null
  status: Status
  seq: number | null
  matchChats: string[]
  matchOperators: string[]
  detail: Detail
}

/** Runs one of the database's transitions. */
export async function transition<T>(db: Db, call: RawBuilder<T>): Promise<T> {
  const { rows } = await call.execute(db)
  const row = rows.at(0)
  if (row === undefined) throw new Error('a transition answered nothing')
  return row
}

/** The operators who work in any of the accounts. */
export async function listOperators(
  db: Db,
  organisationId: string,
  accountIds: readonly string[],
): Promise<Operator[]> {
  // By their memberships: to put everybody into words and leave most of them out takes seconds.
  const { rows } = await sql<{ row: Operator }>`
    select r.row from (
      select distinct user_id from memberships
       where organisation_id = ${organisationId} and account_id = any (${accountIds}::uuid[])
      offset 0) m
     cross join lateral (
      select row, account_ids from operator_rows
       where organisation_id = ${organisationId} and user_id = m.user_id
      offset 0) r
     where r.account_ids && ${accountIds}::uuid[]
     order by r.row ->> 'name', m.user_id`.execute(db)
  return rows.map(({ row }) => row)
}

export async function findOperator(
  db: Db,
  organisationId: string,
  userId: string,
): Promise<Operator | undefined> {
  const { rows } = await sql<{ row: Operator }>`
    select row from operator_rows
     where organisation_id = ${organisationId} and user_id = ${userId}`.execute(db)
  return rows.at(0)?.row
}

/** The operators of a department or a supervisor's group. */
export async function listOfTeam(
  db: Db,
  organisationId: string,
  teamId: string,
): Promise<Operator[]> {
  const { rows } = await sql<{ row: Operator }>`
    select r.row from (
      select distinct m.user_id from memberships m
        left join department_members d on d.organisation_id = m.organisation_id and d.membership_id = m.id
       where m.organisation_id = ${organisationId}
         and ${teamId} in (m.supervisor_group_id, m.primary_department_id, d.department_id)
      offset 0) m
     cross join lateral (
      select row, scopes from operator_rows
       where organisation_id = ${organisationId} and user_id = m.user_id
      offset 0) r
     where r.scopes @> array['team:' || ${teamId}::text]
     order by r.row ->> 'name', m.user_id`.execute(db)
  return rows.map(({ row }) => row)
}

/** Where an operator works: each account, with their departments and their group in it. */
export async function listPlaces(
  db: Db,
  organisationId: string,
  userId: string,
): Promise<{ accountId: string; teamIds: string[] }[]> {
  const { rows } = await sql<{ accountId: string; teamIds: string[] }>`
    select m.account_id, teams_of(m.organisation_id, m.id) as team_ids
      from memberships m
      join operators o on o.organisation_id = m.organisation_id and o.user_id = m.user_id
     where m.organisation_id = ${organisationId} and m.user_id = ${userId}
       and m.status = 'active'
     order by m.account_id`.execute(db)
  return rows
}

export interface NewConnection {
  organisationId: string
  userId: string
  connectionId: string
  sessionId: string | null
  nodeId: string
  /** The epoch that `registerNode` gave. */
  epoch: number
}

/** `fenced`: this server's lease has run out; it must not take connections. */
export function connectionOpened(db: Db, it: NewConnection): Promise<Outcome<'opened' | 'fenced'>> {
  return transition(
    db,
    sql<Outcome<'opened' | 'fenced'>>`select * from connection_opened(
      ${it.organisationId}, ${it.userId}, ${it.connectionId}, ${it.sessionId}, ${it.nodeId}, ${it.epoch})`,
  )
}

/** A grace of 0 seconds is for a user who signed out, null is the organisation's. Call it after `connectionOpened` has ended. */
export function connectionClosed(
  db: Db,
  connectionId: string,
  graceSeconds: number | null = null,
): Promise<Outcome<'closed' | 'not_found'>> {
  return transition(
    db,
    sql<Outcome<'closed' | 'not_found'>>`
      select * from connection_closed(${connectionId}, ${graceSeconds})`,
  )
}

/** Begins this server's lease of 8 s, to be renewed every 2 s; answers the epoch. */
export async function registerNode(db: Db, nodeId: string, name: string): Promise<number> {
  const { epoch } = await transition(
    db,
    sql<{ epoch: number }>`select register_node(${nodeId}, ${name}) as epoch`,
  )
  return epoch
}

/** False: the lease had run out; close every socket, then register again. */
export async function renewNode(db: Db, nodeId: string, epoch: number): Promise<boolean> {
  const { isLive } = await transition(
    db,
    sql<{ isLive: boolean }>`select renew_node(${nodeId}, ${epoch}) as is_live`,
  )
  return isLive
}

/** Ends the lease at once, so that nobody has to wait for it. */
export async function endNode(db: Db, nodeId: string, epoch: number): Promise<void> {
  await sql`select end_node(${nodeId}, ${epoch})`.execute(db)
}

/** Connections of servers that are gone; one organisation a call, until it answers `nothing`. */
export function reapNodes(db: Db): Promise<Outcome<'reaped' | 'nothing'>> {
  return transition(db, sql<Outcome<'reaped' | 'nothing'>>`select * from reap_nodes(100, null)`)
}

/** Operators who did not come back; one organisation a call, until it answers `nothing`. */
export function expireGrace(db: Db): Promise<Outcome<'expired' | 'nothing'>> {
  return transition(db, sql<Outcome<'expired' | 'nothing'>>`select * from expire_grace()`)
}

/** There was a key or a pointer, on whichever device; a warning of being idle ends on all of them. */
export function noteActivity(
  db: Db,
  organisationId: string,
  userId: string,
): Promise<Outcome<'noted' | 'not_found'>> {
  return transition(
    db,
    sql<Outcome<'noted' | 'not_found'>>`select * from note_activity(${organisationId}, ${userId})`,
  )
}

/** Who is warned of being idle, or away for it; one organisation a call, until it answers `nothing`. */
export function tendIdle(db: Db): Promise<Outcome<'tended' | 'nothing'>> {
  return transition(db, sql<Outcome<'tended' | 'nothing'>>`select * from tend_idle()`)
}

/** An operator may undo from now on what somebody else has set. */
export function liftHold(
  db: Db,
  it: { organisationId: string; userId: string; actorId: string | null },
): Promise<Outcome<'lifted' | 'not_found'>> {
  return transition(
    db,
    sql<Outcome<'lifted' | 'not_found'>>`
      select * from lift_hold(${it.organisationId}, ${it.userId}, ${it.actorId})`,
  )
}

export async function findRules(db: Db, organisationId: string): Promise<PresenceRules> {
  return db
    .selectFrom('accounts')
    .select(['idleMinutes', 'idleWhenIgnored', 'heldMinutes', 'graceSeconds'])
    .select(sql<PresenceRules['leavingWithChats']>`leaving_with_chats`.as('leavingWithChats'))
    .where('organisationId', '=', organisationId)
    .where('id', '=', organisationId)
    .executeTakeFirstOrThrow()
}

export async function setRules(
  db: Db,
  organisationId: string,
  rules: PresenceRules,
): Promise<void> {
  await db
    .updateTable('accounts')
    .set(rules)
    .where('organisationId', '=', organisationId)
    .where('id', '=', organisationId)
    .execute()
}

/** A user's name as colleagues know it. */
export async function findName(db: Db, userId: string): Promise<string | undefined> {
  const user = await db
    .selectFrom('users')
    .select(['firstName', 'lastName'])
    .where('id', '=', userId)
    .executeTakeFirst()
  return user && `${user.firstName} ${user.lastName}`
}

/** Whether the session was ended, by signing out or by somebody who may. */
export async function hasSessionEnded(db: Db, sessionId: string): Promise<boolean> {
  const session = await db
    .selectFrom('sessions')
    .select('endedAt')
    .where('id', '=', sessionId)
    .executeTakeFirst()
  return session?.endedAt !== null
}
