// What each filter offers: only what somebody of this list may have.
import { BUILT_IN_ROLES } from '#contract/permissions.ts'
import { hoursFor } from '#lib/hours/choices.ts'
import { live } from '#lib/live/live.svelte.ts'
import { isSameBranch } from '#lib/people/account-tree.ts'
import { type Choice, STATUSES } from '#lib/people/people-filter.ts'
import { roleName, stateWord } from '#lib/people/wording.ts'
import { session } from '#lib/session.svelte.ts'
import { compareNames } from '#lib/words.ts'
import type { People } from './people.svelte.ts'

export interface FilterOption {
  value: string
  label: string
}

const LIVE = { department: 'department', queue: 'queue', skill: 'skill', group: 'group' } as const

export function optionsOf(choice: Choice, people: People): FilterOption[] {
  if (choice === 'status') return STATUSES.map((value) => ({ value, label: stateWord(value) }))
  if (choice === 'role') return roleOptions()
  if (choice === 'shift') return shiftOptions(people)
  return named(
    live
      .all(LIVE[choice])
      .filter(({ accountId }) => isInSight(accountId, people))
      .map(({ id, name }) => ({ value: id, label: name })),
  )
}

/** The calendars that somebody of this list may work by. */
export function shiftOptions({ account }: People): FilterOption[] {
  const calendars = account === undefined ? live.all('hours') : hoursFor(account.id)
  return named(calendars.map(({ id, name }) => ({ value: id, label: name })))
}

function roleOptions(): FilterOption[] {
  const own = live.all('role').filter(({ isBuiltIn }) => !isBuiltIn)
  const all = [...BUILT_IN_ROLES.map((key) => ({ key, name: key })), ...own]
  return all.map((role) => ({ value: role.key, label: roleName(role) }))
}

function isInSight(accountId: string, { account }: People): boolean {
  return account === undefined || isSameBranch(session.me?.accounts ?? [], account.id, accountId)
}

const named = (options: FilterOption[]) =>
  options.toSorted((a, b) => compareNames(a.label, b.label))
