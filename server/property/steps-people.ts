// Steps that change people: fields of one and of many, new people, acts and their previews.
import { expect } from 'vitest'
import type { Fields } from '#contract/fields.ts'
import { invitations } from '#contract/invitations.ts'
import { type Act, people } from '#contract/people.ts'
import { applyAct, applyFields } from './effects.ts'
import type { Membership } from './model.ts'
import {
  anyFields,
  ask,
  count,
  expectOneOf,
  judge,
  NOTHING,
  type Play,
  type Step,
  type Touched,
  target,
  watchRights,
} from './play.ts'
import { forgetThrottles, readLines, readRecord } from './queries.ts'
import {
  againstAct,
  againstChange,
  againstInviting,
  againstMaking,
  atTheDoor,
  type Reasons,
  sees,
  whom,
} from './reasons.ts'
import { newMembership } from './seed.ts'
import { expectFields } from './steps-reading.ts'

/** What is the user's own is told in each of their organisations. */
function whereTold({ world, asker }: Play, changed: Fields, userId: string): Touched {
  const isOfUser = ['firstName', 'lastName', 'gender'].some((key) => key in changed)
  const others = [...world.organisations.values()].filter((org) =>
    [...org.memberships.values()].some((one) => one.userId === userId),
  )
  return isOfUser ? [asker.org, ...others] : [asker.org]
}

export const changePerson: Step = async (play) => {
  const { asker, db, world } = play
  const mine = [...asker.org.memberships.values()].filter((one) => one.userId === asker.userId)
  const id = play.roll.in100(12) && mine[0] ? mine[0].id : target(play)
  const set = anyFields(play, whom(asker, id), 3)
  const { versions: base } = await readRecord(db, id)
  const { reasons, changed } = againstChange(world, asker, id, set)
  const answer = await ask(play, people.change, { params: { id }, body: { set, base } })
  const member = whom(asker, id)
  const door = atTheDoor(asker)
  if (!judge(play, answer, door.size > 0 ? door : reasons) || !member) return NOTHING
  const hold = watchRights(play, [member.userId])
  if (Object.keys(changed).length > 0) applyFields(world, asker.org, member, changed)
  hold()
  expectFields(play, id, answer.body.fields)
  return whereTold(play, changed, member.userId)
}

function several(play: Play): string[] {
  return [...new Set(Array.from({ length: 1 + play.roll.below(4) }, () => target(play)))]
}

/** Nobody of them is to be known of. */
function seesNone({ asker }: Play, ids: readonly string[]): Reasons {
  const isAnySeen = ids.some((id) => {
    const member = whom(asker, id)
    return member !== undefined && sees(asker, member)
  })
  return new Set(isAnySeen ? [] : ['not_found'])
}

export const changeMany: Step = async (play) => {
  const { asker, world } = play
  const ids = several(play)
  const set = anyFields(play, whom(asker, ids[0] ?? ''), 2)
  const answer = await ask(play, people.changeMany, { body: { ids, set } })
  const door = atTheDoor(asker)
  if (!judge(play, answer, door.size > 0 ? door : seesNone(play, ids))) return NOTHING
  const touched: Touched[] = []
  expect(answer.body.results.map(({ id }) => id)).toEqual(ids)
  for (const { id, refusal } of answer.body.results) {
    const { reasons, changed } = againstChange(world, asker, id, set)
    expectOneOf(play, refusal, reasons)
    const member = whom(asker, id)
    if (refusal !== null || member === undefined) continue
    const hold = watchRights(play, [member.userId])
    if (Object.keys(changed).length > 0) applyFields(world, asker.org, member, changed)
    hold()
    touched.push([asker.org])
  }
  return touched.flat()
}

const ACTS: readonly Act[] = [
  ...(['block', 'unblock', 'unblock', 'archive', 'restore', 'restore'] as const),
  ...(['block', 'unblock', 'unblock', 'archive', 'restore', 'restore', 'remove'] as const),
]

function anyAct(play: Play) {
  const { roll, asker } = play
  const act = roll.one(ACTS)
  const accountId = roll.one([...asker.org.accounts.keys()])
  const isFromPage = act === 'remove' && roll.in100(30)
  return { act, ids: several(play).slice(0, 3), ...(isFromPage && { accountId }) }
}

export const actOnPeople: Step = async (play) => {
  const { asker } = play
  const body = anyAct(play)
  const answer = await ask(play, people.act, { body })
  const door = atTheDoor(asker, 'users.manage')
  if (!judge(play, answer, door.size > 0 ? door : seesNone(play, body.ids))) return NOTHING
  const touched: Touched[] = []
  expect(answer.body.results.map(({ id }) => id)).toEqual(body.ids)
  for (const { id, refusal } of answer.body.results) {
    expectOneOf(play, refusal, againstAct(asker, body.act, id, body.accountId))
    const member = whom(asker, id)
    if (refusal !== null || member === undefined) continue
    applyAct(asker.org, member, body.act)
    touched.push([asker.org])
  }
  return touched.flat()
}

