// An organisation whose people are edited: roles by key, groups, sites, and PATCH as a page sends it.
import type { Fields } from '#contract/fields.ts'
import { fieldKey } from '#contract/fields.ts'
import { type PersonRecord, people } from '#contract/people.ts'
import type { BuiltInRole, ScopeKind } from '#contract/permissions.ts'
import type { House, NewcomerAt, Person } from './house.ts'

export interface Team {
  readonly organisationId: string
  readonly admin: Person
  person(role: BuiltInRole, at?: Partial<NewcomerAt>): Promise<Person>
  roleId(key: BuiltInRole): Promise<string>
  grant(key: BuiltInRole, kind: ScopeKind, id: string): Promise<string>
  department(name: string, accountId?: string): Promise<string>
  /** A supervisor's group of the department. */
  group(name: string, departmentId: string): Promise<string>
  skill(name: string): Promise<string>
}

export async function openTeam(house: House): Promise<Team> {
  const { id: organisationId } = await house.organisation()
  const admin = await house.person({ organisationId, role: 'administrator', firstName: 'Ada' })
  const roleId = async (key: BuiltInRole) => {
    const { id } = await house.db
      .selectFrom('roles')
      .select('id')
      .where('organisationId', '=', organisationId)
      .where('key', '=', key)
      .executeTakeFirstOrThrow()
    return id
  }
  const insert = async (table: 'departments' | 'skills', name: string, accountId: string) => {
    const { id } = await house.db
      .insertInto(table)
      .values({ organisationId, accountId, name })
      .returning('id')
      .executeTakeFirstOrThrow()
    return id
  }
  return {
    organisationId,
    admin,
    roleId,
    person: (role, at = {}) => house.person({ organisationId, role, ...at }),
    grant: async (key, kind, id) => fieldKey.grant(await roleId(key), { kind, id }),
    department: (name, accountId = organisationId) => insert('departments', name, accountId),
    skill: (name) => insert('skills', name, organisationId),
    async group(name, departmentId) {
      const { id } = await house.db
        .insertInto('supervisorGroups')
        .values({ organisationId, departmentId, name, supervisorUserId: admin.userId })
        .returning('id')
        .executeTakeFirstOrThrow()
      return id
    },
  }
}

const by = ({ membershipId: id }: Pick<Person, 'membershipId'>) => ({ params: { id } })

export function recordOf(who: Person, person: Pick<Person, 'membershipId'>): Promise<PersonRecord> {
  return who.call(people.record, by(person))
}

/** Sets fields on top of the record that was seen; without one, of whatever stands. */
export async function edit(
  who: Person,
  person: Pick<Person, 'membershipId'>,
  set: Fields,
  seen?: PersonRecord,
) {
  const { marks } = seen ?? (await recordOf(who, person))
  const base = Object.fromEntries(Object.keys(set).map((key) => [key, marks[key]?.version ?? 0]))
  return who.try(people.change, { ...by(person), body: { set, base } })
}

/** The same, which must succeed. */
export async function set(who: Person, person: Pick<Person, 'membershipId'>, fields: Fields) {
  const { status, body } = await edit(who, person, fields)
  if (status !== 200) throw new Error(`answered ${status}: ${JSON.stringify(body)}`)
  return body
}
