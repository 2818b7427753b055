// Steps that only look: every list, count and answer is exactly what the model says may be seen.
import { expect } from 'vitest'
import { accounts } from '#contract/accounts.ts'
import { audit } from '#contract/audit.ts'
import { people } from '#contract/people.ts'
import { peopleList } from '#contract/people-list.ts'
import { PERMISSIONS } from '#contract/permissions.ts'
import { explain } from '#contract/roles.ts'
import { users } from '#contract/users.ts'
import {
  can,
  fieldsOf,
  knows,
  type Membership,
  membershipsOf,
  pathOf,
  placeOf,
  rightsOf,
  standing,
} from './model.ts'
import { anywhere, ask, judge, NOTHING, type Play, type Step, target } from './play.ts'
import { type Asker, atTheDoor, type Reasons, sees, whom } from './reasons.ts'
import { placesOf } from './seed.ts'

function seenBy(asker: Asker): Membership[] {
  return [...asker.org.memberships.values()].filter((one) => sees(asker, one))
}

const idsOf = (list: readonly { id: string }[]) => list.map(({ id }) => id).toSorted()

export const listPeople: Step = async (play) => {
  const { asker } = play
  const answer = await ask(play, users.list, {})
  if (!judge(play, answer, atTheDoor(asker, 'users.view'))) return NOTHING
  const line = ({ id, status }: { id: string; status: string }) => `${id} ${status}`
  expect(answer.body.map(line).toSorted()).toEqual(seenBy(asker).map(line).toSorted())
  return NOTHING
}

export const pagePeople: Step = async (play) => {
  const { asker, roll, world } = play
  const account = roll.in100(50) ? roll.one([...anywhere(play).accounts.keys()]) : undefined
  const word = roll.in100(60) ? roll.one(['a', 'ver', 'OAK', 'example', 'x.org', 'bo']) : undefined
  const status = roll.in100(40) ? roll.one(['active', 'blocked', 'archived'] as const) : undefined
  const query = {
    ...(account && { account }),
    ...(word && { q: word }),
    ...(status && { status }),
    limit: '100',
  }
  const answer = await ask(play, peopleList.page, { query })
  if (!judge(play, answer, atTheDoor(asker, 'users.view'))) return NOTHING
  const fits = seenBy(asker).filter((one) => {
    const user = world.users.get(one.userId)
    const said = `${user?.firstName} ${user?.lastName} ${one.displayName ?? ''} ${user?.email}`
    const isInside = account === undefined || isOfAccount(asker, one, account)
    const isInState = status === undefined ? one.status !== 'archived' : one.status === status
    return isInside && isInState && said.toLowerCase().includes((word ?? '').toLowerCase())
  })
  const { people: page, total, counts } = answer.body
  expect(idsOf(page)).toEqual(idsOf(fits))
  expect(total).toBe(fits.length)
  const byAccount = Map.groupBy(fits, ({ accountId }) => accountId)
  expect(new Map(counts.map((one) => [one.accountId, one.people]))).toEqual(
    new Map([...byAccount].map(([id, there]) => [id, there.length])),
  )
  return NOTHING
}

/** Of an account as a whole: not those who are seen for a department or a group alone. */
function isOfAccount({ org, rights }: Asker, { accountId }: Membership, account: string): boolean {
  const path = pathOf(org, accountId)
  return path.includes(account) && can(rights, 'users.view', path)
}

/** Why somebody may not be looked at. */
function againstLooking(asker: Asker, id: string): Reasons {
  const member = whom(asker, id)
  const isSeen = member !== undefined && sees(asker, member)
  return new Set(isSeen ? [] : ['not_found'])
}

/** What the door says, and only then what the room says. */
function inOrder(first: Reasons, then: () => Reasons): Reasons {
  return first.size > 0 ? first : then()
}

export const getPerson: Step = async (play) => {
  const { asker } = play
  const id = target(play)
  const answer = await ask(play, users.get, { params: { id } })
  const reasons = inOrder(atTheDoor(asker, 'users.view'), () => againstLooking(asker, id))
  if (judge(play, answer, reasons)) expect(answer.body.status).toBe(whom(asker, id)?.status)
  return NOTHING
}

export const readPerson: Step = async (play) => {
  const { asker } = play
  const id = target(play)
  const answer = await ask(play, people.record, { params: { id } })
  const reasons = inOrder(atTheDoor(asker, 'users.view'), () => againstLooking(asker, id))
  if (judge(play, answer, reasons)) expectFields(play, id, answer.body.fields)
  return NOTHING
}

