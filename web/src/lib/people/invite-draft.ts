// An invitation while it is being written: kept on this device, so that a reload loses nothing.
import type { NewInvitation } from '#contract/invitations.ts'
import { type Language, LIMIT_MAX } from '#contract/shapes.ts'

export interface InviteDraft {
  /** Undefined: the first account at which the inviter may invite. */
  accountId: string | undefined
  email: string
  firstName: string
  lastName: string
  displayName: string
  /** Undefined: the account's own. */
  language: Language | undefined
  roleId: string | undefined
  /** The position in each department that is ticked, by the department's id. */
  positions: Record<string, string>
  queueIds: string[]
  liveLimit: number | undefined
  deferredLimit: number | undefined
}

export const emptyDraft = (): InviteDraft => ({
  accountId: undefined,
  email: '',
  firstName: '',
  lastName: '',
  displayName: '',
  language: undefined,
  roleId: undefined,
  positions: {},
  queueIds: [],
  liveLimit: undefined,
  deferredLimit: undefined,
})

/** The same choices for the next person. */
export function forNext(draft: InviteDraft): InviteDraft {
  const positions = Object.fromEntries(Object.keys(draft.positions).map((id) => [id, '']))
  return { ...draft, email: '', firstName: '', lastName: '', displayName: '', positions }
}

export function isEmpty(draft: InviteDraft): boolean {
  return JSON.stringify(draft) === JSON.stringify({ ...emptyDraft(), accountId: draft.accountId })
}

/** What was kept, as far as it is sound; empty when it is not. */
export function readDraft(text: string | null): InviteDraft {
  const kept = parse(text)
  const word = (name: string) => {
    const value = kept[name]
    return typeof value === 'string' ? value : ''
  }
  const limit = (name: string) => {
    const value = kept[name]
    const isLimit = typeof value === 'number' && Number.isInteger(value)
    return isLimit && value >= 0 && value <= LIMIT_MAX ? value : undefined
  }
  const language = word('language')
  return {
    accountId: word('accountId') || undefined,
    email: word('email'),
    firstName: word('firstName'),
    lastName: word('lastName'),
    displayName: word('displayName'),
    language: language === 'en' || language === 'nl' ? language : undefined,
    roleId: word('roleId') || undefined,
    positions: wordsOf(kept['positions']),
    queueIds: Object.values(wordsOf(kept['queueIds'])),
    liveLimit: limit('liveLimit'),
    deferredLimit: limit('deferredLimit'),
  }
}

function parse(text: string | null): Record<string, unknown> {
  try {
    return entriesOf(JSON.parse(text ?? '{}'))
  } catch {
    return {}
  }
}

function entriesOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value))
    : {}
}

function wordsOf(value: unknown): Record<string, string> {
  const words = Object.entries(entriesOf(value)).flatMap(([key, word]) =>
    typeof word === 'string' ? [[key, word] as const] : [],
  )
  return Object.fromEntries(words)
}

export interface Offered {
  accountId: string
  roleId: string
  /** Ids of what can be given at the account. */
  departments: ReadonlySet<string>
  queues: ReadonlySet<string>
  mayLimit: boolean
  language: Language
}

/** What is sent: only what was filled in, and only what can be given at the account. */
export function bodyOf(draft: InviteDraft, offered: Offered): NewInvitation {
  const { accountId, roleId, mayLimit } = offered
  const { liveLimit, deferredLimit } = draft
  return {
    accountId,
    roleId,
    language: draft.language ?? offered.language,
    email: draft.email.trim(),
    ...filled('firstName', draft.firstName),
    ...filled('lastName', draft.lastName),
    ...filled('displayName', draft.displayName),
    departments: Object.entries(draft.positions)
      .filter(([id]) => offered.departments.has(id))
      .map(([id, position]) => ({ id, ...filled('position', position) })),
    queueIds: draft.queueIds.filter((id) => offered.queues.has(id)),
    ...(mayLimit && liveLimit !== undefined && { liveLimit }),
    ...(mayLimit && deferredLimit !== undefined && { deferredLimit }),
  }
}

function filled<Name extends string>(name: Name, text: string): Partial<Record<Name, string>> {
  const value = text.trim()
  const said: Partial<Record<Name, string>> = {}
  if (value !== '') said[name] = value
  return said
}
