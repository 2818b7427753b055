// What a row of a file comes to. Judged once for the preview and once more, the same way, when it is
// applied: a row that comes to something else by then is a conflict.
import { isDeepStrictEqual } from 'node:util'
import { type Fields, fieldKey, fieldOf } from '#contract/fields.ts'
import {
  IMPORT_COLUMNS,
  type ImportColumn,
  keyOf,
  LANGUAGE_WORDS,
  STATE_WORDS,
} from '#contract/import-columns.ts'
import type { ImportRow, RowKind, RowProblem } from '#contract/imports.ts'
import { isOfUser } from '#contract/people-rules.ts'
import type { Language } from '#contract/shapes.ts'
import { withPresets } from '../invites/many.ts'
import { permissionsIn, whyNotInvite, whyNotSet } from './rights.ts'
import type { Offered } from './standing-queries.ts'
import type { Asked } from './table.ts'
import { columnOfKey, columnText } from './texts.ts'
import { readCells } from './wanted.ts'
import { findWho, type Who } from './who.ts'
import { type Stand, shownFields, type World } from './world.ts'

/** What applying a row sets. */
export interface Work {
  accountId: string
  email: string
  /** Null for somebody who is invited. */
  member: { membershipId: string; userId: string } | null
  /** Of somebody who is invited, beside the fields. */
  firstName: string | null
  lastName: string | null
  language: Language | null
  set: Fields
  /** What stood before; undoing sets it again. */
  before: Fields
}

export interface Judged {
  row: ImportRow
  work: Work | null
}

const CONFLICTS: ReadonlySet<RowProblem['code']> = new Set([
  'alias_taken',
  'already_invited',
  'too_many',
  'archived',
  'last_administrator',
  'changed',
])

/** So many rows are judged before others get their turn. */
const AT_ONCE = 250

export async function judgeAll(world: World, rows: readonly Asked[]): Promise<Judged[]> {
  const seen: Seen = new Map()
  const judged: Judged[] = []
  for (const asked of rows) {
    judged.push(judgeRow(world, seen, asked))
    if (judged.length % AT_ONCE === 0) await new Promise(setImmediate)
  }
  return keepAdministrator(world, judged)
}

/** What earlier rows have said: of a person at an account, and of the fields that users share. */
type Seen = Map<string, unknown>

function judgeRow(world: World, seen: Seen, asked: Asked): Judged {
  const who = findWho(world, asked)
  if ('code' in who) return unknown(asked, who)
  const key = `${who.email.toLowerCase()} ${who.accountId}`
  const isTwice = seen.has(key)
  seen.set(key, asked.line)
  const judged = judgeWho(world, asked, who)
  const problems: RowProblem[] = []
  if (asked.isTooLong) problems.push({ column: null, code: 'too_many_cells', value: '' })
  if (isTwice) problems.push({ column: null, code: 'twice', value: '' })
  if (problems.length === 0) problems.push(...whyOtherwise(seen, judged.work))
  return problems.length === 0 ? judged : spoiled(judged, problems)
}

function unknown({ line, cells }: Asked, problem: RowProblem): Judged {
  const name = [cells.firstName, cells.lastName].filter(Boolean).join(' ')
  const email = cells.email ?? ''
  const row = { line, kind: 'error' as const, name, email, membershipId: null }
  return { row: { ...row, changes: [], problems: [problem] }, work: null }
}

/** The row with more that is wrong with it. */
export function spoiled({ row }: Judged, more: readonly RowProblem[]): Judged {
  const problems = [...row.problems, ...more]
  return { row: { ...row, problems, kind: kindOf(problems, true) }, work: null }
}

function kindOf(problems: readonly RowProblem[], isChange: boolean): RowKind {
  if (problems.some(({ code }) => !CONFLICTS.has(code))) return 'error'
  if (problems.length > 0) return 'conflict'
  return isChange ? 'change' : 'same'
}

