// Another e-mail: the links that are mailed, and whoever opens them.
import { emailLinks } from '#contract/contact.ts'
import { mailbox } from '#contract/mailbox.ts'
import { signInFrom } from './browsers.ts'
import { until } from './floor.ts'
import { type House, PASSWORD } from './house.ts'

let count = 0
/** An address that nobody has used. */
export const fresh = () => `anew.${++count}@example.org`

export function emailChanges(house: House) {
  const mails = async (email: string) =>
    (await house.anyone.call(mailbox.list)).filter(({ toEmail }) => toEmail === email)

  /** Of the latest mail that links to the page, unless an earlier one is asked for. */
  function tokenIn(email: string, path: string, nth = 1): Promise<string> {
    const pattern = new RegExp(`${path}#t=([\\w-]{43})`)
    return until(async () => {
      const found = (await mails(email)).flatMap(({ text }) => pattern.exec(text)?.[1] ?? [])
      return found.at(-nth)
    }, 8_000)
  }

  return {
    mails,
    tokenIn,
    confirmToken: (email: string) => tokenIn(email, '/confirm-email'),
    revertToken: (email: string) => tokenIn(email, '/revert-email'),
    confirm: (token: string) => house.anyone.try(emailLinks.confirm, { body: { token } }),
    revert: (token: string) => house.anyone.try(emailLinks.revert, { body: { token } }),
    signsIn: async (login: string, password = PASSWORD) =>
      (await signInFrom(house, login, password)).status,
  }
}
