// The rows that every organisation begins with, and those of a person in it.
import { BUILT_IN_ROLES, type BuiltInRole } from '#contract/permissions.ts'
import type { Db } from '../../platform/database.ts'
import * as accounts from '../accounts/queries.ts'
import * as users from '../users/queries.ts'

const ROLE_NAMES: Record<BuiltInRole, string> = {
  administrator: 'Administrator',
  manager: 'Manager',
  supervisor: 'Supervisor',
  agent: 'Agent',
  tester: 'Tester',
  viewer: 'Viewer',
  site_administrator: 'Site administrator',
  correspondence: 'Correspondence report',
  history_transfer: 'Thread transfer',
  people_manager: 'People of own group',
  session_manager: 'Sessions of own group',
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

/** Makes a user who is an active member of an account with a built-in role there. */
export async function appoint(
  db: Db,
  place: { organisationId: string; accountId: string; role: BuiltInRole },
  person: NewPerson,
): Promise<{ membershipId: string }> {
  const { organisationId, accountId, role } = place
  const { id: userId, displayName = null, ...user } = person
  await users.insertUser(db, { ...user, id: userId, passwordChangedAt: new Date().toISOString() })
  const { id: roleId } = await db
    .selectFrom('roles')
    .select('id')
    .where('organisationId', '=', organisationId)
    .where('key', '=', role)
    .executeTakeFirstOrThrow()
  const member = { organisationId, accountId, userId, roleId, displayName, grantedBy: userId }
  return { membershipId: await users.insertMember(db, member) }
}