/** A user's own fields are the same in every account: two rows cannot want them different. */
function whyOtherwise(seen: Seen, work: Work | null): RowProblem[] {
  if (work === null || work.member === null) return []
  const { userId } = work.member
  return Object.entries(work.set).flatMap(([key, value]) => {
    const field = fieldOf(key)
    if (field === undefined || !isOfUser(field)) return []
    const place = `${userId} ${key}`
    const isOther = seen.has(place) && seen.get(place) !== value
    seen.set(place, value)
    return isOther ? [{ column: columnOfKey(key) ?? null, code: 'twice' as const, value: '' }] : []
  })
}

function judgeWho(world: World, asked: Asked, who: Who): Judged {
  const { status = '' } = asked.cells
  const state = keyOf(STATE_WORDS, status)
  const offers = (world.offered.get(who.email.toLowerCase()) ?? []).filter(
    ({ accountId }) => accountId === who.accountId,
  )
  const open = offers.find(({ isOpen }) => isOpen)
  if (status !== '' && state === undefined)
    return unknown(asked, { column: 'status', code: 'invalid', value: status })
  const isOfPerson =
    state === undefined || state === 'active' || state === 'blocked' || state === 'archived'
  if (!isOfPerson) {
    const named = offers.find((offer) => offer.state === state) ?? open
    if (named) return judgeOffered(world, asked, who, named)
    return unknown(asked, { column: 'status', code: 'not_set', value: status })
  }
  if (who.stand) return judgePerson(world, asked, who.stand, state)
  if (open) return judgeOffered(world, asked, who, open)
  return judgeNewcomer(world, asked, who)
}

interface Read {
  set: Fields
  before: Fields
  changes: ImportRow['changes']
  problems: RowProblem[]
}

/** What the cells would change of the fields. */
function read(world: World, { cells }: Asked, accountId: string, standing: Fields): Read {
  const { catalogue, language } = world
  const fields = shownFields(catalogue, standing)
  const { values, problems } = readCells(cells, { catalogue, accountId, fields })
  const changed = Object.entries(values).filter(
    ([key, value]) => !isDeepStrictEqual(fields[key] ?? null, value),
  )
  const set = Object.fromEntries(changed)
  const before = Object.fromEntries(changed.map(([key]) => [key, fields[key] ?? null]))
  const written = { catalogue, accountId, language }
  return { set, before, problems, changes: changesOf(fields, { ...fields, ...set }, set, written) }
}

function changesOf(
  before: Fields,
  after: Fields,
  set: Fields,
  written: Parameters<typeof columnText>[2],
): ImportRow['changes'] {
  const changed = new Set(Object.keys(set).map(columnOfKey))
  return IMPORT_COLUMNS.filter((column) => changed.has(column)).map((column) => ({
    column,
    before: columnText(column, before, written),
    after: columnText(column, after, written),
  }))
}

function judgePerson(world: World, asked: Asked, stand: Stand, state: string | undefined): Judged {
  const { login = '', status = '' } = asked.cells
  const { set, before, changes, problems } = read(world, asked, stand.accountId, stand.fields)
  if (login !== '' && login !== stand.login)
    problems.push({ column: 'login', code: 'not_set', value: login })
  if (state !== undefined && state !== stand.status)
    problems.push({ column: 'status', code: 'not_set', value: status })
  const isChange = Object.keys(set).length > 0
  if (isChange && stand.status === 'archived')
    problems.push({ column: null, code: 'archived', value: '' })
  if (isChange && problems.length === 0) problems.push(...whyNotSet(world, stand, set))
  const kind = kindOf(problems, isChange)
  const { membershipId, userId, accountId, email, fields } = stand
  const name = `${fields['firstName']} ${fields['lastName']}`
  const aside = { firstName: null, lastName: null, language: null }
  const work = { accountId, email, member: { membershipId, userId }, ...aside, set, before }
  return {
    row: { line: asked.line, kind, name, email, membershipId, changes, problems },
    work: kind === 'change' ? work : null,
  }
}

/** An invitation that is out is not changed by a file: it is the same, or a conflict. */
function judgeOffered(
  world: World,
  asked: Asked,
  { email, accountId }: Who,
  offer: Offered,
): Judged {
  const { firstName, lastName, language, set } = offer
  const { changes, problems } = read(world, asked, accountId, {
    ...set,
    ...{ firstName, lastName, language },
  })
  if (changes.length > 0) problems.push({ column: null, code: 'already_invited', value: '' })
  const name = [firstName, lastName].filter((part) => part !== null).join(' ')
  const kind = kindOf(problems, false)
  const row = { line: asked.line, kind, name, email, membershipId: null, changes, problems }
  return { row, work: null }
}

