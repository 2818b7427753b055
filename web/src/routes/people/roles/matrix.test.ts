import { expect, test } from 'vitest'
import {
  ADD_ON_ROLES,
  BUILT_IN_ROLES,
  MAIN_ROLES,
  PERMISSIONS,
  permissionsOf,
} from '#contract/permissions.ts'
import type { ListedRole } from '#contract/users.ts'
import { columnsOf, differences, gives, PARTS } from './matrix.ts'

const limits = { live: null, deferred: null, units: null }
const builtIn = BUILT_IN_ROLES.map((key): ListedRole => {
  const permissions = [...permissionsOf[key]]
  const isAddOn = ADD_ON_ROLES.some((one) => one === key)
  const kind = { isBuiltIn: true, isAddOn, marks: {}, limits, version: 1 }
  return { id: key, key, name: key, ...kind, permissions, givable: permissions, holders: 0 }
})
const own: ListedRole = {
  ...{ id: 'own', key: 'own_1', name: 'Night shift', isBuiltIn: false, isAddOn: false, limits },
  ...{ permissions: ['chats.answer'], marks: {}, givable: [], holders: 0, version: 1 },
}
const column = (id: string, as?: string) => {
  const found = columnsOf([own, ...builtIn], true).find(
    (one) => one.role.id === id && one.as === as,
  )
  if (!found) throw new Error(`no column ${id}`)
  return found
}

test('W-6: the five template roles come first, then the other built-in ones, then our own', () => {
  const shown = columnsOf([own, ...builtIn], false).map(({ role, as }) => as ?? role.key)
  expect(shown).toEqual([
    ...['guest', 'agent', 'supervisor', 'admin', 'owner'],
    ...['manager', 'tester', 'own_1'],
  ])
  const keys = columnsOf([own, ...builtIn], true).map(({ role }) => role.key)
  expect([...new Set(keys)].toSorted()).toEqual(
    [...MAIN_ROLES, ...ADD_ON_ROLES, 'own_1'].toSorted(),
  )
})

test('W-6: every permission has its row, once', () => {
  const rows = PARTS.flatMap(({ permissions }) => permissions)
  expect(rows.toSorted()).toEqual([...PERMISSIONS].toSorted())
})

test('W-6: an Admin of one account may all that an Owner may, but for the roles of the organisation', () => {
  const [admin, owner] = [column('administrator', 'admin'), column('administrator', 'owner')]
  expect(differences(admin, owner)).toEqual(['roles.manage'])
  expect([gives(admin, 'roles.manage'), gives(owner, 'roles.manage')]).toEqual([false, true])
})

test('two roles that may the same do not differ', () => {
  expect(differences(column('agent'), column('own'))).toEqual([])
  expect(differences(column('agent'), column('tester'))).toEqual(['chats.test'])
})
