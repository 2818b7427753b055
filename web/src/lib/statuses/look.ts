// How a status of the catalogue looks: its icon, and its colour as one of our tones.
import Coffee from '@lucide/svelte/icons/coffee'
import Footprints from '@lucide/svelte/icons/footprints'
import GraduationCap from '@lucide/svelte/icons/graduation-cap'
import HeartPulse from '@lucide/svelte/icons/heart-pulse'
import LampDesk from '@lucide/svelte/icons/lamp-desk'
import Pause from '@lucide/svelte/icons/pause'
import Phone from '@lucide/svelte/icons/phone'
import Users from '@lucide/svelte/icons/users'
import Utensils from '@lucide/svelte/icons/utensils'
import Wrench from '@lucide/svelte/icons/wrench'
import type { Operator } from '#contract/presence.ts'
import { statusOf } from '#contract/presence.ts'
import type { ChatKind } from '#contract/shapes.ts'
import type { StatusColour, StatusIcon } from '#contract/status-look.ts'
import { epochMs } from '#lib/clock.svelte.ts'
import { statusTone, statusWord } from '#lib/operator/status.ts'
import type { Icon } from '#lib/ui/icon.ts'
import type { Tone } from '#lib/ui/tone.ts'
import { t } from '#lib/words.ts'

export const STATUS_ICON: Readonly<Record<StatusIcon, Icon>> = {
  cup: Coffee,
  meal: Utensils,
  meeting: Users,
  phone: Phone,
  learning: GraduationCap,
  desk: LampDesk,
  health: HeartPulse,
  errand: Footprints,
  pause: Pause,
  tools: Wrench,
}

export const COLOUR_TONE: Readonly<Record<StatusColour, Tone>> = {
  amber: 'pause',
  red: 'bad',
  violet: 'wrap',
  blue: 'full',
  green: 'ok',
  grey: 'off',
}

export interface Badge {
  tone: Tone
  word: string
  icon: Icon | undefined
}

/** An operator's status as it is shown: by the name that they chose from the catalogue, if they did. */
export function badgeOf(operator: Operator): Badge {
  const status = statusOf(operator)
  const { mark, reason } = operator
  if (mark !== null && reason !== null && status === operator.availability)
    if (status === 'away' || status === 'busy' || status === 'available')
      return { tone: COLOUR_TONE[mark.colour], word: reason, icon: STATUS_ICON[mark.icon] }
  return { tone: statusTone[status], word: statusWord(status), icon: undefined }
}

/** By how many milliseconds the status has been too long at a moment; 0: it is not. */
export function overdueMs(
  { mark, since, availability }: Pick<Operator, 'mark' | 'since' | 'availability'>,
  now: number,
): number {
  if (mark?.maxMinutes == null || availability === 'finishing' || availability === 'offline')
    return 0
  return Math.max(0, now - epochMs(since) - mark.maxMinutes * 60_000)
}

/** For which chats somebody who is available is there: of one kind, or what is handed over and no more. */
export type Accepting = ChatKind | 'handed'

/** Undefined where it is not said: then for all. */
export function acceptingOf(
  accepts: readonly ChatKind[] | null | undefined,
): Accepting | undefined {
  return accepts == null ? undefined : (accepts[0] ?? 'handed')
}

/** The same in words. */
export function acceptsText(accepts: readonly ChatKind[] | null | undefined): string | undefined {
  const accepting = acceptingOf(accepts)
  return accepting && t(`shell.status.accepts.${accepting}`)
}