export const previewAct: Step = async (play) => {
  const { asker } = play
  const { accountId, ...asked } = anyAct(play)
  const [id = ''] = asked.ids
  const body = { ...asked, ids: [id], ...(accountId && { accountId }) }
  const answer = await ask(play, people.preview, { body })
  const door = atTheDoor(asker, 'users.manage')
  if (!judge(play, answer, door.size > 0 ? door : seesNone(play, body.ids))) return NOTHING
  for (const one of answer.body.people)
    expectOneOf(play, one.refusal, againstAct(asker, body.act, one.id, accountId))
  return NOTHING
}

/** Away and back again: not a byte of what is set of them has changed. */
export const goAndComeBack: Step = async (play) => {
  const { asker, db, roll } = play
  const blocked = [...asker.org.memberships.values()].filter((one) => one.status === 'blocked')
  const id = (roll.in100(40) ? roll.any(blocked)?.id : undefined) ?? target(play)
  const member = whom(asker, id)
  const before = await readRecord(db, id)
  const statusBefore = member?.status
  const [away, back] = roll.one([
    ['archive', 'restore'],
    ['block', 'unblock'],
  ] as const)
  if (!(await actOnOne(play, away, id)) || !(await actOnOne(play, back, id))) return NOTHING
  expect((await readRecord(db, id)).text).toBe(before.text)
  if (statusBefore === 'active' && member?.status === 'active') count(play, away)
  if (statusBefore === 'blocked' && away === 'archive' && member) await expectBlocked(play, member)
  return [asker.org]
}

/** Whoever was blocked before they were archived, or was not restored, is let in by neither. */
async function expectBlocked({ db, asker }: Play, member: Membership): Promise<void> {
  const line = (await readLines(db, asker.org.id)).find((one) =>
    one.includes(`member ${member.id} `),
  )
  expect(line).toContain(` ${member.status} `)
}

/** Whether the door let it in; what came of it is judged. */
async function actOnOne(play: Play, act: Act, id: string): Promise<boolean> {
  const { asker } = play
  const answer = await ask(play, people.act, { body: { act, ids: [id] } })
  const door = atTheDoor(asker, 'users.manage')
  if (!judge(play, answer, door.size > 0 ? door : seesNone(play, [id]))) return false
  const [result] = answer.body.results
  expectOneOf(play, result?.refusal ?? null, againstAct(asker, act, id))
  const member = whom(asker, id)
  if (result?.refusal === null && member) applyAct(asker.org, member, act)
  return true
}

const PASSWORD = 'correct horse battery 7'
const MOST_PEOPLE = 40

function anyNewcomer(play: Play) {
  const { roll, asker } = play
  const { org, rights } = asker
  const near = rights.map(({ accountId }) => accountId)
  const accounts = roll.in100(60) && near.length > 0 ? near : [...org.accounts.keys()]
  const accountId = roll.one(accounts)
  const set = anyFields(play, newMembership('', { userId: '', accountId }), 3)
  for (const key of ['firstName', 'lastName', 'gender']) delete set[key]
  const email = `${roll.uuid().slice(0, 13)}@example.org`
  return { accountId, set, email }
}

export const createPerson: Step = async (play) => {
  const { asker, roll, world } = play
  const { org } = asker
  if (org.memberships.size > MOST_PEOPLE) return NOTHING
  const { accountId, set, email } = anyNewcomer(play)
  const requestId = roll.uuid()
  const answer = await ask(play, people.create, {
    body: {
      ...{ accountId, set, email, requestId, firstName: 'Nova', lastName: 'Comer' },
      ...{ password: PASSWORD, mustChangePassword: false },
    },
  })
  const door = atTheDoor(asker, 'users.manage')
  const reasons = door.size > 0 ? door : againstMaking(asker, accountId, set)
  if (!judge(play, answer, reasons)) return NOTHING
  const { userId } = answer.body
  const hold = watchRights(play, [userId])
  const names = { firstName: 'Nova', lastName: 'Comer', gender: 'not_stated' }
  world.users.set(userId, { id: userId, email, ...names })
  const member = newMembership(requestId, { userId, accountId })
  org.memberships.set(requestId, member)
  const given = Object.entries(set).filter(([, value]) => value !== null)
  applyFields(world, org, member, Object.fromEntries(given))
  hold()
  expectFields(play, requestId, answer.body.fields)
  return [org]
}

/** Offering is as bounded as making: what cannot be given cannot be offered. */
export const invite: Step = async (play) => {
  const { asker, db } = play
  const { accountId, set, email } = anyNewcomer(play)
  const given = Object.fromEntries(Object.entries(set).filter(([, value]) => value !== null))
  const reasons = againstInviting(asker, accountId, given)
  const door = atTheDoor(asker, 'users.manage')
  await forgetThrottles(db)
  const answer = await ask(play, invitations.create, { body: { accountId, emails: [email], set } })
  if (!judge(play, answer, door.size > 0 ? door : reasons)) return NOTHING
  expect(answer.body.results.map(({ refusal }) => refusal)).toEqual([null])
  return [asker.org]
}