const NEVER_SET = ['mobile', 'language', 'alias', 'showsPhoto']

/** The record says what the model says, and nothing more. */
export function expectFields(
  { world, asker }: Play,
  id: string,
  fields: Record<string, unknown>,
): void {
  const member = whom(asker, id)
  if (member === undefined) throw new Error('the model knows everybody')
  const set = Object.entries(fields).filter(([key]) => !NEVER_SET.includes(key))
  expect(Object.fromEntries(set)).toEqual(fieldsOf(world, asker.org, member))
}

export const readHistory: Step = async (play) => {
  const { asker } = play
  const id = target(play)
  const answer = await ask(play, audit.history, { params: { id }, query: { limit: '5' } })
  const reasons = inOrder(atTheDoor(asker, 'users.manage'), () =>
    inOrder(againstLooking(asker, id), () => {
      const member = whom(asker, id)
      const path = member ? standing(asker.org, member) : []
      return new Set(can(asker.rights, 'users.manage', path) ? [] : ['forbidden'])
    }),
  )
  judge(play, answer, reasons)
  return NOTHING
}

export const listAccounts: Step = async (play) => {
  const { asker } = play
  const { org, rights } = asker
  const answer = await ask(play, accounts.list, {})
  if (!judge(play, answer, atTheDoor(asker))) return NOTHING
  const known = [...org.accounts.values()].filter(({ id }) => knows(org, rights, id))
  expect(idsOf(answer.body)).toEqual(idsOf(known))
  return NOTHING
}

function anyQuestion(play: Play) {
  const { roll } = play
  const org = anywhere(play)
  const permission = roll.one(PERMISSIONS)
  if (roll.in100(25)) return { permission, kind: 'person', at: target(play) } as const
  const [kind, at] = roll.one(placesOf(org))
  return { permission, kind, at }
}

/** The path of the place that is asked about; undefined for what the asker cannot know of. */
function askedAbout({ asker }: Play, { kind, at }: ReturnType<typeof anyQuestion>) {
  const { org, rights } = asker
  const member = kind === 'person' ? whom(asker, at) : undefined
  const path = kind === 'person' ? member && standing(org, member) : placeOf(org, kind, at)
  return path && can(rights, 'users.view', path) ? path : undefined
}

export const askWhetherSomebodyMay: Step = async (play) => {
  const { asker } = play
  const { org } = asker
  const question = anyQuestion(play)
  const whose = target(play)
  const userId = org.memberships.get(whose)?.userId ?? whose
  const answer = await ask(play, explain.can, { query: { userId, ...question } })
  const path = askedAbout(play, question)
  const isSeen = membershipsOf(org, userId).some((one) => sees(asker, one))
  const reasons = inOrder(
    atTheDoor(asker, 'users.view'),
    () => new Set(path !== undefined && isSeen ? [] : ['not_found']),
  )
  if (!judge(play, answer, reasons) || path === undefined) return NOTHING
  const giving = rightsOf(org, userId).filter((one) => can([one], question.permission, path))
  expect(answer.body.may).toBe(giving.length > 0)
  expect(answer.body.because.map(({ roleKey }) => roleKey).toSorted()).toEqual(
    giving.map(({ roleKey }) => roleKey).toSorted(),
  )
  const hidden = giving.filter(({ accountId }) => !knows(org, asker.rights, accountId))
  for (const { at } of answer.body.because)
    expect(hidden.map((one) => one.at)).not.toContain(at ?? 'nowhere')
  return NOTHING
}

export const askWhoMay: Step = async (play) => {
  const { asker } = play
  const { org } = asker
  const question = anyQuestion(play)
  const answer = await ask(play, explain.who, { query: question })
  const path = askedAbout(play, question)
  const reasons = inOrder(
    atTheDoor(asker, 'users.view'),
    () => new Set(path === undefined ? ['not_found'] : []),
  )
  if (!judge(play, answer, reasons) || path === undefined) return NOTHING
  const seen = new Set(seenBy(asker).map(({ userId }) => userId))
  const able = [...seen].filter((id) => can(rightsOf(org, id), question.permission, path))
  expect(answer.body.map(({ userId }) => userId).toSorted()).toEqual(able.toSorted())
  return NOTHING
}
