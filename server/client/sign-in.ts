// Signing in as a browser does: the cookie that comes back is what later calls carry.
import { type Me, session } from '#contract/session.ts'
import { caller } from './http.ts'

/** Throws with the refusal when login and password do not fit. */
export async function signInAs(
  url: string,
  login: string,
  password: string,
): Promise<{ cookie: string; me: Me }> {
  const answer = await caller(() => url).try(session.signIn, { body: { login, password } })
  if (answer.status !== 200) throw new Error(`signing in answered ${JSON.stringify(answer.body)}`)
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  return { cookie, me: answer.body }
}