function judgeNewcomer(world: World, asked: Asked, { email, accountId, isHidden }: Who): Judged {
  const { values, problems } = readCells(asked.cells, {
    ...{ catalogue: world.catalogue, accountId, fields: {} },
  })
  const { firstName, lastName, language, ...rest } = withoutNone(values)
  const set = withPresets(
    rest,
    permissionsIn(world, rest),
    world.catalogue.presets.filter((queue) => isNear(world, accountId, queue)).map(({ id }) => id),
  )
  problems.push(...whyNotNew(asked, { email, accountId, isHidden }, rest))
  if (problems.length === 0) problems.push(...whyNotInvite(world, { accountId, email }, set))
  const text = (value: Fields[string] | undefined) => (typeof value === 'string' ? value : null)
  const usual = world.catalogue.accounts.get(accountId)?.language ?? 'en'
  const spoken = keyOf(LANGUAGE_WORDS, text(language) ?? usual) ?? usual
  const after = withoutNone({ ...set, ...values })
  const written = { catalogue: world.catalogue, accountId, language: world.language }
  const names = { firstName: text(firstName), lastName: text(lastName) }
  const name = [names.firstName, names.lastName].filter((part) => part !== null).join(' ')
  const kind = problems.length === 0 ? 'add' : kindOf(problems, true)
  const changes = changesOf({}, after, after, written)
  const work = { accountId, email, member: null, ...names, language: spoken, set, before: {} }
  return {
    row: { line: asked.line, kind, name, email, membershipId: null, changes, problems },
    work: kind === 'add' ? work : null,
  }
}

function withoutNone(values: Fields): Fields {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))
}

function isNear({ catalogue }: World, accountId: string, { accountId: at }: { accountId: string }) {
  const above = catalogue.paths.get(accountId)?.includes(at) ?? false
  return above || (catalogue.paths.get(at)?.includes(accountId) ?? false)
}

function whyNotNew(
  { cells }: Asked,
  { email, isHidden }: Pick<Who, 'email' | 'accountId' | 'isHidden'>,
  set: Fields,
): RowProblem[] {
  const problems: RowProblem[] = []
  if (isHidden) problems.push({ column: 'email', code: 'forbidden', value: email })
  const { login = '', status = '', roles = '' } = cells
  if (login !== '' && login.toLowerCase() !== email.toLowerCase())
    problems.push({ column: 'login', code: 'not_set', value: login })
  if (status !== '') problems.push({ column: 'status', code: 'not_set', value: status })
  const hasRole = Object.keys(set).some((key) => fieldOf(key)?.kind === 'grant')
  // A role that is not known is said of the cell already.
  if (!hasRole && roles === '') problems.push({ column: 'roles', code: 'missing', value: '' })
  return problems
}

/** Rows that would together leave the organisation without an administrator are conflicts. */
function keepAdministrator(world: World, judged: Judged[]): Judged[] {
  const { organisationId } = world.actor
  const role = [...world.catalogue.roles.values()].find(({ key }) => key === 'administrator')
  if (role === undefined) return judged
  const key = fieldKey.grant(role.id, { kind: 'account', id: organisationId })
  const left = new Set(world.administrators)
  const takes = ({ work }: Judged) => work?.set[key] === null
  for (const { work } of judged) {
    const id = work?.member?.membershipId
    if (id === undefined) continue
    if (work?.set[key] === null) left.delete(id)
    if (work?.set[key] === true && isActive(world, work)) left.add(id)
  }
  if (left.size > 0) return judged
  const problem = {
    column: 'roles' as ImportColumn,
    code: 'last_administrator' as const,
    value: '',
  }
  return judged.map((one) => (takes(one) ? spoiled(one, [problem]) : one))
}

function isActive({ byUser }: World, { member }: Work): boolean {
  const stands = byUser.get(member?.userId ?? '') ?? []
  return stands.some(
    ({ membershipId, status }) => membershipId === member?.membershipId && status === 'active',
  )
}
