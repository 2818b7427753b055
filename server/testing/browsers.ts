// Browsers in which people sign in: each from an address and with a name of its own.
import type { Me } from '#contract/session.ts'
import { session } from '#contract/session.ts'
import { type Caller, caller } from '../client/http.ts'
import { type LiveClient, openLiveClient } from '../client/live.ts'
import type { House } from './house.ts'
import { mailTo } from './inviting.ts'

/** Unlike anybody's name, and sound under every policy that asks for no more than letters. */
export const CHOSEN = 'blue kettle on the windowsill'
export const CHOSEN_NEXT = 'a lamp beside the harbour wall'

export const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
export const SAFARI =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1'

export interface From {
  ip?: string
  userAgent?: string
  cookie?: string
}

/** What a browser would send back after the answer. */
export function cookieOf(headers: Headers): string {
  return headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
}

export interface SignedIn extends Caller {
  status: number
  me: Me
  cookie: string
  /** Opens a socket, as a page does; whoever opens it closes it. */
  live(): Promise<LiveClient>
}

/** Tries to sign in; the house must trust 127.0.0.1 as a proxy for `ip` to count. */
export async function signInFrom(
  house: House,
  login: string,
  password: string,
  { ip = '127.0.0.1', userAgent = FIREFOX, cookie }: From = {},
): Promise<SignedIn> {
  const answer = await fetch(`${house.url}${session.signIn.path}`, {
    method: 'POST',
    headers: {
      ...{ 'content-type': 'application/json', origin: house.url },
      ...{ 'user-agent': userAgent, 'x-forwarded-for': ip, ...(cookie && { cookie }) },
    },
    body: JSON.stringify({ login, password }),
  })
  const given = cookieOf(answer.headers)
  return {
    ...browserWith(house, given),
    status: answer.status,
    me: (await answer.json()) as Me,
  }
}

/** A browser that has the cookie. */
export function browserWith(house: House, cookie: string) {
  const calls = caller(() => house.url, { cookie })
  const { snapshot: fetchSnapshot } = calls
  const live = () => openLiveClient({ url: house.url, namespace: '/team', cookie, fetchSnapshot })
  return { ...calls, cookie, live }
}

/** The token in the nth mail to the address with a link to choose a password. */
export async function resetTokenFor(house: House, email: string, nth = 1): Promise<string> {
  const { text } = await mailTo(house, email, nth)
  return /\/reset#t=([\w-]{43})/.exec(text)?.[1] ?? ''
}
