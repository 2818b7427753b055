// The rows that every organisation begins with, and those of a person in it.
import { BUILT_IN_ROLES, type BuiltInRole } from '#contract/permissions.ts'
import type { Db } from '../../platform/database.ts'
import * as accounts from '../accounts/queries.ts'

const ROLE_NAMES: Record<BuiltInRole, string> = {
  administrator: 'Administrator',
  manager: 'Manager',
  supervisor: 'Supervisor',
  agent: 'Agent',
  tester: 'Tester',
  viewer: 'Viewer',
}

/** Makes an organisation with its built-in roles. */
export async function found(
  db: Db,
  wanted: { id: string; name: string; language: string },
): Promise<void> {
  await accounts.insertOrganisation(db, wanted)
  const roles = BUILT_IN_ROLES.map((key) => ({
    organisationId: wanted.id,
    key,
    name: ROLE_NAMES[key],
    isBuiltIn: true,
  }))
  await db.insertInto('roles').values(roles).execute()
}

export interface NewPerson {
  id: string
  email: string
  firstName: string
  lastName: string
  displayName?: string
  language: string
  passwordHash: string
}

/** Makes a user who is an active member of an account with a role there. Gives the membership. */
export async function appoint(
  db: Db,
  place: { organisationId: string; accountId: string; role: BuiltInRole },
  person: NewPerson,
): Promise<{ membershipId: string }> {
  const { organisationId, accountId, role } = place
  const { id: userId, email, displayName, ...user } = person
  await db
    .insertInto('users')
    .values({ ...user, id: userId, email, login: email, passwordState: 'chosen' })
    .execute()
  const membership = await db
    .insertInto('memberships')
    .values({ organisationId, accountId, userId, displayName: displayName ?? null })
    .returning('id')
    .executeTakeFirstOrThrow()
  await db
    .insertInto('grants')
    .columns(['organisationId', 'userId', 'roleId', 'accountId'])
    .expression((eb) =>
      eb
        .selectFrom('roles')
        .select((of) => [
          of.val(organisationId).as('organisationId'),
          of.val(userId).as('userId'),
          'roles.id',
          of.val(accountId).as('accountId'),
        ])
        .where('organisationId', '=', organisationId)
        .where('key', '=', role),
    )
    .execute()
  return { membershipId: membership.id }
}
