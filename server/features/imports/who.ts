// Whom a row of a file means: by their address or login, and by the account.
import { type Fields, fieldKey } from '#contract/fields.ts'
import type { RowProblem } from '#contract/imports.ts'
import { mayReach } from '../people/reach.ts'
import type { Asked } from './table.ts'
import type { Stand, World } from './world.ts'

export interface Who {
  email: string
  accountId: string
  /** Undefined for whoever is not there, as far as the actor sees. */
  stand: Stand | undefined
  /** Somebody whom the actor does not see stands in that account under that address. */
  isHidden: boolean
}

/** Whom the row means, or what is wrong with its key. */
export function findWho(world: World, { cells }: Asked): Who | RowProblem {
  const known = findKnown(world, cells)
  if ('code' in known) return known
  const { email, stands } = known
  const seen = stands.filter((stand) => isSeen(world, stand))
  const accountId = accountOf(world, cells.account ?? '', email, seen)
  if (typeof accountId !== 'string') return accountId
  const isThere = (stand: Stand) => stand.accountId === accountId
  const stand = seen.find(isThere)
  return { email, accountId, stand, isHidden: stand === undefined && stands.some(isThere) }
}

function findKnown(
  { addresses, members, logins }: World,
  { email: typed = '', login = '' }: Asked['cells'],
): { email: string; stands: readonly Stand[] } | RowProblem {
  if (typed === '' && login === '') return { column: 'email', code: 'missing', value: '' }
  if (typed === '') {
    const stands = logins.get(login)
    const [first] = stands ?? []
    if (stands === undefined || first === undefined)
      return { column: 'login', code: 'not_found', value: login }
    return { email: first.email, stands }
  }
  const email = addresses.get(typed)
  if (email === undefined) return { column: 'email', code: 'invalid', value: typed }
  return { email, stands: members.get(email.toLowerCase()) ?? [] }
}

function isSeen({ actor }: World, stand: Stand): boolean {
  return stand.userId === actor.userId || mayReach(actor, 'users.view', placeOf(stand))
}

function placeOf({ accountId, fields, primaryDepartmentId }: Stand) {
  return {
    accountId,
    teamIds: [...teamsIn(fields), ...(primaryDepartmentId ? [primaryDepartmentId] : [])],
  }
}

function teamsIn(fields: Fields): string[] {
  const group = fields['supervisorGroupId']
  const departments = Object.keys(fields).filter((key) => key.startsWith(DEPARTMENT))
  const ids = departments.map((key) => key.slice(DEPARTMENT.length))
  return typeof group === 'string' ? [group, ...ids] : ids
}

const DEPARTMENT = fieldKey.department('')

function accountOf(
  world: World,
  name: string,
  email: string,
  stands: readonly Stand[],
): string | RowProblem {
  const { accountId: top, catalogue, offered } = world
  const isBelow = (id: string) => catalogue.paths.get(id)?.includes(top) ?? false
  const known = stands.map(({ accountId }) => accountId).filter(isBelow)
  if (name === '') return usualAccount(top, known)
  const named = (catalogue.byName.get(`account ${catalogue.fold(name)}`) ?? [])
    .map(({ id }) => id)
    .concat(catalogue.things.get(name)?.kind === 'account' ? [name] : [])
    .filter(isBelow)
  const invited = (offered.get(email.toLowerCase()) ?? []).map(({ accountId }) => accountId)
  const [first, second] = named.some((id) => [...known, ...invited].includes(id))
    ? named.filter((id) => [...known, ...invited].includes(id))
    : named
  if (first === undefined) return { column: 'account', code: 'not_found', value: name }
  return second === undefined ? first : { column: 'account', code: 'ambiguous', value: name }
}

/** Who stands in one place below, and not at the top itself, is meant there. */
function usualAccount(top: string, known: readonly string[]): string | RowProblem {
  const [first, second] = known
  if (first === undefined || known.includes(top)) return top
  return second === undefined ? first : { column: 'account', code: 'ambiguous', value: '' }
}
