// Making the first organisation: once, by whoever holds the token that the first start printed.
import { randomUUID, timingSafeEqual } from 'node:crypto'
import type { NewOrganisation } from '#contract/accounts.ts'
import { canonicalEmail } from '#contract/email.ts'
import { DEFAULT_POLICY, passwordProblems } from '#contract/password.ts'
import { actingIn, type Ctx } from '../../platform/context.ts'
import { soundName } from '../../platform/names.ts'
import { Refusal } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import * as accounts from '../accounts/queries.ts'
import * as founding from './queries.ts'

/** Refuses with `not_found` (the token), `already_set_up`, `invalid` or `weak_password`. */
export async function setUp(
  ctx: Ctx,
  token: string | undefined,
  wanted: NewOrganisation,
): Promise<Record<string, never>> {
  if (token === undefined || !isSame(token, wanted.token)) throw new Refusal('not_found')
  const founder = soundFounder(wanted)
  const passwordHash = await ctx.hasher.hash(wanted.password)
  const organisationId = randomUUID()
  const userId = randomUUID()
  await write(actingIn(ctx, organisationId, userId), 'organisation.create', async (tx) => {
    await accounts.lockSetUp(tx.db)
    if (await accounts.isAnyThere(tx.db)) throw new Refusal('already_set_up')
    const { organisation: name, ...person } = founder
    await founding.found(tx.db, { id: organisationId, name, language: person.language })
    const place = { organisationId, accountId: organisationId, role: 'administrator' } as const
    await founding.appoint(tx.db, place, { ...person, id: userId, passwordHash })
    tx.note({ subject: 'account', subjectId: organisationId, after: { name } })
  })
  return {}
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

function soundFounder(wanted: NewOrganisation) {
  const email = canonicalEmail(wanted.email)
  if (email === undefined) throw new Refusal('invalid', { field: 'email' })
  const firstName = soundName(wanted.firstName, 'firstName')
  const lastName = soundName(wanted.lastName, 'lastName')
  const organisation = soundName(wanted.organisation, 'organisation')
  const context = { email, names: [firstName, lastName], account: organisation }
  const problems = passwordProblems(DEFAULT_POLICY, wanted.password, context)
  if (problems.length > 0)
    throw new Refusal('weak_password', {
      field: 'password',
      problems: problems.map((problem) => problem.rule),
    })
  return { email, firstName, lastName, organisation, language: wanted.language }
}
