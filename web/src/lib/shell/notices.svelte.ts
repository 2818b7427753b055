// What I was told personally: the list behind the bell, and a word when something new comes.
import { type Notification, notifications } from '#contract/notifications.ts'
import { call } from '#lib/api.ts'
import { live } from '#lib/live/live.svelte.ts'
import { t } from '#lib/words.ts'

export interface Sentence {
  text: string
  detail: string
}

/** A notification in words. */
export function sentenceOf({ kind, data }: Notification): Sentence {
  const { name = '', accountName = '', lost = '', one = '', other = '' } = data
  if (kind === 'invitation_accepted')
    return {
      text: t('shell.notices.invitation-accepted', { name }),
      detail: t('shell.notices.invitation-accepted.detail', { accountName }),
    }
  if (kind === 'two_places')
    return {
      text: t('shell.notices.two-places', { name }),
      detail: t('shell.notices.two-places.detail', { one, other }),
    }
  return {
    text: t('shell.notices.invitation-lost-parts', { name }),
    detail: t('shell.notices.invitation-lost-parts.detail', { lost }),
  }
}

class Notices {
  /** The newest first. */
  get all(): Notification[] {
    return live.all('notification').toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))
  }

  get unread(): Notification[] {
    return this.all.filter(({ readAt }) => readAt === null)
  }

  /** Throws Refused or Unreachable. */
  async read(...read: readonly Notification[]): Promise<void> {
    await Promise.all(read.map(({ id }) => call(notifications.read, { params: { id } })))
  }
}

export const notices = new Notices()

/**
 * Tells apart what has just come from what was there when the page opened: hands each new unread
 * one on, once.
 */
export class Arrivals {
  #known: Set<string> | undefined

  /** Nothing is new until `isLoaded`. */
  next(shown: readonly Notification[], isLoaded: boolean): Notification[] {
    if (!isLoaded) return []
    const known = this.#known
    this.#known = new Set(shown.map(({ id }) => id))
    if (!known) return []
    return shown.filter(({ id, readAt }) => readAt === null && !known.has(id))
  }
}
