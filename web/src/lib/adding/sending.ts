// What the wizard sends: an invitation for each address, or one person with a password.
import type { Fields } from '#contract/fields.ts'
import { invitationDrafts } from '#contract/invitation-drafts.ts'
import { type Invitation, type Invited, invitations } from '#contract/invitations.ts'
import { type PersonRecord, people } from '#contract/people.ts'
import { call } from '#lib/api.ts'
import { withFresh } from '#lib/security/fresh.svelte.ts'
import type { Adding } from './adding.svelte.ts'
import type { Filled } from './kept.ts'

/** What stands beside the fields in both bodies. */
const BESIDE = ['firstName', 'lastName', 'language']

/** The fields that go with a person or an invitation; limits only where some are given. */
export function setOf({ fields }: Filled): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => !BESIDE.includes(key)))
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

/** Only what was filled in. */
function filledIn<T extends object>(parts: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const said: Partial<T> = { ...parts }
  for (const key in said) if (said[key] === undefined) delete said[key]
  return said as { [K in keyof T]?: Exclude<T[K], undefined> }
}

function languageIn({ fields }: Filled): 'en' | 'nl' | undefined {
  const { language } = fields
  return language === 'en' || language === 'nl' ? language : undefined
}

function namesIn({ fields }: Filled) {
  return { firstName: text(fields['firstName']), lastName: text(fields['lastName']) }
}

/** Invites every address; throws when nothing could be done at all. */
export function invite(adding: Adding): Promise<Invited> {
  const { filled, accountId, addresses, isForMany } = adding
  const names = isForMany ? {} : filledIn(namesIn(filled))
  const language = languageIn(filled)
  const body = {
    accountId,
    emails: addresses,
    ...names,
    ...filledIn({ language, hours: filled.hours, draftId: filled.draft?.id }),
    set: setOf(filled),
  }
  return call(invitations.create, { body })
}

/** Makes the person; the same press twice makes one. */
export function create(adding: Adding): Promise<PersonRecord> {
  const { filled, accountId, addresses, password } = adding
  const { firstName = '', lastName = '' } = namesIn(filled)
  const { mustChangePassword, requestId } = filled
  const language = languageIn(filled)
  const set = { ...setOf(filled), ...filledIn({ language }) }
  const body = {
    ...{ accountId, firstName, lastName, email: addresses[0] ?? '', password },
    ...{ mustChangePassword, requestId, set },
    ...filledIn({ login: text(filled.login) }),
  }
  return withFresh(() => call(people.create, { body }))
}

/** Keeps what is filled in so far on the server, for oneself and for whoever manages people there. */
export function saveDraft(adding: Adding): Promise<Invitation> {
  const { filled, accountId, addresses, steps, step } = adding
  const body = {
    accountId,
    emails: addresses,
    ...filledIn({ ...namesIn(filled), language: languageIn(filled), hours: filled.hours }),
    set: setOf(filled),
    step: steps.indexOf(step) + 1,
  }
  const { draft } = filled
  if (draft === undefined) return call(invitationDrafts.save, { body })
  const change = { ...body, version: draft.version }
  return call(invitationDrafts.change, { params: { id: draft.id }, body: change })
}
