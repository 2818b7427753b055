// Telling how people look after a change of the groups that they are in: a group and its department
// are scopes through which they are seen, so a change may take them from one and put them in another.
import { scope } from '#contract/scopes.ts'
import type { Tx } from '../../platform/context.ts'
import { markFields } from '../../platform/marks.ts'
import * as people from '../people/queries.ts'
import * as groups from './queries.ts'

/** Does the work and tells the memberships' rows; `field` is one of theirs that it sets. */
export async function tellingMembers(
  tx: Tx,
  membershipIds: readonly string[],
  work: () => Promise<void>,
  field?: string,
): Promise<void> {
  const before = await lookAt(tx, membershipIds)
  await work()
  if (field !== undefined) for (const id of membershipIds) await markFields(tx, id, [field])
  const after = await lookAt(tx, membershipIds)
  for (const { person, scopes } of after.people)
    tx.tell('person', person, scopes, before.scopesOfPerson.get(person.id) ?? [])
  for (const { operator, scopes } of after.operators)
    tx.tell('operator', operator, scopes, before.scopesOfOperator.get(operator.id) ?? [])
  for (const record of await people.listRecords(tx.db, tx.organisationId, membershipIds))
    tx.tell('record', record, [scope.record(record.id)])
}

async function lookAt({ db, organisationId }: Tx, membershipIds: readonly string[]) {
  const lines = await groups.listPeople(db, organisationId, membershipIds)
  const userIds = [...new Set(lines.map(({ person }) => person.userId))]
  const operators = await groups.listOperators(db, organisationId, userIds)
  return {
    people: lines,
    operators,
    scopesOfPerson: new Map(lines.map(({ person, scopes }) => [person.id, scopes])),
    scopesOfOperator: new Map(operators.map(({ operator, scopes }) => [operator.id, scopes])),
  }
}
