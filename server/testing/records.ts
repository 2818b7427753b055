// Setting what is in people's records, as an administrator does who has them open.
import type { Fields } from '#contract/fields.ts'
import { people } from '#contract/people.ts'
import { presence } from '#contract/presence.ts'
import { routing } from '#contract/routing.ts'
import { users } from '#contract/users.ts'
import type { Floor } from './floor.ts'
import type { Person } from './house.ts'

/** Sets fields of a person on top of whatever stands. */
export async function setFields(by: Person, { membershipId: id }: Person, set: Fields) {
  const { marks } = await by.call(people.record, { params: { id } })
  const base = Object.fromEntries(
    Object.keys(set).map((field) => [field, marks[field]?.version ?? 0]),
  )
  return by.call(people.change, { params: { id }, body: { set, base } })
}

/** The field that gives a built-in role at the organisation, or at a group or a site. */
export async function grantKey(
  { admin, organisationId }: Pick<Floor, 'admin' | 'organisationId'>,
  role: string,
  at: { kind: 'account' | 'group' | 'site'; id: string } = { kind: 'account', id: organisationId },
): Promise<string> {
  const roles = await admin.call(users.roles)
  return `grant:${roles.find(({ key }) => key === role)?.id}@${at.kind}:${at.id}`
}

export const go = (operator: Person, availability: 'available' | 'away') =>
  operator.call(presence.choose, { body: { availability } })

/** The chats that the operator holds or is offered. */
export const mineOf = async (operator: Person): Promise<string[]> =>
  (await operator.call(routing.mine)).map(({ id }) => id)

/** Long enough for everything that could come of what was just done. */
export const breath = () => new Promise((resolve) => setTimeout(resolve, 600))
