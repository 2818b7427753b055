// The model and the database, line by line.
import { expect } from 'vitest'
import type { Membership, Organisation } from './model.ts'
import type { Play } from './play.ts'
import { countAdministrators, readLines, readUsers } from './queries.ts'

/** Everything of every organisation is as the model has it, and somebody is in charge of each. */
export async function compare({ db, world }: Play): Promise<void> {
  for (const org of world.organisations.values()) {
    expect(await readLines(db, org.id)).toEqual(linesOf(org))
    expect(await countAdministrators(db, org.id)).toBeGreaterThan(0)
  }
  const users = [...world.users.values()].map(
    ({ id, email, firstName, lastName, gender }) =>
      [id, `${email} ${firstName} ${lastName} ${gender}`] as const,
  )
  expect(await readUsers(db, [...world.users.keys()])).toEqual(new Map(users))
}

function linesOf(org: Organisation): string[] {
  return [
    ...accountLines(org),
    ...memberLines(org),
    ...roleLines(org),
    ...dutyLines(org),
  ].toSorted()
}

const isTrue = (is: boolean) => (is ? 't' : 'f')

function accountLines(org: Organisation): string[] {
  return [...org.accounts.values()].map(
    ({ id, parentId, isActive }) => `account ${id} ${parentId ?? '-'} ${isTrue(isActive)}`,
  )
}

function memberLines(org: Organisation): string[] {
  return [...org.memberships.values()].flatMap((member) => {
    const { id, userId, accountId, status, wasBlocked, groupId } = member
    const primary = groupId === null ? undefined : org.groups.get(groupId)?.departmentId
    const place = `${groupId ?? '-'} ${primary ?? '-'}`
    return [
      `member ${id} ${userId} ${accountId} ${status} ${isTrue(wasBlocked)} ${place}`,
      ...holdingLines(member),
    ]
  })
}

function holdingLines({ id, userId, held, departments }: Membership): string[] {
  return [
    ...[...held.values()].map(
      ({ roleId, kind, at }) => `grant ${id} ${userId} ${roleId} ${kind} ${at}`,
    ),
    ...[...departments].map(([at, position]) => `placed ${id} ${at} ${position ?? '-'}`),
  ]
}

function roleLines(org: Organisation): string[] {
  return [
    ...[...org.roles.values()].flatMap(({ id, permissions, isBuiltIn }) =>
      isBuiltIn ? [] : [`role ${id} ${[...permissions].toSorted().join(',')}`],
    ),
    ...[...org.groups.values()].map(
      ({ id, departmentId, supervisorId }) => `group ${id} ${departmentId} ${supervisorId}`,
    ),
  ]
}

function dutyLines(org: Organisation): string[] {
  return [...org.duties].flatMap(([userId, { live, deferred, units, queues }]) => [
    `limit ${userId} live ${live}`,
    `limit ${userId} deferred ${deferred}`,
    `limit ${userId} units ${units ?? 'none'}`,
    ...[...queues].map(
      ([id, { participates, tier }]) => `serves ${userId} ${id} ${isTrue(participates)} ${tier}`,
    ),
  ])
}
