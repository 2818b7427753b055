// What tests of invitations begin with: an organisation, its administrator, and mails that are read.
import { beforeAll } from 'vitest'
import { type Fields, fieldKey } from '#contract/fields.ts'
import { type Invitation, invitations, type NewInvitation } from '#contract/invitations.ts'
import { type MailInBox, mailbox } from '#contract/mailbox.ts'
import type { BuiltInRole } from '#contract/permissions.ts'
import { users } from '#contract/users.ts'
import type { House, Person } from './house.ts'

/** Long, and like nobody's name. */
export const CHOSEN = 'blue kettle on the windowsill'

/** The body of an acceptance. */
export const acceptance = (token: string, more: object = {}) => ({
  body: { token, firstName: 'Bo', lastName: 'Ó Briain', password: CHOSEN, ...more },
})

/** What a browser would send back after the answer. */
export const cookieOf = (headers: Headers) =>
  headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')

/** What is offered, said briefly; `set` says whatever else. */
export interface Offer extends Omit<Partial<NewInvitation>, 'emails'> {
  email?: string
  roleId?: string
  departments?: readonly { id: string; position?: string }[]
  queueIds?: readonly string[]
}

export interface Inviting {
  readonly organisationId: string
  readonly admin: Person
  roleId(key: BuiltInRole): string
  /** The body of an invitation to an address that nobody has used. */
  wanted(more?: Offer): NewInvitation
  /** The invitation of the one address. */
  invite(by: Person, more?: Offer): Promise<Invitation>
  /** An inviter of one's own: mails are counted per inviter. */
  inviter(role?: BuiltInRole, accountId?: string): Promise<Person>
  /** An open invitation and the token that its mail carries. */
  invited(
    by: Person,
    more?: Offer,
  ): Promise<{ invitation: Invitation; email: string; token: string }>
}

/** Prepares the organisation Acme in the house before the file's tests. */
export function openInviting(house: House): Inviting {
  let organisationId = ''
  let admin: Person
  let count = 0
  const roleIds = new Map<string, string>()
  beforeAll(async () => {
    organisationId = (await house.organisation('Acme')).id
    admin = await house.person({ organisationId, role: 'administrator', firstName: 'Ada' })
    for (const { key, id } of await admin.call(users.roles)) roleIds.set(key, id)
  })
  const roleId = (key: BuiltInRole) => roleIds.get(key) ?? ''
  const wanted: Inviting['wanted'] = (offer = {}) => {
    count += 1
    const { accountId = organisationId, email = `newcomer.${count}@example.org` } = offer
    return bodyOf({ roleId: roleId('agent'), ...offer, accountId, email })
  }
  const invite: Inviting['invite'] = async (by, more) => {
    const { results } = await by.call(invitations.create, { body: wanted(more) })
    const [result] = results
    if (!result?.invitation) throw new Error(`not invited: ${JSON.stringify(results)}`)
    return result.invitation
  }
  return {
    get organisationId() {
      return organisationId
    },
    get admin() {
      return admin
    },
    roleId,
    wanted,
    invite,
    inviter: (role = 'administrator', accountId = organisationId) =>
      house.person({ organisationId, accountId, role }),
    async invited(by, more = {}) {
      const invitation = await invite(by, more)
      const { email } = invitation
      return { invitation, email, token: await tokenFor(house, email) }
    },
  }
}

function bodyOf({
  email,
  roleId,
  departments,
  queueIds,
  ...more
}: Offer & { accountId: string; email: string; roleId: string }): NewInvitation {
  const role = fieldKey.grant(roleId, { kind: 'account', id: more.accountId })
  const set: Fields = { [role]: true, ...more.set }
  for (const { id, position = null } of departments ?? [])
    set[fieldKey.department(id)] = { position }
  for (const id of queueIds ?? []) set[fieldKey.queue(id)] = { participates: true, tier: 1 }
  return { emails: [email], ...more, set }
}

/** The nth mail to the address, once it is in the mailbox. */
export async function mailTo(house: House, email: string, nth = 1): Promise<MailInBox> {
  for (let tries = 0; tries < 200; tries++) {
    const mails = (await house.anyone.call(mailbox.list)).filter((mail) => mail.toEmail === email)
    const mail = mails.at(-nth)
    if (mail) return mail
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`no mail to ${email}`)
}

/** The token in the nth mail to the address. */
export async function tokenFor(house: House, email: string, nth = 1): Promise<string> {
  const [, token = ''] =
    /\/invitation#t=([\w-]{43})/.exec((await mailTo(house, email, nth)).text) ?? []
  return token
}
