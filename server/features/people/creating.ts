// Making a person with a password: user, membership and everything set of them, or nothing at all.
import { randomUUID } from 'node:crypto'
import { canonicalEmail } from '#contract/email.ts'
import { passwordProblems } from '#contract/password.ts'
import type { NewPerson, PersonRecord } from '#contract/people.ts'
import type { ActorCtx, Tx } from '../../platform/context.ts'
import { brokenConstraint } from '../../platform/database.ts'
import { soundName } from '../../platform/names.ts'
import { found, Refusal } from '../../platform/refuse.ts'
import { write } from '../../platform/write.ts'
import * as users from '../users/queries.ts'
import { settleAll } from './actions.ts'
import * as creating from './creating-queries.ts'
import { soundFields } from './fields.ts'
import { applyFields } from './fields-apply.ts'
import * as people from './queries.ts'
import { mustSee } from './reach.ts'
import { tellPerson } from './tell.ts'

/** So long a password holds that must be changed. */
const TEMPORARY_HOURS = 72

/**
 * Makes a user with a password, who may sign in at once. Asking twice with one request id makes one.
 * Refuses with `not_found` (the account), `forbidden`, `invalid`, `weak_password`, `email_taken`,
 * `login_taken`, and as `soundFields` for what is set of them.
 */
export async function createPerson(ctx: ActorCtx, wanted: NewPerson): Promise<PersonRecord> {
  const person = soundPerson(wanted)
  await checkFields(ctx, wanted)
  await refuseWeak(ctx, wanted, person)
  const passwordHash = await ctx.hasher.hash(wanted.password)
  const { record, outcomes } = await refusingTaken(ctx, person.email, () =>
    write(ctx, 'person.create', async (tx) => {
      await creating.lockRequest(tx.db, wanted.requestId)
      const made = await findMade(tx, ctx, wanted, person.email)
      if (made) return { record: made, outcomes: [] }
      return make(tx, ctx, wanted, { ...person, passwordHash })
    }),
  )
  await settleAll(ctx, outcomes)
  return record
}

interface Sound {
  email: string
  login: string
  firstName: string
  lastName: string
}

function soundPerson(wanted: NewPerson): Sound {
  const email = canonicalEmail(wanted.email)
  if (email === undefined) throw new Refusal('invalid', { field: 'email' })
  const firstName = soundName(wanted.firstName, 'firstName')
  const lastName = soundName(wanted.lastName, 'lastName')
  return { email, firstName, lastName, login: soundLogin(wanted.login ?? wanted.email) }
}

/** Printable, and nothing around it that nobody would see; else it stays as it was typed. */
function soundLogin(login: string): string {
  const isSound = /^[^\p{C}\p{Z}](?:[^\p{C}]*[^\p{C}\p{Z}])?$/u.test(login) && login.isWellFormed()
  if (!isSound || Buffer.byteLength(login) > 254) throw new Refusal('invalid', { field: 'login' })
  return login
}

async function checkFields(
  ctx: Pick<ActorCtx, 'db' | 'organisationId' | 'actor'>,
  wanted: NewPerson,
) {
  const { accountId, set, requestId: membershipId } = wanted
  for (const key of ['firstName', 'lastName'])
    if (key in set) throw new Refusal('invalid', { field: key })
  const sound = await soundFields(ctx, ctx.actor, { accountId, teamIds: [], membershipId }, set)
  if (sound.roles.length === 0) throw new Refusal('invalid', { field: 'set', message: 'no role' })
  return sound
}

async function refuseWeak(ctx: ActorCtx, wanted: NewPerson, person: Sound): Promise<void> {
  const { db, organisationId, actor } = ctx
  const account = found(await creating.findAccount(db, organisationId, wanted.accountId))
  if (!account.isOpen) throw new Refusal('invalid', { field: 'accountId' })
  if (account.requiresGender && wanted.set['gender'] === undefined)
    throw new Refusal('invalid', { field: 'gender' })
  const path = actor.paths.get(wanted.accountId) ?? []
  const policy = await users.findPasswordPolicy(db, organisationId, path)
  const { email, firstName, lastName } = person
  const problems = passwordProblems(policy, wanted.password, {
    email,
    names: [firstName, lastName],
    account: account.name,
  })
  if (problems.length === 0) return
  const rules = problems.map((problem) => problem.rule)
  throw new Refusal('weak_password', { field: 'password', problems: rules })
}

/** The person that this very request has made before. */
async function findMade(
  tx: Tx,
  { actor }: ActorCtx,
  { requestId, accountId }: NewPerson,
  email: string,
): Promise<PersonRecord | undefined> {
  const made = await creating.findMade(tx.db, requestId)
  if (made === undefined) return undefined
  const isSame = made.organisationId === tx.organisationId && made.accountId === accountId
  if (!isSame || made.email !== email) throw new Refusal('invalid', { field: 'requestId' })
  await mustSee(tx.db, actor, requestId)
  return people.findRecord(tx.db, tx.organisationId, requestId)
}

async function make(
  tx: Tx,
  { actor }: ActorCtx,
  wanted: NewPerson,
  person: Sound & { passwordHash: string },
) {
  const { organisationId } = tx
  const { accountId, requestId: membershipId, mustChangePassword } = wanted
  // Once more, now that nothing that they point at can go.
  const { values } = await checkFields({ db: tx.db, organisationId, actor }, wanted)
  // The login first: whoever has just taken both with the address is then seen by both.
  const isLoginTaken = await creating.isLoginTaken(tx.db, person.login)
  if (await users.findByEmail(tx.db, person.email))
    throw new Refusal('email_taken', { field: 'email' })
  if (isLoginTaken) throw new Refusal('login_taken', { field: 'login' })
  const account = found(await creating.findAccount(tx.db, organisationId, accountId))
  const userId = randomUUID()
  const now = tx.now()
  const { language } = account
  await creating.insertUser(tx.db, {
    ...{ ...person, id: userId, language, passwordChangedAt: now.toISOString() },
    passwordState: mustChangePassword ? 'temporary' : 'chosen',
    passwordExpiresAt: mustChangePassword ? inHours(now, TEMPORARY_HOURS) : null,
  })
  await creating.insertMembership(tx.db, { id: membershipId, organisationId, accountId, userId })
  const member = { organisationId, membershipId, userId, accountId }
  const { outcomes } = await applyFields(tx, member, values, tx.actorId)
  const record = found(await people.findRecord(tx.db, organisationId, membershipId))
  const { email, login, fields } = record
  tx.note({ subject: 'membership', subjectId: membershipId, after: { email, login, ...fields } })
  await tellPerson(tx, userId)
  return { record, outcomes }
}

function inHours(now: Date, hours: number): string {
  return new Date(now.getTime() + hours * 3_600_000).toISOString()
}

// The indexes say so, whoever was first; the one of the login speaks for both.
async function refusingTaken<T>(ctx: ActorCtx, email: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const name = brokenConstraint(error)
    if (name !== 'users_email' && name !== 'users_login_key') throw error
    if (name === 'users_email' || (await users.findByEmail(ctx.db, email)))
      throw new Refusal('email_taken', { field: 'email' })
    throw new Refusal('login_taken', { field: 'login' })
  }
}
