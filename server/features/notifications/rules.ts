// Where notifications reach somebody who has chosen nothing.
import type { Notification } from '#contract/notifications.ts'

/** An accepted invitation is worth a mail: whoever sent it waits for it. */
export function usualChoice(kind: Notification['kind']): { email: boolean; sms: boolean } {
  return { email: kind === 'invitation_accepted', sms: false }
}
