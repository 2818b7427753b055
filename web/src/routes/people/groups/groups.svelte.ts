// The supervisors' groups of the account that is looked at, by department, and who could supervise one.
import type { Group } from '#contract/groups.ts'
import { live } from '#lib/live/live.svelte.ts'
import { isSameBranch, pathOf } from '#lib/people/account-tree.ts'
import { session } from '#lib/session.svelte.ts'
import { compareNames } from '#lib/words.ts'
import type { People } from '../people.svelte.ts'

export interface GroupLine {
  group: Group
  /** Undefined for one who is not seen. */
  supervisor: string | undefined
  people: number
}

export interface DepartmentGroups {
  id: string
  name: string
  lines: readonly GroupLine[]
}

const byName = (a: { name: string }, b: { name: string }) => compareNames(a.name, b.name)

export class Groups {
  readonly #list: People

  constructor(list: People) {
    this.#list = list
  }

  readonly #members = $derived.by(() => {
    const found = new Map<string, number>()
    for (const line of this.#list.roster.lines) {
      const id = line.kind === 'person' ? line.person.supervisorGroupId : null
      if (id) found.set(id, (found.get(id) ?? 0) + 1)
    }
    return found
  })

  readonly #names = $derived.by(() => {
    const people = this.#list.roster.lines.filter((line) => line.kind === 'person')
    return new Map(people.map((line) => [line.person.userId, line.name]))
  })

  readonly departments = $derived.by<DepartmentGroups[]>(() => {
    const groups = Map.groupBy(this.#inSight('group').toSorted(byName), (one) => one.departmentId)
    return [...groups]
      .map(([id, each]) => ({
        id,
        name: this.#list.names.department(id) ?? '',
        lines: each.map((group) => this.#lineOf(group)),
      }))
      .toSorted(byName)
  })

  readonly count = $derived(this.departments.reduce((sum, { lines }) => sum + lines.length, 0))

  /** The departments in which this person may make a group. */
  readonly open = $derived(
    this.#inSight('department')
      .filter(({ accountId }) => session.mayAt('users.manage', accountId))
      .toSorted(byName),
  )

  #lineOf(group: Group): GroupLine {
    const { id, supervisorUserId } = group
    const supervisor = this.#names.get(supervisorUserId)
    return { group, supervisor, people: this.#members.get(id) ?? 0 }
  }

  #inSight<K extends 'group' | 'department'>(kind: K) {
    const { account } = this.#list
    return live
      .all(kind)
      .filter(
        ({ accountId }) =>
          account === undefined || isSameBranch(this.#list.accounts, account.id, accountId),
      )
  }

  /** Whoever works at the account or above it with a role that lets them supervise. */
  supervisorsAt(accountId: string): { value: string; label: string }[] {
    const path = new Set(pathOf(session.me?.accounts ?? [], accountId))
    const found = new Map<string, string>()
    for (const line of this.#list.roster.lines)
      if (line.kind === 'person' && line.state === 'active' && path.has(line.accountId))
        if (line.roles.some(({ key }) => isSupervising(key)))
          found.set(line.person.userId, line.name)
    return [...found].map(([value, label]) => ({ value, label }))
  }
}

/** The permissions of which a supervisor has one. */
const SUPERVISING = ['wall.view', 'operators.manage']

function isSupervising(key: string): boolean {
  const role = live.all('role').find((one) => one.key === key)
  // Without the row only the server can say: it refuses whoever cannot.
  return role === undefined || SUPERVISING.some((one) => role.permissions.includes(one))
}
