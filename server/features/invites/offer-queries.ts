// What stands behind an invitation's link, and what becomes of it when it is accepted.
import { sql } from 'kysely'
import type { Language } from '#contract/shapes.ts'
import type { Db } from '../../platform/database.ts'
import { permissionsOfRole } from '../users/queries.ts'

const COLUMNS = [
  'i.organisationId',
  'i.id',
  'i.accountId',
  'i.email',
  'i.firstName',
  'i.lastName',
  'i.displayName',
  sql<Language>`i.language`.as('language'),
  'i.roleId',
  'i.liveLimit',
  'i.deferredLimit',
  'i.state',
  'i.tokenNonce',
  'i.tokenHash',
  'i.inviterId',
  'i.expiresAt',
  'i.acceptedBy',
  'a.name as accountName',
  'a.colour as accountColour',
  'a.timeZone',
  'a.isActive as isAccountActive',
  'a.invitationHours',
  sql<number>`(account_limit(a.organisation_id, a.id, 'live')).chat_limit`.as('accountLiveLimit'),
  sql<number>`(account_limit(a.organisation_id, a.id, 'deferred')).chat_limit`.as(
    'accountDeferredLimit',
  ),
  'r.key as roleKey',
  'r.name as roleName',
  'r.isBuiltIn',
  'r.permissions',
  'inviter.firstName as inviterFirstName',
  'inviter.lastName as inviterLastName',
  'inviter.email as inviterEmail',
  sql<Language>`inviter.language`.as('inviterLanguage'),
] as const

export type Offer = NonNullable<Awaited<ReturnType<typeof findByToken>>>

export async function findByToken(db: Db, tokenHash: Buffer) {
  const row = await offers(db).where('i.tokenHash', '=', tokenHash).executeTakeFirst()
  return row && withPermissions(row)
}

export async function find(db: Db, organisationId: string, id: string): Promise<Offer | undefined> {
  const row = await offers(db)
    .where('i.organisationId', '=', organisationId)
    .where('i.id', '=', id)
    .executeTakeFirst()
  return row && withPermissions(row)
}

/** The same, and nobody else changes it until the transaction ends. */
export async function lock(db: Db, organisationId: string, id: string): Promise<Offer | undefined> {
  const row = await offers(db)
    .where('i.organisationId', '=', organisationId)
    .where('i.id', '=', id)
    .forNoKeyUpdate('i')
    .executeTakeFirst()
  return row && withPermissions(row)
}

function withPermissions<
  R extends { roleKey: string; isBuiltIn: boolean; permissions: string[] | null },
>(row: R) {
  return { ...row, permissions: permissionsOfRole(row.roleKey, row.isBuiltIn, row.permissions) }
}

/** Puts the member into the offered departments; answers the names of those that are gone. */
export async function joinDepartments(
  db: Db,
  offer: Offer,
  membershipId: string,
): Promise<string[]> {
  const { organisationId, id } = offer
  const joined = await db
    .insertInto('departmentMembers')
    .columns(['organisationId', 'departmentId', 'membershipId', 'position'])
    .expression(
      db
        .selectFrom('invitationDepartments as offered')
        .innerJoin('departments as d', (join) =>
          join
            .onRef('d.organisationId', '=', 'offered.organisationId')
            .onRef('d.id', '=', 'offered.departmentId'),
        )
        .select((eb) => [
          'd.organisationId',
          'd.id',
          eb.val(membershipId).as('membershipId'),
          'offered.position',
        ])
        .where('offered.organisationId', '=', organisationId)
        .where('offered.invitationId', '=', id),
    )
    .returning('departmentId')
    .execute()
  const offered = await db
    .selectFrom('invitationDepartments')
    .select(['departmentId', 'name'])
    .where('organisationId', '=', organisationId)
    .where('invitationId', '=', id)
    .execute()
  const ids = new Set(joined.map((row) => row.departmentId))
  return offered.filter((row) => !ids.has(row.departmentId)).map((row) => row.name)
}

/** The queues that were offered; `isThere` says whether one still is, and is in use. */
export function listQueues(db: Db, organisationId: string, invitationId: string) {
  return db
    .selectFrom('invitationQueues as offered')
    .leftJoin('queues as q', (join) =>
      join
        .onRef('q.organisationId', '=', 'offered.organisationId')
        .onRef('q.id', '=', 'offered.queueId')
        .on('q.isActive', '=', true),
    )
    .select(['offered.queueId as id', 'offered.name', sql<boolean>`q.id is not null`.as('isThere')])
    .where('offered.organisationId', '=', organisationId)
    .where('offered.invitationId', '=', invitationId)
    .orderBy('offered.queueId')
    .execute()
}

export interface NewOperator {
  organisationId: string
  userId: string
  live: number
  deferred: number
  actorId: string
}

/** Lets the user be given chats. Does nothing to one who is an operator already. */
export async function registerOperator(db: Db, operator: NewOperator): Promise<void> {
  const { organisationId, userId, live, deferred, actorId } = operator
  await sql`select register_operator(${organisationId}, ${userId}, ${live}, ${deferred}, ${actorId})`.execute(
    db,
  )
}

/** Lets the operator serve the queue; false when it is gone. */
export async function assignQueue(
  db: Db,
  { organisationId, userId, actorId }: NewOperator,
  queueId: string,
): Promise<boolean> {
  const { rows } = await sql<{ status: string }>`
    select status from assign_queue_member(${organisationId}, ${queueId}, ${userId}, 1, ${actorId})
  `.execute(db)
  return rows[0]?.status === 'assigned'
}

function offers(db: Db) {
  return db
    .selectFrom('invitations as i')
    .innerJoin('accounts as a', (join) =>
      join.onRef('a.organisationId', '=', 'i.organisationId').onRef('a.id', '=', 'i.accountId'),
    )
    .innerJoin('roles as r', (join) =>
      join.onRef('r.organisationId', '=', 'i.organisationId').onRef('r.id', '=', 'i.roleId'),
    )
    .innerJoin('users as inviter', 'inviter.id', 'i.inviterId')
    .select(COLUMNS)
}
