// Setting the status of somebody else, who is told by whom.
import { type Availability, presence } from '#contract/presence.ts'
import type { Status } from '#contract/statuses.ts'
import { call } from '#lib/api.ts'
import { statusWord } from '#lib/operator/status.ts'
import { troubleOf } from '#lib/trouble.ts'
import { toast } from '#lib/ui/toasts.svelte.ts'
import { t } from '#lib/words.ts'

export const CHOICES = [
  'available',
  'busy',
  'finishing',
  'away',
  'offline',
] as const satisfies Availability[]

/** Sets it and says so; false when it was refused, which is said too. */
export async function setStatus(
  { id, name }: { id: string; name: string },
  availability: Availability,
  more: { reason?: string; status?: Pick<Status, 'id' | 'name'> } = {},
): Promise<boolean> {
  const { reason, status } = more
  try {
    await call(presence.setOf, {
      params: { id },
      body: { availability, ...(reason && { reason }), ...(status && { statusId: status.id }) },
    })
    const word = status?.name ?? statusWord(availability)
    toast.success(t('statuses.set.done', { name, status: word }))
    return true
  } catch (error) {
    toast.error(troubleOf(error).text)
    return false
  }
}

/** Lets them undo what was set for them, and says so. */
export async function liftHold({ id, name }: { id: string; name: string }): Promise<void> {
  try {
    await call(presence.lift, { params: { id } })
    toast.success(t('statuses.lift.done', { name }))
  } catch (error) {
    toast.error(troubleOf(error).text)
  }
}
