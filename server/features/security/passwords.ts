// Keeping a new password: what it must be, and what ends with the old one.
import {
  type PasswordContext,
  type PasswordPolicy,
  type PasswordProblem,
  passwordProblems,
  strictestPolicy,
} from '#contract/password.ts'
import type { Ctx, Tx } from '../../platform/context.ts'
import { Refusal } from '../../platform/refuse.ts'
import { enqueueMail } from '../mail-outbox/actions.ts'
import { tellPerson } from '../people/tell.ts'
import { policyOfUser } from '../sign-in/policy-queries.ts'
import type { Login } from '../sign-in/queries.ts'
import { freeSessions } from '../sign-in/session-queries.ts'
import * as passwords from './queries.ts'

/** Refuses with `weak_password`, naming the rules that are not met; of a character, which. */
export function refuseWeak(
  policy: PasswordPolicy,
  password: string,
  context: PasswordContext,
): void {
  const problems = passwordProblems(policy, password, context)
  if (problems.length > 0) throw weak(problems)
}

function weak(problems: readonly PasswordProblem[]): Refusal {
  const stranger = problems.find((problem) => problem.rule === 'charset')
  return new Refusal('weak_password', {
    field: 'password',
    problems: problems.map(({ rule }) => rule),
    ...(stranger && { message: `the character ${stranger.character} cannot be used` }),
  })
}

/**
 * The hash of what is to be the user's password. Refuses with `weak_password` (with `history` among
 * its problems when it is theirs or was) or `busy`. `also`: a policy beside those of their accounts.
 */
export async function fitHash(
  ctx: Ctx,
  login: Pick<Login, 'id' | 'passwordHash'>,
  password: string,
  also: readonly PasswordPolicy[] = [],
): Promise<string> {
  const { db, hasher } = ctx
  const policy = strictestPolicy([...also, await policyOfUser(db, login.id)])
  refuseWeak(policy, password, await passwords.findContext(db, login.id))
  const former = await passwords.listFormer(db, login.id, policy.history)
  for (const hash of login.passwordHash === null ? former : [login.passwordHash, ...former])
    if (await hasher.verify(hash, password)) throw weak([{ rule: 'history' }])
  return hasher.hash(password)
}

/** The password is this from now on: links to choose another one die, and open pages hear of it. */
export async function keepPassword(
  tx: Tx,
  userId: string,
  wanted: passwords.NewPassword,
): Promise<void> {
  const now = tx.now().toISOString()
  await passwords.setPassword(tx.db, userId, wanted, now)
  const { history } = await policyOfUser(tx.db, userId)
  await passwords.forgetFormer(tx.db, userId, history)
  await passwords.voidResets(tx.db, userId, now)
  await freeSessions(tx.db, userId)
  await tellPerson(tx, userId)
}

/** Mails the user that their password is another one. */
export function mailChanged(tx: Tx, login: Login): Promise<void> {
  return mailLogin(tx, login, 'password_changed', { at: tx.now().toISOString() })
}

/** A mail to the user about their login. */
export function mailLogin(
  tx: Tx,
  { email, firstName, lastName, language }: Login,
  template: string,
  data: Record<string, string>,
): Promise<void> {
  const toName = `${firstName} ${lastName}`
  return enqueueMail(tx, {
    ...{ template, toEmail: email, toName, language },
    data: { firstName, ...data },
  })
}
