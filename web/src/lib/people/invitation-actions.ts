// What can be done with an invitation that is out: a new link, or none any more.
import { type Invitation, invitations } from '#contract/invitations.ts'
import { call } from '#lib/api.ts'
import { clock } from '#lib/clock.svelte.ts'
import { type Trouble, troubleOf } from '#lib/trouble.ts'
import { toast } from '#lib/ui/toasts.svelte.ts'
import { formatRelative, t } from '#lib/words.ts'

/** A refusal of mail, in words: when it may go out again is said where the server said it. */
export function mailTroubleText({ code, text, retryAfter }: Trouble): string {
  if (code !== 'too_many' || retryAfter === undefined) return text
  const now = clock.now()
  return t('people.invite.mail-later', { time: formatRelative(now + retryAfter * 1000, now) })
}

/** Sends a new link and says so; whether it went out. */
export async function resend({ id, email }: Pick<Invitation, 'id' | 'email'>): Promise<boolean> {
  try {
    await call(invitations.resend, { params: { id } })
  } catch (error) {
    toast.error(mailTroubleText(troubleOf(error)))
    return false
  }
  toast.success(t('people.invitation.resent', { email }), {
    detail: t('people.invitation.resent.detail'),
  })
  return true
}

/** Throws Refused or Unreachable. */
export async function revoke({ id, email }: Pick<Invitation, 'id' | 'email'>): Promise<void> {
  await call(invitations.revoke, { params: { id } })
  toast.success(t('people.invitation.revoked', { email }))
}
