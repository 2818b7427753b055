// Where a role can be held for a person of an account: the account, those below it, and their
// departments, groups and sites, as far as this person sees them.
import type { ScopeKind } from '#contract/permissions.ts'
import { live } from '#lib/live/live.svelte.ts'
import { branchOf, pathOf, treeOf } from '#lib/people/account-tree.ts'
import { session } from '#lib/session.svelte.ts'

export interface Place {
  kind: ScopeKind
  id: string
  name: string
  /** The ids from the place outwards. */
  path: readonly string[]
}

export function placesFor(accountId: string): Place[] {
  const accounts = session.me?.accounts ?? []
  const below = branchOf(accounts, accountId)
  const pathTo = (id: string) => pathOf(accounts, id)
  const within = <T extends { accountId: string }>(rows: readonly T[]) =>
    rows.filter((row) => below.has(row.accountId))
  const departments = within(live.all('department'))
  return [
    ...treeOf(accounts.filter(({ id }) => below.has(id))).map(
      ({ id, name }): Place => ({ kind: 'account', id, name, path: pathTo(id) }),
    ),
    ...departments.map(
      ({ id, name, accountId: at }): Place => ({
        kind: 'department',
        id,
        name,
        path: [id, ...pathTo(at)],
      }),
    ),
    ...within(live.all('group')).map(
      ({ id, name, departmentId, accountId: at }): Place => ({
        kind: 'group',
        id,
        name,
        path: [id, departmentId, ...pathTo(at)],
      }),
    ),
  ]
}
