// Transfers as they were and are, and where a chat could go now.
import { sql } from 'kysely'
import type { TargetDepartment, TargetQueue, Transfer, TransferRules } from '#contract/transfers.ts'
import type { Db } from '../../platform/database.ts'

/** An open chat, as far as handing it on is concerned. */
export interface Standing {
  chatId: string
  accountId: string
  kind: 'live' | 'deferred'
  /** What it weighs against a limit in units. */
  chatUnits: number
  /** Who holds as many chats of its queue as the queue lets them. */
  fullIds: string[]
  /** So many above their limit somebody may be handed by name. */
  allowance: number
  /** Of a queue for testers: it stays with such. */
  isTest: boolean
  /** Who holds it; null when nobody does. */
  holderId: string | null
}

export async function findStanding(
  db: Db,
  organisationId: string,
  chatId: string,
): Promise<Standing | undefined> {
  const { rows } = await sql<Standing>`
    select c.chat_id, c.account_id, c.kind, q.is_test, q.chat_units,
           array(select m.user_id from queue_members m
                  where m.organisation_id = c.organisation_id and m.queue_id = c.queue_id
                    and not may_hold_more(m)) as full_ids,
           transfer_allowance(c.organisation_id) as allowance,
           case when c.state = 'active' then c.operator_id end as holder_id
      from routed_chats c
      join queues q on q.organisation_id = c.organisation_id and q.id = c.queue_id
     where c.organisation_id = ${organisationId} and c.chat_id = ${chatId}
       and c.state <> 'closed'`.execute(db)
  return rows.at(0)
}

/** Which chat a transfer is of, and who handed it on. */
export async function findAsked(
  db: Db,
  organisationId: string,
  transferId: string,
): Promise<{ chatId: string; fromId: string | null; accountId: string } | undefined> {
  const { rows } = await sql<{ chatId: string; fromId: string | null; accountId: string }>`
    select t.chat_id, t.from_id, c.account_id
      from transfers t join chats c on c.organisation_id = t.organisation_id and c.id = t.chat_id
     where t.organisation_id = ${organisationId} and t.id = ${transferId}`.execute(db)
  return rows.at(0)
}

export async function find(
  db: Db,
  organisationId: string,
  transferId: string,
): Promise<Transfer | undefined> {
  const { rows } = await sql<{ row: Transfer }>`
    select row from transfer_rows
     where organisation_id = ${organisationId} and id = ${transferId}`.execute(db)
  return rows.at(0)?.row
}

/** How a chat was handed on, oldest first. */
export async function listOf(db: Db, organisationId: string, chatId: string): Promise<Transfer[]> {
  const { rows } = await sql<{ row: Transfer }>`
    select row from transfer_rows
     where organisation_id = ${organisationId} and chat_id = ${chatId}
     order by began_at, id`.execute(db)
  return rows.map(({ row }) => row)
}

/** How often a chat may still be handed on by those who hold it. */
export async function countLeft(db: Db, organisationId: string, chatId: string): Promise<number> {
  const { rows } = await sql<{ left: number }>`
    select greatest(0, a.transfers_most - (
             select count(*) from transfers t
              where t.organisation_id = a.organisation_id and t.chat_id = ${chatId}
                and t.outcome = 'taken' and t.by_id = t.from_id))::int as left
      from accounts a where a.organisation_id = ${organisationId} and a.id = ${organisationId}`.execute(
    db,
  )
  return rows.at(0)?.left ?? 0
}

/** Where something may be seen by whoever asks, and what chats it must be for. */
export interface Sight {
  accountIds: readonly string[]
  userId: string
  standing: Standing
}

/** Open queues of the accounts, or that the user is assigned to, by name. */
export async function listQueues(
  db: Db,
  organisationId: string,
  { accountIds, userId, standing }: Sight,
): Promise<TargetQueue[]> {
  const { rows } = await sql<TargetQueue>`
    select q.id, q.name, w.waiting, w.since, crew.online, crew.free
      from queues q
     cross join lateral (
       select count(*)::int as waiting, instant(min(c.enqueued_at)) as since from routed_chats c
        where c.organisation_id = q.organisation_id and c.queue_id = q.id
          and c.state in ('waiting', 'offered')) w
     cross join lateral (
       select count(*)::int as online, (count(*) filter (where l.used < l.chat_limit
                and has_units(o, q) and may_hold_more(m)))::int as free
         from queue_members m
         join operators o on o.organisation_id = m.organisation_id and o.user_id = m.user_id
                         and o.is_ready
                         and case when q.is_test then o.takes_tests else o.takes_chats end
         join operator_loads l on l.organisation_id = o.organisation_id and l.user_id = o.user_id
                              and l.kind = q.kind
        where m.organisation_id = q.organisation_id and m.queue_id = q.id
          and m.is_joined and m.participates
          and o.user_id is distinct from ${standing.holderId}::uuid) crew
     where q.organisation_id = ${organisationId} and q.is_active and q.is_test = ${standing.isTest}
       and (q.account_id = any (${accountIds}::uuid[]) or exists (
         select from queue_members m
          where m.organisation_id = q.organisation_id and m.queue_id = q.id
            and m.user_id = ${userId} and not m.is_suspended))
     order by q.name, q.id`.execute(db)
  return rows
}

/** Departments of the accounts, by name. */
export async function listDepartments(
  db: Db,
  organisationId: string,
  { accountIds, standing }: Sight,
): Promise<TargetDepartment[]> {
  const { rows } = await sql<TargetDepartment>`
    select d.id, d.name, crew.online, crew.free
      from departments d
     cross join lateral (
       select count(*)::int as online, (count(*) filter (where l.used < l.chat_limit
                 and coalesce(o.units_used + ${standing.chatUnits} <= o.unit_limit, true)
                 and o.user_id <> all (${standing.fullIds}::uuid[])))::int as free
         from operators o
         join operator_loads l on l.organisation_id = o.organisation_id and l.user_id = o.user_id
                              and l.kind = ${standing.kind}
        where o.organisation_id = d.organisation_id and o.is_ready
          and o.user_id is distinct from ${standing.holderId}::uuid
          and case when ${standing.isTest} then o.takes_tests else o.takes_chats end
          and exists (
            select from memberships m
             where m.organisation_id = o.organisation_id and m.user_id = o.user_id
               and m.status = 'active'
               and (m.primary_department_id = d.id or exists (
                 select from department_members dm
                  where dm.organisation_id = m.organisation_id and dm.membership_id = m.id
                    and dm.department_id = d.id)))) crew
     where d.organisation_id = ${organisationId} and d.account_id = any (${accountIds}::uuid[])
     order by d.name, d.id`.execute(db)
  return rows
}

export async function findRules(db: Db, organisationId: string): Promise<TransferRules> {
  const { rows } = await sql<TransferRules>`
    select transfers_most as most, transfer_seconds as seconds, transfer_allowance as allowance
      from accounts
     where organisation_id = ${organisationId} and id = ${organisationId}`.execute(db)
  const rules = rows.at(0)
  if (rules === undefined) throw new Error('an organisation has rules')
  return rules
}

export async function setRules(
  db: Db,
  organisationId: string,
  { most, seconds, allowance }: TransferRules,
): Promise<void> {
  await sql`update accounts
       set transfers_most = ${most}, transfer_seconds = ${seconds}, transfer_allowance = ${allowance}
    where organisation_id = ${organisationId} and id = ${organisationId}`.execute(db)
}
